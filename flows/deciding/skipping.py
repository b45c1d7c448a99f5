"""Skip: a named person lets a step of the procedure go, with a reason (design §3.11)."""

from flows.deciding.desk import Desk, desk
from flows.deciding.questions import decide, needed
from flows.refusals import BadRequestError, NotNowError
from models.holding_lines import lines_of, still_holds
from models.office import Office
from models.people import Person
from models.words import Choice, DecisionType, EffectKind, EffectState, PostState, Step
from policy.access import Act

NEVER = frozenset({Step.TELL, Step.REFER, Step.CLOSE})
"""Telling is never skipped, the referral is not visible here, and closing is its own decision."""

UNSENT = (EffectState.PLANNED, EffectState.AUTHORISED, EffectState.RETRY)

NOT_YOURS = "Only the Digital Transformation Unit can skip a step."
WHY = "Say why the step is skipped."
LINE_IS_OUT = (
    "A holding line is out, or on its way. Replace it, or let it stand first: on the incident’s "
    "page, under What else you can do, or with amends waive REFERENCE --statement … --reason …."
)
CANNOT = "This step cannot be skipped. Choose another one."


def skip(office: Office, person: Person, reference: str, *, step: Step, reason: str) -> None:
    """Skip the step for good. Raises NotFoundError, NotAllowedError, BadRequestError, NotNowError
    and AlreadyDecidedError."""
    with desk(office, person, reference, "skip") as here:
        here.require(Act.SKIP, NOT_YOURS)
        here.require_open()
        if step in NEVER:
            raise BadRequestError(CANNOT)
        if step == Step.PUBLISH and any(still_holds(here.seen, one) for one in lines_of(here.seen)):
            raise NotNowError(LINE_IS_OUT)
        text = needed(reason, WHY)
        decide(
            here, DecisionType.SKIP, target=step.value, choice=Choice.GIVEN, text=text, once=True
        )
        here.record("skipped", step=step.value)
        _take_back(here, step)


def _take_back(here: Desk, step: Step) -> None:
    """What a skipped step has not yet sent is not sent. What is on its way is read back."""
    kind = {Step.DELETE: EffectKind.DELETE, Step.PUBLISH: EffectKind.PUBLISH}.get(step)
    for effect in here.seen.effects:
        if effect.kind == kind and effect.state in UNSENT:
            here.tx.refresh(effect, with_for_update={"key_share": True})
            if effect.state in UNSENT:
                effect.state, effect.code = EffectState.WITHDRAWN, "skipped"
                effect.settled_at = here.now
                here.tx.add(effect)
                here.record(f"{effect.kind}-withdrawn", effect=effect.id, code="skipped")
                _leave_up(here, effect.target)


def _leave_up(here: Desk, target: str) -> None:
    for post in here.seen.posts:
        if post.id == target and post.state == PostState.DELETING and post.deleted_at is None:
            post.state = PostState.LIVE
            here.tx.add(post)
