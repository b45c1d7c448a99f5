"""Refer: a named person of HR decides on possible misconduct; nothing of it shows elsewhere."""

from enum import StrEnum

from flows.reviewing.cabinet import NO_CASE
from flows.reviewing.moving import Asked, make_move
from models.office import Office
from models.people import Person
from models.review import CaseMove, Condition
from models.words import Choice

__all__ = ["NO_CASE", "Verdict", "refer"]


class Verdict(StrEnum):
    """The answers; to go on considering needs none. ``hand-over`` is for whoever another employer's
    route is for."""

    REFER = Choice.REFER.value
    DO_NOT_REFER = Choice.DO_NOT_REFER.value
    HAND_OVER = CaseMove.HAND_OVER.value


def refer(
    office: Office,
    person: Person,
    reference: str,
    *,
    verdict: Verdict,
    rule: str,
    reason: str,
    condition: Condition | None = None,
) -> None:
    """Decide, once, with the rule and the reason, both sealed with the case's own key.

    ``condition`` allows what is sensitive in it to be used; the usual one where it is left out.

    Nobody is woken, and no row of the incident changes: nobody who sees the incident, or Prefect,
    can tell that its case moved. Raises NotFoundError (to everyone but HR, and to whoever of HR is
    involved), BadRequestError and AlreadyDecidedError. Lines 54-56, 126.
    """
    rule, reason = rule.strip(), reason.strip()
    asked = Asked(CaseMove(verdict.value), text=reason, rule=rule, condition=condition)
    make_move(office, person, reference, asked)
