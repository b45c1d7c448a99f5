"""Sending the letters of cases: each at most once, by the engine, which alone has a carrier.

A letter's row is claimed and committed before the one call, and its outcome written after it. What
a process may have sent before it died is looked for; where nobody can know, it is not sent again,
and the case says so.
"""

import logging
from datetime import timedelta

from sqlmodel import col, select, update

from flows.hands import Hands
from flows.reviewing.cabinet import note
from flows.reviewing.letters import Addressed, addressed
from integrations.errors import NotSent, OutcomeUnknown, OutsideError, TryAgainLater
from integrations.notices.base import Mail, UnsafeMailError
from models import faults
from models.case_keys import NoMasterError
from models.case_rows import ROUND, CaseLetter, LetterState, SealedCase, knock
from models.office import Office
from models.sealed import SealBrokenError
from models.store import Transaction
from templates.letters import NoticeFacts, render_notice

log = logging.getLogger("amends.cases")

LEASE = timedelta(seconds=60)
AGAIN = timedelta(minutes=2)
WITHOUT_KEY = timedelta(hours=1)
"""When a letter is looked at again that nobody can open now: it holds up none of the others."""

AT_ONCE = 20
NO_MAIL = "no-mail-to-this-address"


def send_letters(hands: Hands) -> int:
    """Send what is due, each at most once; returns how many were tried."""
    due = _due(hands.office)
    for letter_id in due:
        _send(hands, letter_id)
    return len(due)


def _due(office: Office) -> list[str]:
    with office.store.read() as tx:
        knock(tx, ROUND, office.case_keys.round())
        found = (
            select(CaseLetter.id)
            .where(col(CaseLetter.due_at) <= tx.now())
            .where(col(CaseLetter.state).in_((LetterState.QUEUED, LetterState.SENDING)))
            .order_by(col(CaseLetter.due_at))
            .limit(AT_ONCE)
        )
        return list(tx.exec(found))


def _send(hands: Hands, letter_id: str) -> None:
    """Claim it, call once with no transaction open, and write how it ended."""
    office = hands.office
    try:
        with office.store.write("claim-case-letter") as tx:
            claimed = _claim(tx, office, letter_id)
    except (NoMasterError, SealBrokenError) as error:
        log.error("a letter cannot be opened: %s. Run: amends doctor", type(error).__name__)
        _put_off(office, letter_id)
        return
    if claimed is None:
        return
    letter, mail, again = claimed
    state, code = _call(hands, mail, again=again) if mail else (LetterState.REFUSED, NO_MAIL)
    with office.store.write("conclude-case-letter") as tx:
        _conclude(tx, office, letter, state, code)


def _put_off(office: Office, letter_id: str) -> None:
    with office.store.write("claim-case-letter") as tx:
        knock(tx, ROUND, office.case_keys.round())
        tx.exec(
            update(CaseLetter)
            .where(col(CaseLetter.id) == letter_id, col(CaseLetter.due_at) <= tx.now())
            .values(due_at=tx.now() + WITHOUT_KEY)
        )


def _claim(
    tx: Transaction, office: Office, letter_id: str
) -> tuple[CaseLetter, Mail | None, bool] | None:
    """The letter, its mail if one can be written, and whether a process died with it: then it is
    looked for first. Raises NoMasterError and SealBrokenError."""
    knock(tx, ROUND, office.case_keys.round())
    letter = tx.get_one(CaseLetter, letter_id)
    now, fence = tx.now(), letter.fence
    again = letter.state is LetterState.SENDING
    taken = tx.changed(
        update(CaseLetter)
        .where(col(CaseLetter.id) == letter_id, col(CaseLetter.fence) == fence)
        .where(col(CaseLetter.state).in_((LetterState.QUEUED, LetterState.SENDING)))
        .where(col(CaseLetter.due_at) <= now)
        .values(
            state=LetterState.SENDING,
            fence=fence + 1,
            tries=letter.tries + 1,
            lease_until=now + LEASE,
            due_at=now + LEASE,
        )
    )
    row = tx.get_one(SealedCase, letter.case_id)
    if not taken or row.key_wrapped is None:
        return None
    mail = _mail(office, letter, addressed(letter, office.case_keys.seal_of(row)))
    tx.expunge(letter)
    letter.fence = fence + 1
    return letter, mail, again


def _call(hands: Hands, mail: Mail, *, again: bool) -> tuple[LetterState, str]:
    """One call. What a process may have sent before it died is looked for, and never sent twice."""
    ended = _looked_for(hands, mail) if again else None
    if ended is not None:
        return ended
    try:
        faults.point("case-letter:before-call")
        hands.carrier.send(mail)
        faults.point("case-letter:after-call")
    except (NotSent, TryAgainLater) as error:
        return LetterState.QUEUED, error.code
    except OutcomeUnknown as error:
        return LetterState.SENDING, error.code  # looked for when its lease is over
    except OutsideError as error:
        return LetterState.REFUSED, error.code
    return LetterState.SENT, ""


def _looked_for(hands: Hands, mail: Mail) -> tuple[LetterState, str] | None:
    """How it ended; None where it surely did not leave. A carrier that does not answer is asked
    again when the lease is over: what nobody has looked for is not sent anew."""
    try:
        found = hands.carrier.find(mail.message_id)
    except OutsideError as error:
        return LetterState.SENDING, error.code
    if found:
        return LetterState.SENT, "found"
    return None if found is False and not hands.carrier.keeps else (LetterState.UNKNOWN, "")


def _conclude(
    tx: Transaction, office: Office, letter: CaseLetter, state: LetterState, code: str
) -> None:
    knock(tx, ROUND, office.case_keys.round())
    values: dict[str, object] = {"state": state}
    if state is LetterState.QUEUED:
        values["due_at"] = tx.now() + AGAIN
    elif state is not LetterState.SENDING:
        values["due_at"] = None
    written = tx.changed(
        update(CaseLetter)
        .where(col(CaseLetter.id) == letter.id, col(CaseLetter.fence) == letter.fence)
        .values(**values)
    )
    row = tx.get_one(SealedCase, letter.case_id)
    if written and row.key_wrapped is not None and state is not LetterState.SENDING:
        seal = office.case_keys.seal_of(row)
        what = f"case-letter-{state}"
        note(tx, row, seal, "amends", what, letter=letter.id, code=code)


def _mail(office: Office, letter: CaseLetter, about: Addressed) -> Mail | None:
    """None where no mail can be written to this address: HR is told to phone."""
    try:
        return _written(office, letter, about)
    except UnsafeMailError:
        return None


def _written(office: Office, letter: CaseLetter, about: Addressed) -> Mail:
    settings = office.settings
    said = render_notice(
        about.says.value,
        NoticeFacts(
            organisation=settings.organisation.name,
            url=settings.public_url,
            duty_officer=settings.organisation.duty_officer,
        ),
    )
    domain = settings.sender.partition("@")[2]
    return Mail(
        message_id=f"{letter.id}@{domain}",
        sender=settings.sender,
        to=about.to,
        subject=said.subject,
        text=said.text,
        html=said.html,
        date=about.at,
    )
