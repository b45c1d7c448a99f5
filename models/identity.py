"""What the department's own sign-in service says of somebody, and why that may not count."""

import hashlib
import hmac
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

COMES_BACK_TO = "/sign-in/back"
"""Where the service sends a browser back to, below the installation's own address."""


class Stop(StrEnum):
    """Why nobody is signed in. Each is an answer that a page has a sentence for."""

    DOWN = "down"  # the service does not answer, or not as it should
    REFUSED = "refused"  # the person, or the service, said no
    CLIENT = "client"  # the service does not take our name or secret
    AUDIENCE = "audience"  # what it says was meant for another service
    UNTRUSTED = "untrusted"  # signed by nobody whom we trust, or not an answer to what we asked
    EXPIRED = "expired"  # too long under way
    REPLAYED = "replayed"  # an answer that has been used already
    OTHER_BROWSER = "other-browser"  # not begun in this browser
    NO_ADDRESS = "no-address"
    UNVERIFIED = "unverified"
    UNKNOWN = "unknown"  # nobody of the register


class StoppedError(Exception):
    """Nobody is signed in. The text is the code alone."""

    def __init__(self, why: Stop) -> None:
        super().__init__(why.value)
        self.why = why


@dataclass(frozen=True)
class Begun:
    """One way to the service and back. All of it follows from a secret that this browser alone
    has, so that nothing of it has to be kept, and no other browser can come back with it.

    ``state`` and ``nonce`` are in addresses; ``verifier`` (PKCE) goes to the service alone.
    """

    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)

    @classmethod
    def of(cls, secret: str) -> "Begun":
        """The one that this secret stands for."""
        return cls(*(_derived(secret, what) for what in ("state", "nonce", "verifier")))


def _derived(secret: str, what: str) -> str:
    return hmac.new(secret.encode(), what.encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True)
class Identity:
    """Whom the service has let in. ``verified`` is its word that the address is theirs."""

    address: str | None = field(repr=False)
    verified: bool
    groups: frozenset[str] = field(default=frozenset(), repr=False)


class IdentityProvider(Protocol):
    """The department's own sign-in service. Safe from several threads."""

    def address_for(self, begun: Begun, *, another: bool = False) -> str:
        """Where the browser goes to sign in; with ``another`` account than the one that the
        service would take by itself. Raises StoppedError."""

    def identity_of(self, begun: Begun, code: str) -> Identity:
        """Whom the service let in, by the code that it sent back. Raises StoppedError."""
