"""What a story needs of a platform: to post there past Amends, and to look as anybody can."""

from typing import Protocol


class Place(Protocol):
    """One platform on this machine, with the department's account on it, ready to be posted to."""

    platform: str
    handle: str
    title: str
    """What people call it."""
    ours: bool
    """Whether the department registers it; it never registers what is somebody's own."""
    by_hand: bool
    """Whether Amends has no way in: a person deletes and publishes there."""
    base_url: str
    page: str | None
    """Where anybody with a browser can look; None where it has no pages."""
    credentials: str
    """JSON, as ``credentials`` of an account holds it."""

    def post(self, text: str) -> str:
        """Put a post on the account, as its owner's own phone would; returns the link."""
        ...

    def take_down(self, link: str) -> None:
        """Delete the post past Amends, as its owner's own phone would."""
        ...

    def seen_by_a_stranger(self) -> list[str]:
        """The words of every post on the account, the newest first, read without a token."""
        ...

    def answer_to_a_stranger(self, link: str) -> str:
        """What asking for this post without a token is answered, in a word or two; nothing where
        no machine looks."""
        ...
