"""OpenID Connect by Authlib: authorization code with PKCE, state and nonce.

Every call is bounded, made once and follows no redirect. Nothing that a provider sends is in the
text of an error: those hold codes, tokens and addresses of people.
"""

import logging
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from joserfc.jwk import KeySet

from amends.settings import OidcPart, is_loopback
from integrations.deadline import within
from integrations.errors import OutsideError
from integrations.identity.authlib_tokens import NewKeyError, key_set, signed
from integrations.identity.said import Said, identity, join, says_enough
from integrations.identity.shapes import Failed, Keys, Provider, Tokens, Told
from integrations.platforms.bounded import Answered, asked, bound, hush
from integrations.platforms.bounded_connection import Bounds
from integrations.platforms.reading import Shape, read_as
from models.identity import Begun, Identity, Stop, StoppedError

log = logging.getLogger("amends.sign_in")

BOUNDS = Bounds(connect=3.0, read=5.0, whole=8.0, size=256 * 1024)
WHOLE_SECONDS = 12.0
"""How long all calls of one sign-in may take together."""

KNOWN_SECONDS = 600.0
"""How long it is taken for granted where the provider does what, and what it signs with."""

AT_ONCE = 8
"""Who signs in waits for the provider in a thread; reports must not wait for threads."""
PATIENCE_SECONDS = 0.5

WELL_KNOWN = "/.well-known/openid-configuration"
NOT_OUR_CLIENT = ("invalid_client", "unauthorized_client")


@dataclass(frozen=True)
class _Known:
    provider: Provider
    keys: KeySet
    at: float = field(default_factory=time.monotonic)

    @property
    def is_fresh(self) -> bool:
        return time.monotonic() - self.at < KNOWN_SECONDS


class OpenIdProvider:
    """One provider, by what its discovery document says. Safe from several threads. Without a
    ``secret`` nobody signs in by it, and all else goes on."""

    def __init__(self, part: OidcPart, secret: str, comes_back_to: str) -> None:
        hush()
        self._part = part
        self._secret = secret
        self._comes_back_to = comes_back_to
        self._known: _Known | None = None
        self._room = threading.BoundedSemaphore(AT_ONCE)

    def address_for(self, begun: Begun, *, another: bool = False) -> str:
        """Where the browser goes to sign in; with ``another`` account than the one that the
        provider would take by itself. Raises StoppedError."""
        provider = self._provider()
        with self._session(provider) as session:
            address, _ = session.create_authorization_url(
                provider.authorization_endpoint,
                state=begun.state,
                nonce=begun.nonce,
                code_verifier=begun.verifier,
                **({"prompt": "select_account"} if another else {}),
            )
        return str(address)

    def identity_of(self, begun: Begun, code: str) -> Identity:
        """Whom the provider let in, by the code that it sent back. Raises StoppedError."""
        with self._outside():
            known = self._discovered()
            tokens = self._exchange(known.provider, begun, code)
            said = self._signed(known, begun, tokens)
            if tokens.access_token and not says_enough(said, self._part):
                told = self._told(known.provider, tokens.access_token, str(said["sub"]))
                said = join(said, told, self._part)
        return identity(said, self._part)

    def look(self) -> Provider:
        """What the provider says of itself, asked anew. Raises StoppedError."""
        self._known = None
        return self._provider()

    def takes_us(self) -> bool:
        """Whether it takes our name and secret, asked with a code that is none. Raises
        StoppedError."""
        with self._outside():
            provider = self._discovered().provider
            try:
                self._exchange(provider, Begun.of(""), "none")
            except StoppedError as stopped:
                return stopped.why is not Stop.CLIENT
        return True

    @contextmanager
    def _outside(self) -> Iterator[None]:
        """At most so many at once, and each for so long. Raises StoppedError."""
        if not self._secret:
            raise _stopped(Stop.CLIENT, "secret")
        if not self._room.acquire(timeout=PATIENCE_SECONDS):
            raise StoppedError(Stop.DOWN)
        began = time.monotonic()
        try:
            with within(lambda: WHOLE_SECONDS - (time.monotonic() - began)):
                yield
        finally:
            self._room.release()

    def _provider(self) -> Provider:
        """Who knows it already waits for nobody."""
        known = self._known
        if known is not None and known.is_fresh and self._secret:
            return known.provider
        with self._outside():
            return self._discovered().provider

    def _discovered(self) -> _Known:
        known = self._known
        if known is None or not known.is_fresh:
            provider = _read(Provider, self._get(self._part.issuer.rstrip("/") + WELL_KNOWN))
            if not provider.is_of(self._part.issuer):
                raise _stopped(Stop.UNTRUSTED, "discovery")
            known = self._known = _Known(provider, self._keys(provider))
        return known

    def _keys(self, provider: Provider) -> KeySet:
        return key_set(_read(Keys, self._get(provider.jwks_uri)).keys)

    def _exchange(self, provider: Provider, begun: Begun, code: str) -> Tokens:
        with self._session(provider) as session:
            session.hooks["response"] = [_hand_over]
            try:
                asked(
                    lambda: session.fetch_token(
                        provider.token_endpoint,
                        grant_type="authorization_code",
                        code=code,
                        code_verifier=begun.verifier,
                    )
                )
            except _Answer as answer:
                return _read(Tokens, answer.response.content)
            except Answered as answered:
                raise _stopped(_why_no_token(answered), "exchange") from None
            except (OutsideError, AuthlibBaseError, ValueError):
                pass
        raise _stopped(Stop.DOWN, "exchange")

    def _signed(self, known: _Known, begun: Begun, tokens: Tokens) -> Said:
        try:
            return signed(tokens, known.keys, begun, self._part)
        except NewKeyError:
            self._known = known = _Known(known.provider, self._keys(known.provider))
        try:
            return signed(tokens, known.keys, begun, self._part)
        except NewKeyError:
            raise _stopped(Stop.UNTRUSTED, "keys") from None

    def _told(self, provider: Provider, token: str, sub: str) -> Said:
        """What is not in the token itself: many providers say it only when asked."""
        if provider.userinfo_endpoint is None:
            return {}
        shown = {"Authorization": f"Bearer {token}"}
        told = _read(Told, self._get(provider.userinfo_endpoint, shown))
        if told.sub != sub:
            raise _stopped(Stop.UNTRUSTED, "userinfo")
        return told.model_dump()

    def _get(self, address: str, headers: Mapping[str, str] | None = None) -> bytes:
        with self._session() as session:
            try:
                answer = asked(
                    lambda: session.request(
                        "GET", address, withhold_token=True, headers=dict(headers or {})
                    )
                )
                return answer.content
            except Answered as answered:
                log.warning("the sign-in service answered %d", answered.status)
            except (OutsideError, ValueError):
                pass
        raise _stopped(Stop.DOWN, "get")

    def _session(self, provider: Provider | None = None) -> OAuth2Session:
        session = OAuth2Session(
            client_id=self._part.client_id,
            client_secret=self._secret,
            token_endpoint_auth_method=provider.takes_secret if provider else None,
            scope=" ".join(self._part.scopes),
            redirect_uri=self._comes_back_to,
            code_challenge_method="S256",
        )
        bound(session, BOUNDS, _here(self._part.issuer))
        session.headers["Accept"] = "application/json"
        return session


class _Answer(Exception):
    """Carries an answer out of Authlib, whose own reading would repeat it in errors."""

    def __init__(self, response: requests.Response) -> None:
        super().__init__("answered")
        self.response = response


def _hand_over(response: requests.Response, **_sent: object) -> None:
    assert response.content is not None
    raise _Answer(response)


def _read(shape: type[Shape], content: bytes) -> Shape:
    """The answer in its shape. Raises StoppedError where it has another."""
    try:
        return read_as(shape, content)
    except OutsideError:
        raise _stopped(Stop.DOWN, "shape") from None


def _stopped(why: Stop, where: str) -> StoppedError:
    log.warning("the sign-in service: %s (%s)", why.value, where)
    return StoppedError(why)


def _why_no_token(answered: Answered) -> Stop:
    try:
        error = read_as(Failed, answered.body).error
    except OutsideError:
        error = ""
    if error in NOT_OUR_CLIENT or answered.status in (401, 403):
        return Stop.CLIENT
    return Stop.EXPIRED if error == "invalid_grant" else Stop.DOWN


def _here(issuer: str) -> str | None:
    """A provider on this machine is reached without a proxy."""
    parts = urlsplit(issuer)
    return f"{parts.scheme}://{parts.netloc}" if is_loopback(issuer) else None
