"""The web process of an installation on paper: a real server on loopback, in a thread."""

import threading
import time
from dataclasses import dataclass, field
from datetime import timedelta

import httpx
import uvicorn
from paper import Paper

from amends.supervise import free_port
from amends.web.app import create_app
from flows.tokens import digest_of
from models.beats import Beat
from models.columns import new_id
from models.people import Token

API = "/api/v1"
LIFE_DAYS = 90


@dataclass
class Served:
    """One server and the people who call it."""

    paper: Paper
    url: str
    server: uvicorn.Server
    thread: threading.Thread
    tokens: dict[str, str] = field(default_factory=dict)

    def token(self, email: str) -> str:
        """A token of this person's, the same each time."""
        if email not in self.tokens:
            self.tokens[email] = f"token-of-{email}"
            with self.paper.office.store.write("token") as tx:
                tx.add(
                    Token(
                        id=new_id(),
                        person_id=self.paper.person(email).id,
                        digest=digest_of(self.tokens[email]),
                        made_at=tx.now(),
                        expires_at=tx.now() + timedelta(days=LIFE_DAYS),
                    )
                )
        return self.tokens[email]

    def call(self, method: str, path: str, by: str | None = None, **more: object) -> httpx.Response:
        """One request; ``by`` is who makes it."""
        headers = dict(more.pop("headers", {}))  # type: ignore[call-overload]
        if by is not None:
            headers["Authorization"] = f"Bearer {self.token(by)}"
        return httpx.request(
            method, self.url + path, headers=headers, timeout=20, trust_env=False, **more
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
        with self.paper.office.store.write("beat") as tx:
            tx.merge(Beat(name="engine-1", role="engine", at=tx.now(), detail=detail))

    def close(self) -> None:
        """Stop the server."""
        self.server.should_exit = True
        self.thread.join(timeout=10)


def serve(paper: Paper) -> Served:
    """Start it, and return when it answers."""
    port = free_port(0)
    config = uvicorn.Config(
        create_app(paper.office),
        host="127.0.0.1",
        port=port,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    return Served(paper, f"http://127.0.0.1:{port}", server, thread)
