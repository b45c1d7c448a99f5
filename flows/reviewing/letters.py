"""Letters that leave a case: each says that there is something to read, and nothing else.

They have rows of their own, sealed with the case's key: a notice of an incident would tell whoever
holds the database whom the case is about.
"""

import json
from datetime import datetime

from flows.reviewing.cabinet import note
from models.case_rows import CaseLetter, SealedCase
from models.columns import new_id
from models.office import Office
from models.review import Case, Hand, Part
from models.sealed import Seal, place
from models.store import Transaction


def address_of(part: Part, case: Case, hr: str) -> str | None:
    """Where this part of the case reads its mail; HR's mailbox where a hand is not named yet."""
    if part is Part.SUBJECT:
        return case.subject
    if part is Part.HR:
        return hr
    return case.holder(Hand(part.value)) or hr


def queue_letter(
    tx: Transaction, office: Office, row: SealedCase, seal: Seal, *, to: str, why: str
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
    held = json.dumps({"to": to, "at": tx.now().isoformat()})
    letter.payload_sealed = seal.close(held, place_of(letter))
    if tx.insert_once(letter):
        note(tx, row, seal, "amends", "case-letter-queued", letter=letter.id, to=to)


def addressed(letter: CaseLetter, seal: Seal) -> tuple[str, datetime]:
    """To whom it goes, and when it was written."""
    held = json.loads(seal.open(letter.payload_sealed, place_of(letter)))
    return held["to"], datetime.fromisoformat(held["at"])


def place_of(letter: CaseLetter) -> str:
    """Where its sealed bytes belong."""
    return place("case_letter", letter.id, "payload")
