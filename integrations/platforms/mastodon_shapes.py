"""The parts of an instance's answers that we read."""

from datetime import datetime
from typing import TypeVar

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from integrations.errors import OutcomeUnknown

Shape = TypeVar("Shape", bound=BaseModel)


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


class StatusShape(BaseModel):
    """A post. ``created_at`` and ``edited_at`` are kept as the instance writes them."""

    id: str = Field(pattern=r"^[0-9]{1,20}$")
    account: AccountShape
    content: str
    created_at: str
    edited_at: str | None = None
    visibility: str = "public"
    spoiler_text: str = ""
    sensitive: bool = False
    favourites_count: int = 0
    reblogs_count: int = 0
    replies_count: int = 0
    media_attachments: list[MediaShape] = []
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


class EditShape(BaseModel):
    """One version of an edited post."""

    content: str
    created_at: str


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


_PAGE = TypeAdapter(list[StatusShape])
_HISTORY = TypeAdapter(list[EditShape])


def read_as(shape: type[Shape], content: bytes) -> Shape:
    """The answer in its shape. Raises OutcomeUnknown when it has another."""
    return _read(TypeAdapter(shape), content)


def page_of(content: bytes) -> list[StatusShape]:
    """A page of posts. Raises OutcomeUnknown."""
    return _read(_PAGE, content)


def history_of(content: bytes) -> list[EditShape]:
    """The versions of a post, the first one first. Raises OutcomeUnknown."""
    return _read(_HISTORY, content)


def instant(written: str) -> datetime:
    """A time as the instance writes it. Raises OutcomeUnknown for what is none."""
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise OutcomeUnknown("unreadable")
    return at


_T = TypeVar("_T")


def _read(adapter: TypeAdapter[_T], content: bytes) -> _T:
    try:
        return adapter.validate_json(content)
    except ValidationError:
        pass  # its text repeats the content: nothing of it may be the cause of what is raised
    raise OutcomeUnknown("unreadable")
