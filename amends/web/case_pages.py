"""The pages of cases: for those who work one and whoever it is about; nobody else finds any.

A look is written down before anything is shown, and a case's page has the same answer for
everybody outside it as an address that never was one.
"""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response

from amends.web.again import again
from amends.web.caller import Here
from amends.web.case_door import Reader, is_open, keep_proof
from amends.web.case_forms import (
    LONGEST,
    REFERRAL,
    TOO_LONG,
    WrongFormError,
    asked_for,
    decision_of,
    entered,
    names_of,
    notes_of,
    offers,
    verdicts,
)
from amends.web.form import Form
from amends.web.reference import CURSOR
from amends.web.signed_in import SEALED, SEE_OTHER, OurForm, Signed, SignedIn
from flows.cases import case, cases
from flows.deciding.referring import NO_CASE, refer
from flows.refusals import BadRequestError, NotAllowedError, NotFoundError, NotNowError
from flows.reviewing.cabinet import BREAKERS
from flows.reviewing.door import needs_token, proof_of
from flows.reviewing.moving import Asked, break_glass, make_move
from flows.reviewing.papers import WRITTEN
from models.office import Office
from models.review import CaseMove
from policy.conditions import load_conditions
from policy.fairness import asked_of_referrer
from policy.review_times import time_of
from templates.acas import dates_of

router = APIRouter(prefix=SEALED, include_in_schema=False)

SHOW_TOKEN = "Enter a token of yours that works"
WHICH_INCIDENT = "Enter the reference of the incident, like AM-7K3QX"
WHY = "Write why it cannot wait for HR"
WHOM = "Enter the email address of whoever asked"
NOT_OFFERED = "The case has changed since you opened the page. See how it stands now."

REFER = CaseMove.REFER

Errors = dict[str, str]


def _reference_at(here: Here, address: str) -> str:
    """The incident's reference; one that there cannot be, where the address is none of ours."""
    return here.case_keys.reference_at(address) or ""


At = Annotated[str, Depends(_reference_at)]


@router.get("")
def listing(
    request: Request,
    here: Here,
    signed: SignedIn,
    before: Annotated[str | None, Query(pattern=CURSOR)] = None,
) -> Response:
    """What is for this person to read. Of HR, they show their token first."""
    if not is_open(request, here, signed):
        return _door(signed, {})
    page = again(lambda: cases(here, signed.person, before))
    rows = [(here.case_keys.address(one.reference), one) for one in page.cases]
    facts: dict[str, object] = {
        "rows": rows,
        "next": page.next,
        "may_break_glass": _may_break_glass(signed),
    }
    return signed.page("cases/list", facts)


@router.post("")
def show_token(here: Here, signed: SignedIn, form: OurForm) -> Response:
    """Show a token, once in a session."""
    proof = proof_of(here, signed.session, form.one("token"))
    if proof is None or not needs_token(signed.person):
        return _door(signed, {"token": SHOW_TOKEN})
    response = RedirectResponse(SEALED, SEE_OTHER)
    keep_proof(response, here, proof)
    return response


def _door(signed: Signed, errors: Errors) -> Response:
    return signed.page("cases/door", {"errors": errors}, 422 if errors else 200)


@router.get("/glass")
def glass(signed: SignedIn) -> Response:
    """To read a case in an emergency: for those whose part it may be."""
    if not _may_break_glass(signed):
        raise NotFoundError(NO_CASE)
    return _glass(signed, {}, {})


@router.post("/glass")
def ask_glass(here: Here, signed: SignedIn, form: OurForm) -> Response:
    """Ask, or agree with another. The answer is the same whether there is a case or not."""
    if not _may_break_glass(signed):
        raise NotFoundError(NO_CASE)
    needed = {"reference": WHICH_INCIDENT, "reason": WHY}
    needed |= {"person": WHOM} if form.one("act") == "agree" else {}
    errors = {name: said for name, said in needed.items() if not form.one(name)}
    errors |= {"reason": TOO_LONG} if len(form.one("reason")) > LONGEST else {}
    if errors:
        return _glass(signed, errors, entered(form))
    with_ = form.one("person").lower() if form.one("act") == "agree" else None
    again(
        lambda: break_glass(
            here,
            signed.person,
            form.one("reference").upper(),
            reason=form.one("reason"),
            with_=with_,
        )
    )
    return signed.page("cases/glass_asked")


def _glass(signed: Signed, errors: Errors, typed: dict[str, str]) -> Response:
    return signed.page("cases/glass", {"errors": errors, "entered": typed}, _status(errors))


def _may_break_glass(signed: Signed) -> bool:
    return any(signed.person.has_role(role) for role in BREAKERS)


@router.get("/{address}")
def one(here: Here, signed: Reader, reference: At) -> Response:
    """The case, as far as this person reads it."""
    return _page(here, signed, reference, {}, {})


@router.post("/{address}")
def act(here: Here, signed: Reader, form: OurForm, reference: At) -> Response:
    """One move of the case, by one of its forms."""
    try:
        errors = _made(here, signed, reference, form)
    except WrongFormError as error:
        errors = error.errors or {"case": NOT_OFFERED}
    if errors:
        return _page(here, signed, reference, errors, entered(form))
    return RedirectResponse(f"{SEALED}/{here.case_keys.address(reference)}", SEE_OTHER)


def _made(here: Office, signed: Signed, reference: str, form: Form) -> Errors:
    """Make the move. What was refused is said beside the form, or above where it has none."""
    try:
        if form.one("move") == "refer":
            said = decision_of(form)
            again(
                lambda: refer(
                    here,
                    signed.person,
                    reference,
                    verdict=said.choice,
                    rule=said.rule,
                    reason=said.reason,
                    condition=said.condition,
                )
            )
        elif form.one("move") == CaseMove.CONSIDER:
            _consider(here, signed, reference, form)
        else:
            asked = asked_for(form)
            again(lambda: make_move(here, signed.person, reference, asked))
    except (BadRequestError, NotNowError, NotAllowedError) as error:
        return {"case": str(error)}
    return {}


def _consider(here: Office, signed: Signed, reference: str, form: Form) -> None:
    """A note on each question that was answered: they are separate, and each is kept at once."""
    for question, text in notes_of(form).items():
        asked = Asked(CaseMove.CONSIDER, text=text, about=question)
        again(partial(make_move, here, signed.person, reference, asked))


def _page(
    here: Office, signed: Signed, reference: str, errors: Errors, typed: dict[str, str]
) -> Response:
    seen = again(lambda: case(here, signed.person, reference))
    with here.store.read() as tx:
        now = tx.now()
    time = time_of(seen.state)
    offered = offers(seen, now)
    facts: dict[str, object] = {
        "seen": seen,
        "address": here.case_keys.address(seen.reference),
        "errors": errors,
        "entered": typed,
        "now": now,
        "next": time.who if time else None,
        "first": [one for one in offered if one.first],
        "folded": [one for one in offered if not one.first],
        "verdicts": verdicts(seen),
        "referral": names_of(REFERRAL),
        "conditions": load_conditions() if REFER in seen.you_may else (),
        "documents": frozenset(WRITTEN.values()),
        "asks": {row.question: row.ask for row in asked_of_referrer()},
        "dates": dates_of(seen.papers),
    }
    return signed.page("cases/case", facts, _status(errors))


def _status(errors: Errors) -> int:
    return 422 if errors else 200
