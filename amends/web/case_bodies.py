"""What requests about a case carry, field by field; unknown fields are refused."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from amends.web.bodies import Address, Body, Text
from flows.reviewing.moving import Asked
from models.review import AppealOutcome, CaseMove, CaseOutcome, Hand
from policy.fairness import Question


class ConsiderBody(Body):
    """An answer to one of the questions of fairness. Health is asked of the person alone."""

    move: Literal["consider"]
    about: Annotated[Question, Field(description="the question")]
    text: Annotated[Text, Field(description="your answer")]


class TakeBody(Body):
    """Keep the case, as the one person of HR who coordinates it."""

    move: Literal["take"]


class AssignBody(Body):
    """Name somebody who works the case, or another in their place."""

    move: Literal["assign"]
    hand: Annotated[Hand, Field(description="as what")]
    person: Annotated[Address, Field(description="their e-mail address")]
    text: Annotated[Text, Field(description="why they")]


class EvidenceBody(Body):
    """One piece of evidence; the person is told of all of it."""

    move: Literal["add-evidence"]
    text: Annotated[Text, Field(description="the evidence, or where it is")]


class PlainBody(Body):
    """Tell the person in writing; go on without their answer, once its time is over; tell them the
    outcome; close the case; or, as HR, take an emergency reading back."""

    move: Literal["tell", "go-on", "tell-outcome", "close", "end-glass"]


class AnswerBody(Body):
    """The person's own answer. ``health`` is theirs alone to speak of."""

    move: Literal["answer"]
    text: Annotated[Text, Field(description="what happened, in your own words")]
    health: Annotated[
        Text, Field(description="anything about your health or a disability, if you want")
    ] = ""


class WrittenBody(Body):
    """Name a companion; report on what was found; note what was said at the meeting; or appeal."""

    move: Literal["name-companion", "report", "meet", "appeal"]
    text: Annotated[Text, Field(description="what you have to say")]


class CallBody(Body):
    """Ask the person to a meeting."""

    move: Literal["call"]
    at: Annotated[AwareDatetime, Field(description="when, with its time zone")]
    text: Annotated[Text, Field(description="where, and what about")]


class DecideBody(Body):
    """Decide, with a reason. Without a meeting only that there is no case."""

    move: Literal["decide"]
    outcome: Annotated[CaseOutcome, Field(description="the decision")]
    text: Annotated[Text, Field(description="why")]


class HearBody(Body):
    """Decide on the appeal, with a reason; the person is told in writing."""

    move: Literal["hear"]
    appeal_outcome: Annotated[AppealOutcome, Field(description="the decision")]
    text: Annotated[Text, Field(description="why")]


class SuspendBody(Body):
    """Suspend the person, briefly and with pay; or look at it again: no ``at`` lifts it."""

    move: Literal["suspend", "review-suspension"]
    at: Annotated[AwareDatetime | None, Field(description="until when; lifted")] = None
    text: Annotated[Text, Field(description="why")]


class KeepBody(Body):
    """Keep the case past its time, for a court, a tribunal or a request for information; or let it
    go its way again."""

    move: Literal["keep", "release"]
    text: Annotated[Text, Field(description="why, and until what")]


CaseMoveBody = Annotated[
    ConsiderBody
    | TakeBody
    | AssignBody
    | EvidenceBody
    | PlainBody
    | AnswerBody
    | WrittenBody
    | CallBody
    | DecideBody
    | HearBody
    | SuspendBody
    | KeepBody,
    Field(discriminator="move"),
]
"""Every move of a case besides the referral itself and the glass: a closed list."""


class GlassBody(Body):
    """Two people may read a case in an emergency. ``agree_with`` is who asked, when you agree."""

    reason: Annotated[Text, Field(description="why it cannot wait for HR")]
    agree_with: Annotated[
        Address | None, Field(description="the e-mail address of who asked; you ask yourself")
    ] = None


def asked_by(body: CaseMoveBody) -> Asked:
    """The same, as the case takes it."""
    move = CaseMove(body.move)
    match body:
        case ConsiderBody():
            return Asked(move, text=body.text, about=body.about)
        case AssignBody():
            return Asked(move, text=body.text, hand=body.hand, person=body.person)
        case AnswerBody():
            return Asked(move, text=body.text, health=body.health)
        case CallBody() | SuspendBody():
            return Asked(move, text=body.text, at=body.at)
        case DecideBody():
            return Asked(move, text=body.text, outcome=body.outcome)
        case HearBody():
            return Asked(move, text=body.text, appeal_outcome=body.appeal_outcome)
        case EvidenceBody() | WrittenBody() | KeepBody():
            return Asked(move, text=body.text)
        case _:
            return Asked(move)
