"""What a scenario's file may hold; an unknown key, person, account or word is an error."""

from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from amends.demo.people import BY_FIRST_NAME
from amends.demo.player import Body
from flows.shapes import IncidentShape
from models.words import Circumstance, Kind, PostState, StatementState, Wait

GONE, WORDED, PUBLISHED = "gone", "worded", "published"
"""What a scene may wait for besides the incident's own waits."""


class Does(StrEnum):
    """What a person does in a scene."""

    REPORT = "report"
    REPORT_WORDS = "report-words"  # reports what we published ourselves
    CLEAR = "clear"
    ACKNOWLEDGE = "acknowledge"
    DECIDE = "decide"
    TRY = "try"  # a decision that is refused
    DECIDE_CASE = "decide-case"
    TAKE_DOWN = "take-down"
    PUBLISH_BY_HAND = "publish-by-hand"


def _of_the_cast(name: str) -> str:
    if name not in BY_FIRST_NAME:
        raise ValueError(f"nobody is called {name}")
    return name


def _known_end(word: str) -> str:
    if word not in (GONE, WORDED, PUBLISHED, *Wait):
        raise ValueError(f"nothing is ever {word}")
    return word


Line = Annotated[str, Field(max_length=77)]
"""What fits one line of the screen, behind its number."""
Name = Annotated[str, AfterValidator(_of_the_cast)]
End = Annotated[str, AfterValidator(_known_end)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Account(_Part):
    """An account, named ``platform/handle``. ``ours`` is false for somebody's own: nobody registers
    it. What is not on X is a person's to delete and to publish. ``profile`` is what it says of
    itself by then, in X's fields."""

    platform: str = "x"
    handle: str
    title: str
    ours: bool = True
    profile: dict[str, str] = {}

    @property
    def name(self) -> str:
        """How posts and people name it."""
        return f"{self.platform}/{self.handle}"


class Posted(_Part):
    """One post. The words are ours; no real post is repeated."""

    account: str
    text: str


class Reported(_Part):
    """What the reporter says, as the API takes it."""

    kinds: tuple[Kind, ...]
    circumstances: tuple[Circumstance, ...] = ()
    poster: str | None = None
    cleared_by: str | None = None
    wrong: str | None = None
    right: str | None = None
    source_url: str | None = None

    def body(self, links: list[str]) -> Body:
        """The request for these posts."""
        return {
            **self.model_dump(mode="json", exclude_none=True),
            "kinds": [kind.value for kind in self.kinds],
            "circumstances": [word.value for word in self.circumstances],
            "post_urls": links,
        }


class Act(_Part):
    """One person does one thing. ``says`` is the decision, as the API takes it; ``reports`` what a
    report says; ``on`` the number of the incident, the newest where it is left out; ``answered``
    what a refusal must say."""

    by: Name
    does: Does
    says: Body = {}
    reports: Reported | None = None
    on: int = 0
    answered: str = ""


class Scene(_Part):
    """What a viewer is told, what people do, and what is then waited for."""

    title: Line
    aside: str | None = None
    acts: tuple[Act, ...] = ()
    until: End | None = None


class Scenario(_Part):
    """One mistake. ``id`` is its number in the list of real cases that it is modelled on;
    ``happens`` is how it begins, ``shows`` what it is told for; ``extras`` play besides the usual
    people."""

    id: str
    title: str
    happens: Line
    shows: str
    extras: tuple[Name, ...] = ()
    accounts: tuple[Account, ...]
    posts: tuple[Posted, ...]
    scenes: tuple[Scene, ...]
    advice: str


def has_come(end: str, seen: IncidentShape) -> bool:
    """Whether what a scene waits for is so."""
    if end == GONE:
        return all(post.state == PostState.GONE for post in seen.posts)
    if end == WORDED:
        return any(one.state == StatementState.WAITING for one in seen.statements)
    if end == PUBLISHED:
        said = [one.state for one in seen.statements if one.state != StatementState.WITHDRAWN]
        return bool(said) and all(state == StatementState.PUBLISHED for state in said)
    return seen.waiting_for == end
