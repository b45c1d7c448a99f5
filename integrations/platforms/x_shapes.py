"""The parts of X's answers that we read."""

from datetime import datetime

from pydantic import BaseModel, Field

ABSENT = "resource-not-found"


class Link(BaseModel):
    """A t.co link and what it stands for."""

    url: str
    expanded_url: str | None = None
    media_key: str | None = None


class Entities(BaseModel):
    """What X found in a text."""

    urls: list[Link] = []


class LongText(BaseModel):
    """The whole text of a post that is longer than 280."""

    text: str
    entities: Entities = Entities()


class PostShape(BaseModel):
    """A post."""

    id: str = Field(pattern=r"^[0-9]{1,19}$")
    text: str
    author_id: str | None = None
    lang: str | None = None
    created_at: datetime | None = None
    public_metrics: dict[str, int] = {}
    edit_history_tweet_ids: list[str] = []
    entities: Entities = Entities()
    note_tweet: LongText | None = None


class Variant(BaseModel):
    """One encoding of a film."""

    url: str
    content_type: str = ""
    bit_rate: int = 0


class MediaShape(BaseModel):
    """A picture or film: where its bytes are."""

    media_key: str
    url: str | None = None
    preview_image_url: str | None = None
    alt_text: str | None = None
    variants: list[Variant] = []

    @property
    def best_url(self) -> str | None:
        """The picture itself, or the best encoding of the film, or else its still."""
        films = [one for one in self.variants if one.content_type == "video/mp4"]
        best = max(films, key=lambda one: one.bit_rate, default=None)
        return self.url or (best.url if best else None) or self.preview_image_url


class UserShape(BaseModel):
    """An account."""

    id: str = Field(pattern=r"^[0-9]{1,19}$")
    username: str


class Includes(BaseModel):
    """What was asked for beside the post."""

    users: list[UserShape] = []
    media: list[MediaShape] = []


class Problem(BaseModel):
    """Why there is no post in an answer."""

    type: str = ""


class PostAnswer(BaseModel):
    """``GET /2/tweets/:id``."""

    data: PostShape | None = None
    includes: Includes = Includes()
    errors: list[Problem] = []

    @property
    def says_absent(self) -> bool:
        """Whether X says that there is no such post (and not that we may not see it)."""
        absent = any(problem.type.endswith(ABSENT) for problem in self.errors)
        return absent and self.data is None

    @property
    def author(self) -> str | None:
        """The handle of who posted it, where X says so."""
        authors = [
            one for one in self.includes.users if self.data and one.id == self.data.author_id
        ]
        return authors[0].username if authors else None


class Meta(BaseModel):
    """Where the next page is."""

    next_token: str | None = None


class PageAnswer(BaseModel):
    """``GET /2/users/:id/tweets``."""

    data: list[PostShape] = []
    meta: Meta


class Created(BaseModel):
    """A new post."""

    id: str = Field(pattern=r"^[0-9]{1,19}$")


class CreatedAnswer(BaseModel):
    """``POST /2/tweets``."""

    data: Created


class Deleted(BaseModel):
    """Whether it was deleted."""

    deleted: bool


class DeletedAnswer(BaseModel):
    """``DELETE /2/tweets/:id``."""

    data: Deleted


class MeAnswer(BaseModel):
    """``GET /2/users/me``."""

    data: UserShape


class Embed(BaseModel):
    """``GET /oembed``."""

    url: str
    html: str = Field(min_length=1)
