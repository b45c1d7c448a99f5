"""What requests carry, field by field; unknown fields are refused (design §9)."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from flows.deciding.holding import USUAL_MINUTES
from flows.deciding.referring import Verdict
from flows.intake import MOST_POSTS, ReportRequest
from models.review import Condition
from models.words import Circumstance, Kind, Step
from policy.disclosure import Level
from policy.words import Claim, Fact, Finding

Link = Annotated[str, Field(max_length=2000)]
Text = Annotated[str, Field(max_length=10_000)]
Reason = Annotated[str | None, Field(max_length=1000, description="why, in a sentence")]
Language = Annotated[
    str | None,
    Field(min_length=2, max_length=12, pattern=r"^[A-Za-z0-9-]+$", description="like en or fr"),
]
Address = Annotated[str, Field(max_length=254)]
Kinds = Annotated[list[Kind], Field(max_length=len(Kind), description="kinds of mistake")]
Circumstances = Annotated[
    list[Circumstance],
    Field(max_length=len(Circumstance), description="what makes it more serious"),
]
ThePost = Annotated[
    str | None, Field(max_length=2000, description="the id or link of the post; all that wait")
]
TheStatement = Annotated[
    str | None, Field(max_length=100, description="the id of the statement; the only one")
]
TheAccount = Annotated[
    str | None, Field(max_length=300, description="the account, as platform/handle; the only one")
]
Source = Annotated[str | None, Field(max_length=2000, description="a link to where it can be read")]

UnderCondition = Annotated[
    Condition | None,
    Field(description="which condition allows what is sensitive in it to be used; the usual one"),
]

NUL = "Remove the character U+0000 from what you sent."
WHICH_DAY = "Enter received_on, the day on which the request came in."
ONE_OR_MORE = "Enter post_url, or post_urls for several."


class Body(BaseModel):
    """A JSON object with known fields only."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _can_be_stored(cls, sent: object) -> object:
        if _holds_nul(sent):
            raise ValueError(NUL)
        return sent


def _holds_nul(value: object) -> bool:
    """PostgreSQL stores every character but this one."""
    if isinstance(value, str):
        return "\x00" in value
    if isinstance(value, dict):
        return any(_holds_nul(one) for one in value.values())
    return isinstance(value, list) and any(_holds_nul(one) for one in value)


class ReportBody(Body):
    """A report: which posts, what kind of mistake, who posted, and what was wrong."""

    post_url: Annotated[Link | None, Field(description="the link to the post")] = None
    post_urls: Annotated[
        list[Link], Field(max_length=MOST_POSTS, description="or the links, if there are several")
    ] = []
    kinds: Kinds
    circumstances: Circumstances = []
    poster: Annotated[
        Address | None, Field(description="who posted: `me`, `unknown` or an e-mail address")
    ] = None
    cleared_by: Annotated[
        Address | None, Field(description="who cleared the post: `nobody` or an e-mail address")
    ] = None
    note: Annotated[
        Text | None, Field(description="for the duty officer; nothing secret or personal")
    ] = None
    wrong: Annotated[Text | None, Field(description="what the post says that is wrong")] = None
    right: Annotated[Text | None, Field(description="what is right instead")] = None
    source_url: Source = None
    language: Language = None

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
    """A yes or no to the exact words that were shown: ``digest`` is theirs; no needs a reason."""

    statement: TheStatement = None
    digest: Annotated[str, Field(max_length=200, description="of the words that were shown")]
    decision: Literal["approve", "reject"]
    reason: Reason = None
    claims: Annotated[
        list[Claim] | None,
        Field(
            max_length=len(Claim),
            description="which claims the words make, of those that `statements[].claims` asks "
            "about; an empty list for none",
        ),
    ] = None
    confirmed: Annotated[
        list[Finding] | None,
        Field(
            max_length=len(Finding),
            description="the findings of `look-again` in `statements[].findings` that you looked "
            "at and go on with",
        ),
    ] = None


class AcknowledgementBody(Body):
    """Which notice; all of the caller's own where it is left out."""

    notice: Annotated[str | None, Field(max_length=100, description="its id; all")] = None


class ConfirmBody(Body):
    """A second person agrees, or does not. ``target``: a post, ``secure`` or ``manager``."""

    type: Literal["confirm"]
    target: Annotated[
        str | None, Field(max_length=2000, description="a post, `secure` or `manager`; all")
    ] = None
    choice: Literal["yes", "no"]
    line: Annotated[
        Literal[50, 54, 92, 108] | None,
        Field(description="the line of the policy that a post elsewhere than ours breaks"),
    ] = None
    reason: Reason = None


class KeepBody(Body):
    """Delete or keep, where the table asks. "keep" needs a reason; "edit" keeps a post whose typo
    is put right in place, and needs the whole text as it should read."""

    type: Literal["keep"]
    target: ThePost = None
    choice: Literal["delete", "keep", "edit"]
    reason: Reason = None
    text: Annotated[str | None, Field(max_length=10_000, description="for `edit`")] = None


class AttestBody(Body):
    """A named person says that a post is gone, or that they will not delete it."""

    type: Literal["attest"]
    target: ThePost = None
    choice: Literal["gone", "will-not"] = "gone"
    reason: Reason = None


class SettleBody(Body):
    """Whether something is there. ``target``: an effect, post, statement or notice."""

    type: Literal["settle"]
    target: Annotated[
        str | None, Field(max_length=100, description="the id of what waits; the only one")
    ] = None
    choice: Literal["there", "not-there"]
    link: Annotated[Link | None, Field(description="to what is there, if it is words")] = None
    reason: Reason = None


class FactsBody(Body):
    """What was wrong, what is right, and where that can be read."""

    type: Literal["facts"]
    wrong: Annotated[Text, Field(description="what the post says that is wrong")]
    right: Annotated[Text, Field(description="what is right instead")]
    source_url: Source = None
    choice: Literal["given"] = "given"


class EstablishBody(Body):
    """Whether a fact holds that public words may rest on. ``target`` is the fact; a duty officer
    who records it for whoever knows says in ``reason`` who told them."""

    type: Literal["establish"]
    target: Annotated[Fact, Field(description="the fact, as `facts` of the tables names it")]
    choice: Literal["yes", "no"] = "yes"
    reason: Reason = None


class WordsBody(Body):
    """New words for a statement, or for an account that has none. ``target``: the statement."""

    type: Literal["words"]
    target: TheStatement = None
    account: TheAccount = None
    text: Annotated[Text, Field(description="exactly as it should go out")]
    language: Language = None
    choice: Literal["given"] = "given"


class AdviseBody(Body):
    """The advice, in ``text`` or ``reason``."""

    type: Literal["advise"]
    text: Annotated[Text | None, Field(description="the advice")] = None
    reason: Annotated[Text | None, Field(description="the advice, if there is no text")] = None
    choice: Literal["given"] = "given"


class ReclassifyBody(Body):
    """Other kinds of mistake. Circumstances stay as they are where left out."""

    type: Literal["reclassify"]
    kinds: Kinds
    circumstances: Circumstances | None = None
    reason: Reason = None


class SkipBody(Body):
    """Let a step go. ``target`` is the step."""

    type: Literal["skip"]
    target: Annotated[Step, Field(description="the step")]
    reason: Reason = None


class WaiveBody(Body):
    """Let public words go. ``target`` is the statement."""

    type: Literal["waive"]
    target: TheStatement = None
    reason: Reason = None


class ElsewhereBody(Body):
    """The account is not safe: have ``account``, another one of ours, say the words. ``target`` is
    the statement that is let go for it."""

    type: Literal["elsewhere"]
    target: TheStatement = None
    account: Annotated[str, Field(max_length=300, description="as platform/handle")]
    reason: Reason = None


class HoldingLineBody(Body):
    """Words that go out at once, ahead of those that are due: a line that says only that the post
    is being checked, or the removal note of its kind. ``text``: the caller's own words for it."""

    type: Literal["holding-line"]
    choice: Literal["checking", "removal-note"] = "checking"
    text: Annotated[Text | None, Field(description="for one other person to clear")] = None
    language: Language = None
    reason: Reason = None


class FoiBody(Body):
    """A request under the Freedom of Information Act about the incident came in, or was answered.
    Allowed when the incident is closed, too."""

    type: Literal["foi"]
    choice: Literal["received", "answered"] = "received"
    received_on: Annotated[
        date | None, Field(description="the day on which it came in; needed for `received`")
    ] = None
    target: Annotated[
        str | None, Field(max_length=100, description="the request that was answered; the only one")
    ] = None
    reason: Annotated[
        str | None, Field(max_length=1000, description="its number, never who asked")
    ] = None

    @model_validator(mode="after")
    def _has_a_day(self) -> "FoiBody":
        if self.choice == "received" and self.received_on is None:
            raise ValueError(WHICH_DAY)
        return self


class UndoBody(Body):
    """A post was deleted wrongly: have it published again from its copy, once others clear it."""

    type: Literal["undo"]
    target: Annotated[
        str | None, Field(max_length=2000, description="the id or link of the post; the only one")
    ] = None
    reason: Reason = None


class SpeakBody(Body):
    """A named person spoke to somebody outside: ``target`` whom, ``text`` what came of it."""

    type: Literal["speak"]
    target: Annotated[str, Field(max_length=300, description="whom: a platform, a partner")]
    text: Annotated[Text, Field(description="what was agreed, with their reference number")]


class HoldBody(Body):
    """Hold an account, or lift the hold. ``target``: the account, as platform/handle."""

    type: Literal["hold"]
    target: TheAccount = None
    choice: Literal["yes", "no"] = "yes"
    minutes: Annotated[int, Field(description="for how long")] = USUAL_MINUTES
    reason: Reason = None


class CloseBody(Body):
    """Close the incident, with a short review in ``reason``."""

    type: Literal["close"]
    reason: Annotated[Text | None, Field(description="the review")] = None


class ReferBody(Body):
    """HR's decision on possible misconduct, with the rule and the reason."""

    type: Literal["refer"]
    choice: Verdict
    rule: Annotated[Text | None, Field(description="which rule it is about")] = None
    reason: Annotated[Text | None, Field(description="why")] = None
    condition: UnderCondition = None


class CaseDecisionBody(Body):
    """The same at the case's own address."""

    choice: Verdict
    rule: Annotated[Text, Field(description="which rule it is about")]
    reason: Annotated[Text, Field(description="why")]
    condition: UnderCondition = None


DecisionBody = Annotated[
    ConfirmBody
    | KeepBody
    | AttestBody
    | SettleBody
    | FactsBody
    | EstablishBody
    | WordsBody
    | AdviseBody
    | ReclassifyBody
    | SkipBody
    | WaiveBody
    | ElsewhereBody
    | HoldingLineBody
    | FoiBody
    | UndoBody
    | SpeakBody
    | HoldBody
    | CloseBody
    | ReferBody,
    Field(discriminator="type"),
]
"""Every other human decision: a closed list (design §9)."""


class ExportBody(Body):
    """For whom the archive is made."""

    level: Annotated[Level, Field(description="what it shows and to whom it may be given")]


class SubjectBody(Body):
    """About whom the archive is made."""

    subject: Annotated[Address, Field(description="an e-mail address")]


class TokenBody(Body):
    """For whom; oneself where it is left out."""

    person: Annotated[Address | None, Field(description="an e-mail address")] = None


class ClaimBody(Body):
    """The code that came by mail."""

    code: Annotated[str, Field(max_length=100, description="from the mail")]
