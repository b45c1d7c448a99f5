"""Sign-in services on loopback: the mock that is a real server, and one of ours that can lie."""

import base64
import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
from joserfc import jwt
from joserfc.jwk import Key, RSAKey
from joserfc.jws import JWSRegistry
from oidc_provider_mock import run_server_in_thread
from paper import Paper, open_paper
from served import NO_TLS, Served, Visitor, serve

from amends.supervise import free_port
from integrations.identity.registry import provider_of

SECRET = "canary-client-secret"
ANY_ALGORITHM = ["none", "HS256", "RS256", "PS256"]


@dataclass(frozen=True)
class Client:
    """How a service knows us."""

    issuer: str
    client_id: str
    secret: str = field(repr=False)


@dataclass
class House:
    """One installation that people sign in to by a service."""

    web: Served
    client: Client
    config: Path

    @property
    def paper(self) -> Paper:
        """Its rows."""
        return self.web.paper

    def close(self) -> None:
        """Stop it."""
        self.web.close()
        self.paper.close()


def open_house(
    home: Path, register: Callable[[str], Client], more: str = "", database: str | None = None
) -> House:
    """An installation; ``register`` has a service know the address that people come back to."""
    port = free_port(0)
    url = f"http://127.0.0.1:{port}"
    client = register(f"{url}/sign-in/back")
    part = f"""
[oidc]
issuer = "{client.issuer}"
client_id = "{client.client_id}"
client_secret = "env:OIDC_SECRET"
{more}
"""
    secrets = {"OIDC_SECRET": client.secret, "AMENDS_PUBLIC_URL": url}
    paper = open_paper(home, database, more=part, secrets=secrets)
    provider = provider_of(paper.office.settings)
    return House(serve(paper, port, provider), client, home / "amends.toml")


@dataclass(frozen=True)
class Mock:
    """``oidc-provider-mock``: anybody signs in by naming themselves."""

    url: str

    def register(self, comes_back_to: str) -> Client:
        """Have it know us, and no other secret than the one it gives."""
        made = httpx.post(
            f"{self.url}/oauth2/clients", json={"redirect_uris": [comes_back_to]}, verify=NO_TLS
        )
        answer = made.raise_for_status().json()
        return Client(self.url, answer["client_id"], answer["client_secret"])

    def put(self, sub: str, **claims: object) -> None:
        """What it says of somebody."""
        httpx.put(f"{self.url}/users/{sub}", json=claims, verify=NO_TLS).raise_for_status()

    def sign_in(self, address: str, sub: str = "", **more: str) -> str:
        """Name oneself there, or ``action="deny"``; where the browser is sent back to."""
        given = more | ({"sub": sub} if sub else {})
        answer = httpx.post(address, data=given, verify=NO_TLS)
        assert answer.status_code == 302, answer.text
        return answer.headers["location"]


@contextmanager
def mock_service() -> Iterator[Mock]:
    """It runs until the context ends."""
    with run_server_in_thread(require_client_registration=True, require_nonce=True) as server:
        yield Mock(f"http://127.0.0.1:{server.server_port}")


def set_out(web: Served, visitor: Visitor, goes_to: str = "/", other: str = "") -> str:
    """Press the button; the address at the service that the browser goes on to."""
    page = visitor.post("/sign-in/elsewhere", {"goes_to": goes_to, "other": other})
    assert page.status_code == 200, (page.status_code, page.headers.get("location"))
    return (
        page.text.partition('<p class="govuk-body"><a class="govuk-link" href="')[2]
        .partition('"')[0]
        .replace("&amp;", "&")
    )


def path_of(address: str) -> str:
    """Its path and query."""
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}"


@dataclass
class Liar:
    """A service of ours, which answers by the book until a test has it answer otherwise."""

    key: Key = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    signs_with: Key | None = None
    algorithm: str = "RS256"
    claims: dict[str, object] = field(default_factory=dict)
    without: tuple[str, ...] = ()
    told: dict[str, object] = field(default_factory=dict)
    discovery: dict[str, object] = field(default_factory=dict)
    answers: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    hangs: threading.Event | None = None
    asked: list[str] = field(default_factory=list)
    arrived: int = 0
    ways: dict[str, Mapping[str, str]] = field(default_factory=dict)
    url: str = ""

    def anew(self) -> None:
        """By the book again."""
        key = self.key
        self.__init__(key=key, url=self.url)  # type: ignore[misc]

    def register(self, comes_back_to: str) -> Client:
        """It knows us by this name."""
        assert comes_back_to.endswith("/sign-in/back")
        return Client(self.url, "amends", SECRET)

    def sign_in(self, address: str) -> str:
        """Somebody signs in there; where the browser is sent back to."""
        asked = {name: value[0] for name, value in parse_qs(urlsplit(address).query).items()}
        code = f"code-{len(self.ways)}"
        self.ways[code] = asked
        back = {"code": code, "state": asked["state"], "iss": self.url}
        return f"{asked['redirect_uri']}?{urlencode(back)}"

    def answer(self, path: str, form: Mapping[str, str]) -> tuple[int, bytes]:
        """What is answered at this path."""
        self.asked.append(path)
        if path in self.answers:
            return self.answers[path]
        if path == "/.well-known/openid-configuration":
            return 200, json.dumps(self._discovery() | self.discovery).encode()
        if path == "/jwks":
            return 200, json.dumps({"keys": [self.key.as_dict(private=False)]}).encode()
        if path == "/userinfo":
            return 200, json.dumps({"sub": "ana"} | self.told).encode()
        return self._token(form)

    def _discovery(self) -> dict[str, object]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/jwks",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }

    def _token(self, form: Mapping[str, str]) -> tuple[int, bytes]:
        if form["code"] not in self.ways:
            return 400, b'{"error": "invalid_grant"}'
        way = self.ways[form["code"]]
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        proves = base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == way["code_challenge"]
        if not proves or form["client_secret"] != SECRET:
            return 400, b'{"error": "invalid_grant"}'
        now = int(time.time())
        claims: dict[str, object] = {
            "iss": self.url,
            "aud": "amends",
            "sub": "ana",
            "iat": now,
            "exp": now + 300,
            "nonce": way["nonce"],
            "email": "ana@dept.example",
            "email_verified": True,
        }
        claims |= self.claims
        said = {name: value for name, value in claims.items() if name not in self.without}
        signer = self.signs_with or self.key
        header = {"alg": self.algorithm, "kid": signer.kid or "one"}
        token = jwt.encode(header, said, signer, registry=JWSRegistry(algorithms=ANY_ALGORITHM))
        return 200, json.dumps({
            "token_type": "Bearer", "access_token": "canary-access-token", "id_token": token,
        }).encode()  # fmt: skip


@contextmanager
def lying_service() -> Iterator[Liar]:
    """It runs until the context ends."""
    liar = Liar()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._say({})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
            self._say({name: value[0] for name, value in parse_qs(body).items()})

        def _say(self, form: Mapping[str, str]) -> None:
            liar.arrived += 1
            if liar.hangs is not None:
                liar.hangs.wait(30)
            status, body = liar.answer(urlsplit(self.path).path, form)
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    liar.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield liar
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
