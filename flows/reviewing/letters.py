"""Letters that leave a case: each says that there is something to read, and nothing else.

They have rows of their own, sealed with the case's key: a notice of an incident would tell whoever
holds the database whom the case is about.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from flows.reviewing.cabinet import note
from models.case_rows import CaseLetter, SealedCase
from models.columns import new_id
from models.office import Office
from models.review import Case, Hand, Part
from models.sealed import Seal, place
from models.store import Transaction


class Letter(StrEnum):
    """Which words a letter has: the name of its template."""

    SOMETHING = "sealed_letter"
    GLASS = "sealed_glass"  # two people read a case in an emergency, or are about to


def address_of(part: Part, case: Case, hr: str) -> str | None:
    """Where this part of the case reads its mail; HR's mailbox where a hand is not named yet."""
    if part is Part.SUBJECT:
        return case.subject
    if part is Part.HR:
        return hr
    return case.holder(Hand(part.value)) or hr


def queue_letter(
    tx: Transaction,
    office: Office,
    row: SealedCase,
    seal: Seal,
    *,
    to: str,
    why: str,
    says: Letter = Letter.SOMETHING,
) -> None:
    """Queue one letter, once for each ``why``."""
    letter = CaseLetter(
        id=new_id(),
        case_id=row.id,
        door=row.door,
        round=row.round,
        once=office.case_keys.once(row.id, to, why),
        payload_sealed=b"",
        due_at=tx.now(),
    )
    held = json.dumps({"to": to, "at": tx.now().isoformat(), "says": says})
    letter.payload_sealed = seal.close(held, place_of(letter))
    if tx.insert_once(letter):
        note(tx, row, seal, "amends", "case-letter-queued", letter=letter.id, to=to)


@dataclass(frozen=True)
class Addressed:
    """To whom a letter goes, when it was written, and which words it has."""

    to: str
    at: datetime
    says: Letter


def addressed(letter: CaseLetter, seal: Seal) -> Addressed:
    """What was sealed of this letter."""
    held = json.loads(seal.open(letter.payload_sealed, place_of(letter)))
    says = Letter(held.get("says", Letter.SOMETHING))  # one of an older version does not say
    return Addressed(held["to"], datetime.fromisoformat(held["at"]), says)


def place_of(letter: CaseLetter) -> str:
    """Where its sealed bytes belong."""
    return place("case_letter", letter.id, "payload")
