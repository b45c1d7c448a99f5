"""OpenID Connect by Authlib: authorization code with PKCE, state and nonce.

Every call is bounded, made once and follows no redirect. Nothing that a provider sends is in the
text of an error: those hold codes, tokens and addresses of people.
"""

import logging
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import ExpiredTokenError, InvalidClaimError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from amends.settings import OidcPart, is_loopback
from integrations.deadline import within
from integrations.errors import OutsideError
from integrations.identity.shapes import Failed, Keys, Provider, Tokens, Told
from integrations.platforms.bounded import Answered, asked, bound, hush
from integrations.platforms.bounded_connection import Bounds
from integrations.platforms.reading import Shape, read_as
from models.identity import Begun, Identity, Stop, StoppedError

log = logging.getLogger("amends.sign_in")

ALGORITHMS = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "EdDSA"),
)
"""Signed with a key that the provider alone has; never with our secret, and never unsigned."""

LEEWAY_SECONDS = 120
"""How far the provider's clock may be from ours."""

BOUNDS = Bounds(connect=3.0, read=5.0, whole=8.0, size=256 * 1024)
WHOLE_SECONDS = 12.0
"""How long all calls of one sign-in may take together."""

KNOWN_SECONDS = 600.0
"""How long it is taken for granted where the provider does what, and what it signs with."""

AT_ONCE = 8
"""Who signs in waits for the provider in a thread; reports must not wait for threads."""
PATIENCE_SECONDS = 0.5

WELL_KNOWN = "/.well-known/openid-configuration"
YES = (True, "true")
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
            claims = self._claims(known, begun, tokens)
            if tokens.access_token and not self._says_enough(claims):
                told = self._told(known.provider, tokens.access_token, str(claims["sub"]))
                claims = self._joined(claims, told)
        return self._identity(claims)

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
        found = _read(Keys, self._get(provider.jwks_uri)).keys
        usable = [one for one in found if one.get("kty") in ("RSA", "EC", "OKP")]
        try:
            return KeySet.import_key_set({"keys": usable})  # type: ignore[typeddict-item]
        except (JoseError, ValueError, TypeError, KeyError):
            raise _stopped(Stop.DOWN, "keys") from None

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

    def _claims(self, known: _Known, begun: Begun, tokens: Tokens) -> Mapping[str, object]:
        try:
            try:
                return self._checked(known.keys, begun, tokens)
            except InvalidKeyIdError:  # it signs with a new key
                self._known = known = _Known(known.provider, self._keys(known.provider))
                return self._checked(known.keys, begun, tokens)
        except ExpiredTokenError:
            raise _stopped(Stop.EXPIRED, "id-token") from None
        except InvalidClaimError as error:
            why = Stop.AUDIENCE if error.claim in ("aud", "azp") else Stop.UNTRUSTED
            raise _stopped(why, "id-token") from None
        except (JoseError, ValueError, TypeError):
            raise _stopped(Stop.UNTRUSTED, "id-token") from None

    def _checked(self, keys: KeySet, begun: Begun, tokens: Tokens) -> Mapping[str, object]:
        """What is signed, once signature, issuer, audience, times and nonce are right."""
        registry = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
        token = jwt.decode(tokens.id_token, key=keys, registry=registry)
        claims = CodeIDToken(
            token.claims,
            token.header,
            {
                "iss": {"essential": True, "value": self._part.issuer},
                "aud": {"essential": True, "value": self._part.client_id},
                "nonce": {"essential": True, "value": begun.nonce},
            },
            {
                "client_id": self._part.client_id,
                "nonce": begun.nonce,
                "access_token": tokens.access_token,
            },
        )
        claims.validate(leeway=LEEWAY_SECONDS)
        return dict(claims)

    def _says_enough(self, claims: Mapping[str, object]) -> bool:
        wanted = ["email", self._part.verified_claim]
        wanted += [self._part.groups_claim] if self._part.groups else []
        return all(one in claims for one in wanted)

    def _told(self, provider: Provider, token: str, sub: str) -> Mapping[str, object]:
        """What is not in the token itself: many providers say it only when asked."""
        if provider.userinfo_endpoint is None:
            return {}
        signed = {"Authorization": f"Bearer {token}"}
        told = _read(Told, self._get(provider.userinfo_endpoint, signed))
        if told.sub != sub:
            raise _stopped(Stop.UNTRUSTED, "userinfo")
        return told.model_dump()

    def _joined(
        self, signed: Mapping[str, object], told: Mapping[str, object]
    ) -> Mapping[str, object]:
        """Both, the signed one first; that an address is verified is said of the one beside it."""
        pair = {"email", self._part.verified_claim}
        whole = pair <= signed.keys()
        return {**told, **{k: v for k, v in signed.items() if whole or k not in pair}}

    def _identity(self, claims: Mapping[str, object]) -> Identity:
        address = claims.get("email")
        # Letters of other alphabets may become plain ones when they are made small.
        known = isinstance(address, str) and address.isascii() and bool(address.strip())
        return Identity(
            address=str(address).strip().lower() if known else None,
            verified=claims.get(self._part.verified_claim) in YES,
            groups=frozenset(_texts(claims.get(self._part.groups_claim))),
        )

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


def can_sign(algorithms: Iterable[str]) -> bool:
    """Whether one of these is taken."""
    return not set(ALGORITHMS).isdisjoint(algorithms)


def _why_no_token(answered: Answered) -> Stop:
    try:
        error = read_as(Failed, answered.body).error
    except OutsideError:
        error = ""
    if error in NOT_OUR_CLIENT or answered.status in (401, 403):
        return Stop.CLIENT
    return Stop.EXPIRED if error == "invalid_grant" else Stop.DOWN


def _texts(value: object) -> Iterable[str]:
    """Groups come as a list of names, and a single one sometimes as a name."""
    several = value if isinstance(value, list) else [value]
    return [one for one in several if isinstance(one, str)]


def _here(issuer: str) -> str | None:
    """A provider on this machine is reached without a proxy."""
    parts = urlsplit(issuer)
    return f"{parts.scheme}://{parts.netloc}" if is_loopback(issuer) else None
