"""Every other human decision, from a closed list, by one address."""

from fastapi import APIRouter, Response

from amends.web.again import again
from amends.web.answers import AcceptedAnswer, accepted
from amends.web.bodies import (
    AdviseBody,
    AttestBody,
    CloseBody,
    ConfirmBody,
    DecisionBody,
    ElsewhereBody,
    EstablishBody,
    FactsBody,
    FoiBody,
    HoldBody,
    HoldingLineBody,
    KeepBody,
    ReclassifyBody,
    ReferBody,
    SettleBody,
    SkipBody,
    SpeakBody,
    UndoBody,
    WaiveBody,
    WordsBody,
)
from amends.web.caller import Caller, Here
from amends.web.reference import Reference
from flows.deciding.advising import advise
from flows.deciding.attesting import attest
from flows.deciding.closing import close
from flows.deciding.confirming import confirm
from flows.deciding.establishing import establish
from flows.deciding.holding import hold
from flows.deciding.keeping import keep, put_right
from flows.deciding.noting_requests import answer_request, note_request
from flows.deciding.reclassifying import reclassify
from flows.deciding.referring import refer
from flows.deciding.settling import settle
from flows.deciding.skipping import skip
from flows.deciding.speaking_at_once import speak_at_once
from flows.deciding.speaking_elsewhere import speak_elsewhere
from flows.deciding.speaking_outside import speak_outside
from flows.deciding.stating_facts import give_facts
from flows.deciding.undoing import undo
from flows.deciding.waiving import waive
from flows.deciding.writing import write_words
from models.office import Office
from models.people import Person
from models.words import StatementKind

router = APIRouter(prefix="/incidents/{reference}", tags=["decisions"])


@router.post("/decisions", status_code=202)
def decide(
    reference: Reference, body: DecisionBody, response: Response, here: Here, person: Caller
) -> AcceptedAnswer:
    """Take the decision. It is stored when this answers, and the engine acts on it."""
    again(lambda: take_decision(here, person, reference, body))
    return accepted(response, reference)


def take_decision(
    here: Office,
    person: Person,
    ref: str,
    body: DecisionBody,
    *,
    asked: bool = False,
    generation: int | None = None,
) -> None:
    """What every door leads to. ``asked``: it answers a question that the person was shown, and
    ``generation`` is the plan's that they saw; both for pages. Raises a Refusal."""
    reason = getattr(body, "reason", None)
    match body:
        case ConfirmBody(target=target, choice=choice, line=line):
            yes = choice == "yes"
            confirm(here, person, ref, yes=yes, target=target, reason=reason, line=line)
        case KeepBody(target=target, choice="edit", text=text):
            put_right(here, person, ref, text=text or "", target=target)
        case KeepBody(target=target, choice=choice):
            keep(here, person, ref, stays=choice == "keep", target=target, reason=reason)
        case AttestBody(target=target, choice=choice):
            gone = choice == "gone"
            attest(here, person, ref, target=target, gone=gone, reason=reason)
        case SettleBody(target=target, choice=choice, link=link):
            settle(here, person, ref, there=choice == "there", target=target, link=link)
        case FactsBody(wrong=wrong, right=right, source_url=source):
            give_facts(here, person, ref, wrong=wrong, right=right, source_url=source, asked=asked)
        case EstablishBody(target=fact, choice=choice):
            establish(here, person, ref, fact=fact, holds=choice == "yes", reason=reason)
        case WordsBody():
            write_words(
                here,
                person,
                ref,
                text=body.text,
                statement=body.target,
                account=body.account,
                language=body.language,
                asked=asked,
            )
        case AdviseBody(text=text):
            advise(here, person, ref, text=text or reason or "", asked=asked)
        case ReclassifyBody(kinds=kinds, circumstances=more):
            reclassify(
                here,
                person,
                ref,
                kinds=kinds,
                circumstances=more,
                reason=reason,
                generation=generation,
            )
        case SkipBody(target=step):
            skip(here, person, ref, step=step, reason=reason or "")
        case WaiveBody(target=target):
            waive(here, person, ref, statement=target, reason=reason or "")
        case ElsewhereBody(target=target, account=other):
            speak_elsewhere(here, person, ref, account=other, reason=reason or "", statement=target)
        case HoldingLineBody(choice=line, text=text, language=language):
            which = StatementKind(line)
            speak_at_once(
                here, person, ref, line=which, text=text, language=language, reason=reason
            )
        case FoiBody(choice="answered", target=target):
            answer_request(here, person, ref, target=target)
        case FoiBody(received_on=day):
            assert day is not None, "the body says so"
            note_request(here, person, ref, received=day, text=reason)
        case UndoBody(target=target):
            undo(here, person, ref, target=target, reason=reason or "")
        case SpeakBody(target=whom, text=said):
            speak_outside(here, person, ref, whom=whom, said=said)
        case HoldBody(target=target, choice=choice, minutes=minutes):
            hold(
                here,
                person,
                ref,
                account=target,
                minutes=minutes,
                lift=choice == "no",
                reason=reason,
            )
        case CloseBody():
            close(here, person, ref, review=reason)
        case ReferBody(choice=verdict, rule=rule, condition=condition):
            said = reason or ""
            refer(
                here,
                person,
                ref,
                verdict=verdict,
                rule=rule or "",
                reason=said,
                condition=condition,
            )
