"""What an OpenID provider answers, in the shapes that count."""

from urllib.parse import urlsplit

from pydantic import BaseModel, Field

from amends.settings import is_loopback

SECRET_IN_BODY = "client_secret_post"
SECRET_IN_HEADER = "client_secret_basic"


class Provider(BaseModel):
    """Where a provider does what (OpenID Connect Discovery 1.0, section 3)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    id_token_signing_alg_values_supported: list[str] = Field(default_factory=list)
    token_endpoint_auth_methods_supported: list[str] = Field(default_factory=list)
    code_challenge_methods_supported: list[str] = Field(default_factory=list)

    @property
    def takes_secret(self) -> str:
        """How it takes our secret. In the body where it may be: in the header some read it escaped
        and some do not."""
        in_body = SECRET_IN_BODY in self.token_endpoint_auth_methods_supported
        return SECRET_IN_BODY if in_body else SECRET_IN_HEADER

    def is_of(self, issuer: str) -> bool:
        """Whether this is that issuer, and all of it is where nobody can stand in between."""
        where = [self.authorization_endpoint, self.token_endpoint, self.jwks_uri]
        where += [self.userinfo_endpoint] if self.userinfo_endpoint else []
        return self.issuer == issuer and all(_is_safe(one, issuer) for one in where)


def _is_safe(address: str, issuer: str) -> bool:
    try:
        parts = urlsplit(address)
        here = is_loopback(address)
    except ValueError:
        return False
    plain = bool(parts.hostname) and not parts.username and address.isascii() and '"' not in address
    return plain and (parts.scheme == "https" or (here and is_loopback(issuer)))


class Keys(BaseModel):
    """The keys that a provider signs with (RFC 7517)."""

    keys: list[dict[str, object]]


class Tokens(BaseModel):
    """What a code is exchanged for. Nothing of it is kept."""

    id_token: str = Field(repr=False)
    access_token: str | None = Field(default=None, repr=False)


class Failed(BaseModel):
    """Why the provider did not (RFC 6749, section 5.2)."""

    error: str = ""


class Told(BaseModel):
    """What the provider says of a person, on asking."""

    model_config = {"extra": "allow"}

    sub: str
