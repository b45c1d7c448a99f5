"""The parts of an instance's answers that we read."""

from datetime import datetime

from pydantic import BaseModel, Field, RootModel

from integrations.errors import OutcomeUnknown


class AccountShape(BaseModel):
    """An account; ``acct`` has the domain where it is another instance's."""

    id: str
    acct: str
    suspended: bool | None = None
    limited: bool | None = None
    moved: dict[str, object] | None = None


class MediaShape(BaseModel):
    """A picture, film or sound: where its bytes are."""

    id: str
    url: str | None = None
    preview_url: str | None = None
    description: str | None = None


class MentionShape(BaseModel):
    """Somebody named in a post: with the domain in ``acct`` where they are of another instance."""

    url: str
    acct: str


class StatusShape(BaseModel):
    """A post. ``created_at`` and ``edited_at`` are kept as the instance writes them."""

    id: str = Field(pattern=r"^[0-9]{1,20}$")
    account: AccountShape
    content: str
    created_at: str
    edited_at: str | None = None
    visibility: str = "public"
    spoiler_text: str = ""
    language: str | None = None
    sensitive: bool = False
    favourites_count: int = 0
    reblogs_count: int = 0
    replies_count: int = 0
    media_attachments: list[MediaShape] = []
    mentions: list[MentionShape] = []
    poll: dict[str, object] | None = None
    reblog: dict[str, object] | None = None

    @property
    def version(self) -> str:
        """Which state of the post this is: when it was last written."""
        return self.edited_at or self.created_at

    @property
    def posted_at(self) -> datetime:
        """When it was posted. Raises OutcomeUnknown for what is no time."""
        return instant(self.created_at)


class PageShape(RootModel[list[StatusShape]]):
    """Posts of an account, the newest first."""


class EditShape(BaseModel):
    """One version of an edited post."""

    content: str
    created_at: str


class HistoryShape(RootModel[list[EditShape]]):
    """The versions of a post, the first one first."""


class Statuses(BaseModel):
    """How long a post may be."""

    max_characters: int = Field(gt=0)
    characters_reserved_per_url: int = Field(default=23, gt=0)


class Configuration(BaseModel):
    """What an instance allows."""

    statuses: Statuses


class InstanceShape(BaseModel):
    """``GET /api/v2/instance`` and its elder."""

    configuration: Configuration


class Problem(BaseModel):
    """How Mastodon says no."""

    error: str


def instant(written: str) -> datetime:
    """A time as the instance writes it. Raises OutcomeUnknown for what is none."""
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise OutcomeUnknown("unreadable")
    return at
