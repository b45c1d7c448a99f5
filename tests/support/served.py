"""The web process of an installation on paper, and the people who call it."""

import contextlib
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import httpx
from case_story import Installed
from paper import Paper, open_paper
from web_thread import WebThread

from amends.supervise import free_port
from amends.web.app import create_app
from amends.web.signed_in import csrf_of
from flows.tokens import digest_of
from models.beats import Beat
from models.columns import new_id
from models.people import Token
from models.sign_in import WebSession

API = "/api/v1"
LIFE_DAYS = 90
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""All calls are plain http; without it each reads every certificate of the machine."""


@dataclass
class Served:
    """One server and the people who call it."""

    house: Installed
    url: str
    web: WebThread
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def paper(self) -> Paper:
        """The installation, where it is one on paper."""
        assert isinstance(self.house, Paper), "an engine is at work here"
        return self.house

    def token(self, email: str) -> str:
        """A token of this person's, the same each time."""
        if email not in self.tokens:
            self.tokens[email] = f"token-of-{email}"
            with self.house.office.store.write("token") as tx:
                tx.add(
                    Token(
                        id=new_id(),
                        person_id=self.house.person(email).id,
                        digest=digest_of(self.tokens[email]),
                        made_at=tx.now(),
                        expires_at=tx.now() + timedelta(days=LIFE_DAYS),
                    )
                )
        return self.tokens[email]

    def browser(self, email: str | None = None) -> "Visitor":
        """A browser in which this person is signed in; nobody where it is left out."""
        visitor = Visitor(self)
        if email is not None:
            visitor.sign_in(email)
        return visitor

    def call(self, method: str, path: str, by: str | None = None, **more: object) -> httpx.Response:
        """One request; ``by`` is who makes it."""
        headers = dict(more.pop("headers", {}))  # type: ignore[call-overload]
        if by is not None:
            headers["Authorization"] = f"Bearer {self.token(by)}"
        return httpx.request(
            method,
            self.url + path,
            headers=headers,
            timeout=20,
            trust_env=False,
            verify=NO_TLS,
            **more,
        )

    def get(self, path: str, by: str | None = None, **more: object) -> httpx.Response:
        """GET below /api/v1."""
        return self.call("GET", API + path, by, **more)

    def post(
        self, path: str, body: object = None, by: str | None = None, **more: object
    ) -> httpx.Response:
        """POST below /api/v1."""
        return self.call("POST", API + path, by, json=body, **more)

    def beat(self, detail: str = "") -> None:
        """An engine says that it is well."""
        with self.house.office.store.write("beat") as tx:
            tx.merge(Beat(name="engine-1", role="engine", at=tx.now(), detail=detail))

    def close(self) -> None:
        """Stop the server."""
        self.web.close()


@dataclass
class Visitor:
    """One browser: it keeps cookies, follows no redirect, and says where its forms come from."""

    served: Served
    cookies: dict[str, str] = field(default_factory=dict)
    csrf: str = ""

    def sign_in(self, email: str) -> str:
        """Open a session of this person's; returns its id."""
        secret = f"session-{new_id()}"
        with self.served.house.office.store.write("session") as tx:
            now = tx.now()
            session = WebSession(
                person_id=self.served.house.person(email).id,
                digest=digest_of(secret),
                made_at=now,
                seen_at=now,
                expires_at=now + timedelta(hours=12),
            )
            tx.add(session)
            tx.flush()
            session_id = session.id
        self.cookies, self.csrf = {"amends": secret}, csrf_of(secret)
        return session_id

    def get(self, path: str) -> httpx.Response:
        """Open a page."""
        return self._ask("GET", path)

    def post(self, path: str, given: object = None, **more: object) -> httpx.Response:
        """Send a form, with the token of this session where it gives none."""
        assert given is None or isinstance(given, dict)
        return self._ask("POST", path, data={"csrf": self.csrf} | (given or {}), **more)

    def _ask(self, method: str, path: str, **more: object) -> httpx.Response:
        headers = {"Accept": "text/html", "Origin": self.served.url}
        if method == "POST":
            headers |= {"Sec-Fetch-Site": "same-origin"}
        answer = self.served.call(method, path, headers=headers, cookies=self.cookies, **more)
        self.cookies |= dict(answer.cookies)
        return answer


def serve(house: Installed) -> Served:
    """Start it, and return when it answers."""
    port = free_port(0)
    return Served(house, f"http://127.0.0.1:{port}", WebThread(create_app(house.office), port))


@contextlib.contextmanager
def served_on_paper(home: Path) -> Iterator[Served]:
    """An installation on paper in this folder, and its server, until the context ends."""
    paper = open_paper(home)
    served = serve(paper)
    yield served
    served.close()
    paper.close()
