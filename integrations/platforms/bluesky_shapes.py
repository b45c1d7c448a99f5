"""The parts of the AT Protocol's answers that we read."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

REPOSITORY = r"^did:[a-z]+:[A-Za-z0-9._:%-]+$"
IDENTIFIER = Annotated[str, Field(pattern=REPOSITORY)]


class Document(BaseModel):
    """Where an account lives."""

    class Place(BaseModel):
        """One of its services."""

        id: str = ""
        serviceEndpoint: str | dict[str, object] | list[object] = ""

    service: list[Place] = []

    @property
    def server(self) -> str | None:
        """The address of the server that keeps the account's posts."""
        for one in self.service:
            address = one.serviceEndpoint
            if one.id.endswith("#atproto_pds") and isinstance(address, str):
                return address if address.startswith("https://") else None
        return None


class SessionShape(BaseModel):
    """A session, new or refreshed."""

    accessJwt: str = Field(repr=False, min_length=1)
    refreshJwt: str = Field(repr=False, min_length=1)
    did: IDENTIFIER
    handle: str
    didDoc: Document = Document()


class StandingShape(BaseModel):
    """How the account of a session stands."""

    did: IDENTIFIER
    handle: str
    active: bool = True
    status: str = ""


class Resolved(BaseModel):
    """Whose a handle is."""

    did: IDENTIFIER


class Slice(BaseModel):
    """A part of a text, in bytes of UTF-8."""

    byteStart: int = Field(ge=0)
    byteEnd: int = Field(ge=0)


class Feature(BaseModel):
    """What a part of a text is: a link where it has ``uri``."""

    uri: str | None = None


class Facet(BaseModel):
    """A part of a text that is more than words."""

    index: Slice
    features: list[Feature] = []


class Reference(BaseModel):
    """A blob's name: the hash of its bytes."""

    link: str = Field(alias="$link")


class Blob(BaseModel):
    """A picture or film that lies beside the post."""

    ref: Reference
    mimeType: str = ""


class Picture(BaseModel):
    """One picture of a post."""

    image: Blob
    alt: str = ""


class LinkCard(BaseModel):
    """The preview of a page."""

    thumb: Blob | None = None


class Embed(BaseModel):
    """What is shown under the text; each kind fills other fields."""

    images: list[Picture] = []
    video: Blob | None = None
    alt: str = ""
    external: LinkCard | None = None
    media: "Embed | None" = None


class Label(BaseModel):
    """One warning that the author put before the post."""

    val: str


class Labels(BaseModel):
    """The author's own warnings."""

    values: list[Label] = []


class PostShape(BaseModel):
    """A post."""

    kind: Literal["app.bsky.feed.post"] = Field(alias="$type")
    text: str
    createdAt: datetime | None = None
    langs: list[str] = []
    facets: list[Facet] = []
    embed: Embed | None = None
    labels: Labels | None = None


class RecordAnswer(BaseModel):
    """``com.atproto.repo.getRecord``."""

    uri: str
    cid: str = Field(pattern=r"^[a-z0-9]{20,100}$")
    value: PostShape


class ListAnswer(BaseModel):
    """``com.atproto.repo.listRecords``; no cursor on the last page."""

    class Listed(BaseModel):
        """One record, of which only the text matters here."""

        class Text(BaseModel):
            """What it says; other apps may have put records there that say nothing."""

            text: str = ""

        uri: str
        value: Text

    records: list[Listed]
    cursor: str | None = None


class Seen(BaseModel):
    """A record, where only its presence matters."""

    uri: str
    cid: str = Field(min_length=1)


class PutAnswer(BaseModel):
    """``com.atproto.repo.putRecord``."""

    uri: str
    cid: str = Field(min_length=1)


class Commit(BaseModel):
    """What a change made of the repository."""

    cid: str = Field(min_length=1)


class DeletedAnswer(BaseModel):
    """``com.atproto.repo.deleteRecord``; no commit where there was nothing to delete."""

    commit: Commit | None = None


class Counted(BaseModel):
    """How far a post went."""

    likeCount: int = 0
    repostCount: int = 0
    replyCount: int = 0
    quoteCount: int = 0
    bookmarkCount: int = 0


class CountsAnswer(BaseModel):
    """``app.bsky.feed.getPosts``."""

    posts: list[Counted]


class Problem(BaseModel):
    """Why the server said no."""

    error: str = ""
