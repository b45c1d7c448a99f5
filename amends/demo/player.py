"""One person of the demo at the API, with a token of their own, as the command line is."""

from contextlib import suppress

import httpx
from pydantic import BaseModel

from amends.demo.failing import DemoError
from flows.cases import CaseShape
from flows.shapes import EntryShape, IncidentShape, StatementShape, TimelinePage

API = "/api/v1"
SECONDS = 30.0

Body = dict[str, str | int | list[str] | None]


class Answer(BaseModel):
    """What matters of the answer to a report."""

    reference: str


class Problem(BaseModel):
    """What matters of a refusal: the sentence for people."""

    detail: str


class Token(BaseModel):
    """A token, shown once."""

    token: str


def ask_for_sign_in_link(url: str, email: str) -> None:
    """Ask for one as the page to sign in does. Where it fails, the person can still do so."""
    with suppress(httpx.HTTPError):
        httpx.post(f"{url}/sign-in", data={"email": email}, timeout=SECONDS, trust_env=False)


class Player:
    """One caller. Every method raises DemoError where the API says no."""

    def __init__(self, url: str, token: str = "") -> None:
        self.token = token
        self._http = httpx.Client(
            base_url=url + API,
            headers={"Authorization": f"Bearer {token}"} if token else {},
            timeout=SECONDS,
            trust_env=False,
        )

    def report(self, body: Body) -> str:
        """Report; returns the reference."""
        return Answer.model_validate(self._post("/incidents", body).json()).reference

    def incident(self, reference: str) -> IncidentShape:
        """The incident, as far as this person may see it."""
        return IncidentShape.model_validate(self._get(f"/incidents/{reference}").json())

    def timeline(self, reference: str, after: int = 0) -> list[EntryShape]:
        """Every entry after the one with this id."""
        entries: list[EntryShape] = []
        while True:
            answer = self._get(f"/incidents/{reference}/timeline?after={after}&limit=200")
            page = TimelinePage.model_validate(answer.json())
            entries += page.entries
            if page.next is None:
                return entries
            after = page.next

    def clear(self, reference: str, statement: StatementShape) -> None:
        """Say yes to exactly these words."""
        body: Body = {
            "statement": statement.id,
            "digest": statement.digest,
            "decision": "approve",
        }
        self._post(f"/incidents/{reference}/clearances", body)

    def acknowledge(self, reference: str) -> None:
        """Say that this person's notices reached them."""
        self._post(f"/incidents/{reference}/acknowledgements", {})

    def decide(self, reference: str, body: Body) -> None:
        """Any other decision on the incident."""
        self._post(f"/incidents/{reference}/decisions", body)

    def refused(self, reference: str, body: Body) -> str:
        """A decision that must not be taken; returns what is answered instead."""
        answer = self._send("POST", f"/incidents/{reference}/decisions", body)
        if not answer.is_error:
            raise DemoError("What must be refused was accepted.")
        return Problem.model_validate(answer.json()).detail

    def case(self, reference: str) -> CaseShape:
        """The sealed case beside the incident."""
        return CaseShape.model_validate(self._get(f"/cases/{reference}").json())

    def decide_case(self, reference: str, body: Body) -> CaseShape:
        """HR's decision."""
        answer = self._post(f"/cases/{reference}/decisions", body)
        return CaseShape.model_validate(answer.json())

    def status_of(self, path: str) -> int:
        """The status with which the API answers, whatever it is."""
        return self._send("GET", path, None).status_code

    def have_code_sent(self, email: str) -> None:
        """A code for somebody else's token, to their own address: administrators may have it."""
        self._post("/tokens", {"person": email})

    def claim(self, code: str) -> str:
        """The token that a mailed code stands for."""
        return Token.model_validate(self._post("/tokens/claim", {"code": code}).json()).token

    def close(self) -> None:
        """Let the connections go."""
        self._http.close()

    def _get(self, path: str) -> httpx.Response:
        return _good(self._send("GET", path, None))

    def _post(self, path: str, body: Body) -> httpx.Response:
        return _good(self._send("POST", path, body))

    def _send(self, method: str, path: str, body: Body | None) -> httpx.Response:
        try:
            return self._http.request(method, path, json=body)
        except httpx.TransportError as error:
            raise DemoError(f"Amends does not answer ({type(error).__name__}).") from None


def _good(answer: httpx.Response) -> httpx.Response:
    if answer.is_error:
        asked = f"{answer.request.method} {answer.request.url.path}"
        raise DemoError(f"{asked} was answered with {answer.status_code}: {answer.text[:300]}")
    return answer
