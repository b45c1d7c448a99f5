"""What a provider has signed, held against what was asked of it (OpenID Connect Core, 3.1.3.7)."""

from collections.abc import Iterable, Sequence

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import ExpiredTokenError, InvalidClaimError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from amends.settings import OidcPart
from integrations.identity.said import Said
from integrations.identity.shapes import Tokens
from models.identity import Begun, Stop, StoppedError

ALGORITHMS = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "EdDSA"),
)
"""Signed with a key that the provider alone has; never with our secret, and never unsigned."""

KINDS = ("RSA", "EC", "OKP")

LEEWAY_SECONDS = 120
"""How far the provider's clock may be from ours."""


class NewKeyError(Exception):
    """It is signed with a key that we do not know yet."""


def can_sign(algorithms: Iterable[str]) -> bool:
    """Whether one of these is taken."""
    return not set(ALGORITHMS).isdisjoint(algorithms)


def key_set(keys: Sequence[dict[str, object]]) -> KeySet:
    """Those of the keys that can sign. Raises StoppedError."""
    usable = [one for one in keys if one.get("kty") in KINDS]
    try:
        return KeySet.import_key_set({"keys": usable})  # type: ignore[typeddict-item]
    except (JoseError, ValueError, TypeError, KeyError):
        raise StoppedError(Stop.DOWN) from None


def signed(tokens: Tokens, keys: KeySet, begun: Begun, part: OidcPart) -> Said:
    """What it says, once signature, issuer, audience, times and nonce are right.

    Raises StoppedError and NewKeyError, whose texts hold nothing of it.
    """
    try:
        return _checked(tokens, keys, begun, part)
    except InvalidKeyIdError:
        raise NewKeyError from None
    except ExpiredTokenError:
        raise StoppedError(Stop.EXPIRED) from None
    except InvalidClaimError as error:
        why = Stop.AUDIENCE if error.claim in ("aud", "azp") else Stop.UNTRUSTED
        raise StoppedError(why) from None
    except (JoseError, ValueError, TypeError):
        raise StoppedError(Stop.UNTRUSTED) from None


def _checked(tokens: Tokens, keys: KeySet, begun: Begun, part: OidcPart) -> Said:
    registry = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
    token = jwt.decode(tokens.id_token, key=keys, registry=registry)
    claims = CodeIDToken(
        token.claims,
        token.header,
        {
            "iss": {"essential": True, "value": part.issuer},
            "aud": {"essential": True, "value": part.client_id},
            "nonce": {"essential": True, "value": begun.nonce},
        },
        {
            "client_id": part.client_id,
            "nonce": begun.nonce,
            "access_token": tokens.access_token,
        },
    )
    claims.validate(leeway=LEEWAY_SECONDS)
    return dict(claims)
