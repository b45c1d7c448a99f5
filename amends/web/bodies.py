"""What requests carry, field by field; unknown fields are refused (design §9)."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from flows.deciding.holding import USUAL_MINUTES
from flows.deciding.referring import Verdict
from flows.intake import ReportRequest
from models.words import Circumstance, Kind, Step

Link = Annotated[str, Field(max_length=2000)]
Text = Annotated[str, Field(max_length=10_000)]
Reason = Annotated[str, Field(max_length=1000)]
Target = Annotated[str, Field(max_length=2000)]
Language = Annotated[str, Field(min_length=2, max_length=12, pattern=r"^[A-Za-z0-9-]+$")]
Address = Annotated[str, Field(max_length=254)]

ONE_OR_MORE = "Enter post_url, or post_urls for several."


class Body(BaseModel):
    """A JSON object with known fields only."""

    model_config = ConfigDict(extra="forbid")


class ReportBody(Body):
    """A report: which posts, what kind of mistake, who posted, and what was wrong."""

    post_url: Link | None = None
    post_urls: Annotated[list[Link], Field(max_length=500)] = []
    kinds: Annotated[list[Kind], Field(max_length=len(Kind))]
    circumstances: Annotated[list[Circumstance], Field(max_length=len(Circumstance))] = []
    poster: Address | None = None
    cleared_by: Address | None = None
    note: Text | None = None
    wrong: Text | None = None
    right: Text | None = None
    source_url: Link | None = None
    language: Language | None = None

    @model_validator(mode="after")
    def _one_or_more(self) -> "ReportBody":
        if not self.post_url and not self.post_urls:
            raise ValueError(ONE_OR_MORE)
        return self

    def request(self) -> ReportRequest:
        """The same, as intake takes it."""
        urls = ([self.post_url] if self.post_url else []) + self.post_urls
        return ReportRequest(
            post_urls=tuple(urls),
            kinds=tuple(dict.fromkeys(self.kinds)),
            circumstances=tuple(dict.fromkeys(self.circumstances)),
            poster=self.poster,
            cleared_by=self.cleared_by,
            note=self.note,
            wrong=self.wrong,
            right=self.right,
            source_url=self.source_url,
            language=self.language,
        )


class ClearanceBody(Body):
    """A yes or no to the exact words that were shown: ``digest`` is theirs."""

    statement: Target | None = None
    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    decision: Literal["approve", "reject"]
    reason: Reason | None = None


class AcknowledgementBody(Body):
    """Which notice; all of the caller's own where it is left out."""

    notice: Target | None = None


class ConfirmBody(Body):
    """A second person agrees, or does not. ``target``: a post, ``secure`` or ``manager``."""

    type: Literal["confirm"]
    target: Target | None = None
    choice: Literal["yes", "no"]
    reason: Reason | None = None


class KeepBody(Body):
    """Delete or keep, where the table asks. "keep" needs a reason."""

    type: Literal["keep"]
    target: Target | None = None
    choice: Literal["delete", "keep"]
    reason: Reason | None = None


class AttestBody(Body):
    """A named person says that a post is gone."""

    type: Literal["attest"]
    target: Target | None = None
    choice: Literal["gone"] = "gone"
    reason: Reason | None = None


class SettleBody(Body):
    """Whether something is there. ``target``: an effect, post, statement or notice."""

    type: Literal["settle"]
    target: Target | None = None
    choice: Literal["there", "not-there"]
    link: Link | None = None
    reason: Reason | None = None


class FactsBody(Body):
    """What was wrong, what is right, and where that can be read."""

    type: Literal["facts"]
    wrong: Text
    right: Text
    source_url: Link | None = None
    choice: Literal["given"] = "given"


class WordsBody(Body):
    """New words for a statement, or for an account that has none. ``target``: the statement."""

    type: Literal["words"]
    target: Target | None = None
    account: Target | None = None
    text: Text
    language: Language | None = None
    choice: Literal["given"] = "given"


class AdviseBody(Body):
    """The advice, in ``text`` or ``reason``."""

    type: Literal["advise"]
    text: Text | None = None
    reason: Text | None = None
    choice: Literal["given"] = "given"


class ReclassifyBody(Body):
    """Other kinds of mistake. Circumstances stay as they are where left out."""

    type: Literal["reclassify"]
    kinds: Annotated[list[Kind], Field(max_length=len(Kind))]
    circumstances: Annotated[list[Circumstance], Field(max_length=len(Circumstance))] | None = None
    reason: Reason | None = None


class SkipBody(Body):
    """Let a step go. ``target`` is the step."""

    type: Literal["skip"]
    target: Step
    reason: Reason | None = None


class WaiveBody(Body):
    """Let public words go. ``target`` is the statement."""

    type: Literal["waive"]
    target: Target | None = None
    reason: Reason | None = None


class HoldBody(Body):
    """Hold an account, or lift the hold. ``target``: the account, as platform/handle."""

    type: Literal["hold"]
    target: Target | None = None
    choice: Literal["yes", "no"] = "yes"
    minutes: int = USUAL_MINUTES
    reason: Reason | None = None


class CloseBody(Body):
    """Close the incident, with a short review in ``reason``."""

    type: Literal["close"]
    reason: Text | None = None


class ReferBody(Body):
    """HR's decision on possible misconduct, with the rule and the reason."""

    type: Literal["refer"]
    choice: Verdict
    rule: Text | None = None
    reason: Text | None = None


class CaseDecisionBody(Body):
    """The same at the case's own address."""

    choice: Verdict
    rule: Text
    reason: Text


DecisionBody = Annotated[
    ConfirmBody
    | KeepBody
    | AttestBody
    | SettleBody
    | FactsBody
    | WordsBody
    | AdviseBody
    | ReclassifyBody
    | SkipBody
    | WaiveBody
    | HoldBody
    | CloseBody
    | ReferBody,
    Field(discriminator="type"),
]
"""Every other human decision: a closed list (design §9)."""


class TokenBody(Body):
    """For whom; oneself where it is left out."""

    person: Address | None = None


class ClaimBody(Body):
    """The code that came by mail."""

    code: Annotated[str, Field(max_length=100)]
