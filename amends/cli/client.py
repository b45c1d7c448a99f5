"""The API as the command line calls it; every failure ends the command with its exit code."""

import os
import time
import uuid
from collections.abc import Callable, Iterator
from typing import IO, Any
from urllib.parse import quote, urlsplit

import httpx

from amends.cli.by_hand import by_hand
from amends.cli.exits import STATUSES, Code, Stop
from amends.cli.screen import complain, mark_as_drill
from amends.settings import DRILL

API = "/api/v1"
DEFAULT_URL = "http://127.0.0.1:8000"
SECONDS = 30.0
SLOW = httpx.Timeout(SECONDS, read=300.0)
"""For an answer that is long in the making: an archive with its films."""

TRIES = 2
UNAUTHORISED = 401

NO_TOKEN = (
    "Set AMENDS_TOKEN to your token. If you have none, ask an administrator to have a code sent to "
    "you, and run: amends token claim CODE. For the first set-up, on the machine itself: "
    "amends token create --person YOUR-E-MAIL"
)
BAD_TOKEN = (
    "AMENDS_TOKEN holds no token that works: it is wrong, or it has run out. An administrator can "
    "have a code sent to you (amends token create --person YOUR-E-MAIL); then run: "
    "amends token claim CODE"
)
BAD_URL = "AMENDS_URL must start with http:// or https://."


class Client:
    """One caller of one service: AMENDS_URL and AMENDS_TOKEN."""

    def __init__(self, *, token_needed: bool = True) -> None:
        self.url = (os.environ.get("AMENDS_URL") or DEFAULT_URL).rstrip("/")
        if urlsplit(self.url).scheme not in ("http", "https"):
            raise Stop(Code.BAD_INPUT, BAD_URL)
        token = os.environ.get("AMENDS_TOKEN", "").strip()
        if token_needed and not token:
            raise Stop(Code.NOT_ALLOWED, NO_TOKEN)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        loopback = urlsplit(self.url).hostname in ("127.0.0.1", "localhost", "::1")
        self._http = httpx.Client(
            base_url=self.url, headers=headers, timeout=SECONDS, trust_env=not loopback
        )

    def get(self, path: str, **query: Any) -> Any:
        """The JSON at this address. Raises Stop."""
        kept = {name: value for name, value in query.items() if value is not None}
        return self._json(self._send("GET", path, params=kept))

    def post(self, path: str, body: dict[str, Any]) -> Any:
        """The answer to a POST; fields that are None are left out. Raises Stop."""
        kept = {name: value for name, value in body.items() if value is not None}
        return self._json(self._send("POST", path, json=kept))

    def report(self, body: dict[str, Any], key: str | None) -> Any:
        """The answer to a report. It is sent again once, with the same key, if no answer came."""
        kept = {name: value for name, value in body.items() if value is not None}
        headers = {"Idempotency-Key": key or str(uuid.uuid4())}
        return self._json(self._send("POST", "/incidents", json=kept, headers=headers, tries=TRIES))

    def events(self, reference: str, after: int = 0) -> Iterator[str]:
        """The data of each event, as it happens; ends when the service ends it. Raises Stop."""
        path = f"{API}/incidents/{segment(reference)}/events"
        headers = {"Last-Event-ID": str(after)}
        timeout = httpx.Timeout(SECONDS, read=60.0)
        try:
            with self._http.stream("GET", path, headers=headers, timeout=timeout) as answer:
                _heed_drill(answer)
                if answer.is_error:
                    answer.read()
                    self._json(answer)
                for line in answer.iter_lines():
                    if line.startswith("data:"):
                        yield line.removeprefix("data:").strip()
        except httpx.TransportError:
            return

    def download(
        self, path: str, body: dict[str, Any], to: Callable[[httpx.Headers], IO[bytes]]
    ) -> None:
        """Write what a POST answers to the file that ``to`` opens once the answer is a yes.

        Raises Stop, and httpx.TransportError where the answer breaks off."""
        try:
            with self._http.stream("POST", API + path, json=body, timeout=SLOW) as answer:
                if answer.is_error:
                    answer.read()
                    self._json(answer)
                file = to(answer.headers)
                for some in answer.iter_bytes():
                    file.write(some)
        except httpx.ConnectError:
            raise self.unreachable() from None

    def _send(self, method: str, path: str, tries: int = 1, **more: Any) -> httpx.Response:
        for left in reversed(range(tries)):
            try:
                answer = self._http.request(method, API + path, **more)
                _heed_drill(answer)
                return answer
            except (httpx.TransportError, httpx.InvalidURL):
                if not left:
                    raise self.unreachable() from None
                time.sleep(0.5)
        raise self.unreachable()

    def unreachable(self) -> Stop:
        """The way out with 69, after what to do by hand."""
        complain(by_hand(self.url))
        return Stop(Code.UNREACHABLE)

    def _json(self, answer: httpx.Response) -> Any:
        if not answer.is_error:
            return answer.json()
        code = STATUSES.get(answer.status_code, Code.FAILED)
        if code is Code.UNREACHABLE:
            raise self.unreachable()
        if answer.status_code == UNAUTHORISED and "Authorization" in self._http.headers:
            raise Stop(code, BAD_TOKEN)
        raise Stop(code, _detail(answer))


def _heed_drill(answer: httpx.Response) -> None:
    """From the first answer of a drill on, each line says that it is one."""
    if "amends-drill" in answer.headers:
        mark_as_drill()


def _detail(answer: httpx.Response) -> str:
    """The problem's own sentence; something else than Amends may have answered."""
    try:
        return str(answer.json()["detail"])
    except (ValueError, KeyError, TypeError):
        return f"The answer was {answer.status_code}, and not from Amends. Check AMENDS_URL."


def reference_of(text: str) -> str:
    """The reference in the form that is stored: AM-7K3QX, however it was typed. Those of a drill
    begin with its name, and are never taken for one without."""
    typed = text.strip().upper().rstrip("/").rpartition("/")[2]
    return typed if typed.startswith(("AM-", f"{DRILL}-")) else f"AM-{typed}"


def segment(text: str) -> str:
    """Text as one segment of an address."""
    return quote(text, safe="")


def incident_path(reference: str, rest: str = "") -> str:
    """The address of an incident, or of something below it."""
    return f"/incidents/{segment(reference_of(reference))}{rest}"
