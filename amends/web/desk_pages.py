"""Deciding on pages: what waits for a person, and what else they may do with an incident."""

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from amends.web.again import again
from amends.web.bodies import ReclassifyBody
from amends.web.caller import Here
from amends.web.decisions import take_decision
from amends.web.desk_forms import CHOOSE, Tried, body_of, key_of_form
from amends.web.form import Form
from amends.web.incident_pages import Looking, incident_page
from amends.web.questions import held_accounts
from amends.web.signed_in import SEE_OTHER, OurForm, Signed, SignedIn
from flows.deciding.desk import CLOSED
from flows.deciding.reclassifying import NOT_YOURS
from flows.may_do import may_do
from flows.refusals import BadRequestError, NotAllowedError, NotNowError
from flows.view import Viewer, view, viewer
from flows.what_changes import deletes_more, what_changes
from models.office import Office
from models.words import Circumstance, Kind
from policy.access import Act
from templates.kinds import kinds_in_words
from templates.labels import label

router = APIRouter(prefix="/i/{reference}", include_in_schema=False)

NOTHING_MORE = "There is nothing else that you may decide about this incident."

Show = Callable[[Viewer, Tried, int], Response]


@router.post("/answer")
def answer(here: Here, signed: SignedIn, form: OurForm, by: Looking) -> Response:
    """Answer one of the questions that wait for this person."""

    def show(fresh: Viewer, tried: Tried, status: int) -> Response:
        return incident_page(here, signed, fresh, tried=tried, status=status)

    return _decide(here, signed, form, by, show)


@router.get("/more")
def more(here: Here, signed: SignedIn, by: Looking) -> Response:
    """What else they may do, asked or not. Raises NotAllowedError where that is nothing."""
    return _more(signed, by)


@router.post("/more")
def do_more(here: Here, signed: SignedIn, form: OurForm, by: Looking) -> Response:
    """Do it."""

    def show(fresh: Viewer, tried: Tried, status: int) -> Response:
        return _more(signed, fresh, tried, status)

    return _decide(here, signed, form, by, show)


def _decide(here: Office, signed: Signed, form: Form, by: Viewer, show: Show) -> Response:
    """Take it, or show why not beside all that was typed. Somebody else's earlier answer, and what
    stands otherwise by now, is told on the page as it now is."""
    reference = by.seen.incident.reference
    asked = bool(form.one("asked"))
    try:
        body = body_of(form)
        again(lambda: take_decision(here, signed.person, reference, body, asked=asked))
    except (BadRequestError, NotNowError) as error:
        tried = Tried(key_of_form(form), form, str(error))
        return show(_as_it_is_now(here, by), tried, _status(error))
    return RedirectResponse(f"/i/{reference}?done=yes", SEE_OTHER)


def _as_it_is_now(here: Office, by: Viewer) -> Viewer:
    with here.store.read() as tx:
        return viewer(tx, here, by.person, by.seen.incident.reference)


def _status(error: BadRequestError | NotNowError) -> int:
    return 422 if isinstance(error, BadRequestError) else 409


def _more(signed: Signed, by: Viewer, tried: Tried | None = None, status: int = 200) -> Response:
    open_to_them = may_do(by)
    if not open_to_them and tried is None:
        raise NotAllowedError(NOTHING_MORE)
    seen = view(by)
    facts: dict[str, object] = {
        "seen": seen,
        "may_do": open_to_them,
        "held": {one.id: one for one in held_accounts(by)},
        "tried": tried,
        "errors": {f"{tried.key}-error": tried.sentence} if tried else {},
    }
    return signed.page("more", facts, status)


@dataclass(frozen=True)
class Chosen:
    """What is ticked on the page of kinds, and why."""

    kinds: tuple[str, ...]
    circumstances: tuple[str, ...]
    reason: str = ""


@router.get("/kind")
def kind(here: Here, signed: SignedIn, by: Looking) -> Response:
    """The kinds and circumstances as they are, to be changed."""
    _require(by)
    incident = by.seen.incident
    return _kind(signed, by, Chosen(tuple(incident.kinds), tuple(incident.circumstances)))


@router.post("/kind")
def change_kind(here: Here, signed: SignedIn, form: OurForm, by: Looking) -> Response:
    """Show what it would change; then, where they have seen that, change it."""
    _require(by)
    reference = by.seen.incident.reference
    chosen = Chosen(tuple(form.all("kinds")), tuple(form.all("circumstances")), form.one("reason"))
    if form.one("back"):
        return _kind(signed, by, chosen)
    try:
        body = body_of(form)
        if not isinstance(body, ReclassifyBody):
            raise BadRequestError(CHOOSE)
        if form.one("sure") != "yes":
            return _preview(signed, by, body, chosen)
        again(lambda: take_decision(here, signed.person, reference, body, generation=_shown(form)))
    except (BadRequestError, NotNowError) as error:
        fresh = _as_it_is_now(here, by)
        return _kind(signed, fresh, chosen, {"kinds": str(error)}, _status(error))
    return RedirectResponse(f"/i/{reference}?done=yes", SEE_OTHER)


def _require(by: Viewer) -> None:
    """Raises NotAllowedError and NotNowError."""
    if not by.may(Act.RECLASSIFY):
        raise NotAllowedError(NOT_YOURS)
    if by.seen.incident.closed_at is not None:
        raise NotNowError(CLOSED)


def _shown(form: Form) -> int:
    """Which plan they were shown the change of; none that ever was, where it is not said."""
    said = form.one("generation")
    return int(said) if said.isascii() and said.isdigit() else 0


def _kind(
    signed: Signed,
    by: Viewer,
    chosen: Chosen,
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    facts: dict[str, object] = {
        "reference": by.seen.incident.reference,
        "kinds": [(one.kind.value, one.words, one.example) for one in kinds_in_words()],
        "circumstances": [(one.value, label("circumstance", one), "") for one in Circumstance],
        "chosen": chosen,
        "errors": errors or {},
    }
    return signed.page("kind", facts, status)


def _preview(signed: Signed, by: Viewer, body: ReclassifyBody, chosen: Chosen) -> Response:
    """Both plans beside each other. Raises BadRequestError."""
    changes = what_changes(by.seen, body.kinds, body.circumstances or ())
    accounts = {one.id: one for one in by.seen.accounts.values()}
    facts: dict[str, object] = {
        "reference": by.seen.incident.reference,
        "generation": by.seen.incident.generation,
        "kinds_before": [Kind(one) for one in by.seen.incident.kinds],
        "changes": changes,
        "deletes_more": deletes_more(changes),
        "accounts": accounts,
        "chosen": chosen,
    }
    return signed.page("kind_check", facts)
