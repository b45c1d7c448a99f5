"""Making the archive of what is held about one person: by data protection or HR, never by
themselves, and recorded before a byte of it is given."""

from pathlib import Path

from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select

from flows.bundle import verify
from flows.bundle.packing import (
    VERIFIER,
    Archive,
    Label,
    Member,
    member,
    number_of,
    packed,
    signing_key,
)
from flows.bundle.proving import as_json
from flows.cases import CaseShape, case_as_told
from flows.refusals import BadRequestError, NotAllowedError, NotFoundError
from flows.register import read_register
from flows.reviewing.cabinet import NotRecordedError
from flows.subject_access.finding import Subject, subject_of
from flows.subject_access.gathering import (
    access_of,
    accounts_of,
    incidents_about,
    register_entry,
)
from flows.subject_access.shapes import OfPerson
from models.anchors import fingerprint
from models.columns import new_id
from models.incident import Incident
from models.office import Office
from models.people import Person
from models.referral import Referral
from models.words import Role
from templates.archive import person_in_html, read_me_of_person
from templates.labels import label
from templates.typst import pdf_of

CHAIN = "subject-access"
MAY_MAKE = frozenset({Role.DPO, Role.HR})

NOT_YOURS = "Only the data protection officer or HR can make this archive."
NOT_OF_ONESELF = "Somebody else makes the archive that is about you."
NO_ADDRESS = "Enter the person’s e-mail address."
LEFT_OUT = ("others", "withheld", "privileged", "sealed", "erased", "secrets")


def export_about(office: Office, person: Person, address: str) -> Archive:
    """Everything held about whoever has this address. Looking at it is recorded first: who, about
    whom and which archive. Raises NotAllowedError, BadRequestError, NotNowError, NotRecordedError
    and database errors."""
    address = address.strip().lower()
    _require(person, address)
    key = signing_key(office)
    shown, subject = _held(office, person, address)
    stamp = f"SA-{new_id()[-8:].upper()}"
    about = Label(stamp, verify.ABOUT_A_PERSON, shown.made_at)
    members = _members(shown, about)
    number = number_of(about, members)
    try:
        with office.store.write("export-about") as tx:
            tx.record(
                CHAIN,
                person.email,
                "subject-access-made",
                subject=subject.id or "not-in-the-register",
                archive=number,
                number=number[:16],
                key=fingerprint(key.public_key()),
            )
    except DBAPIError:
        raise NotRecordedError from None
    return packed(about, number, key, members, 0)


def _require(person: Person, address: str) -> None:
    if MAY_MAKE.isdisjoint(map(Role, person.roles)):
        raise NotAllowedError(NOT_YOURS)
    if "@" not in address:
        raise BadRequestError(NO_ADDRESS)
    if address == person.email:
        raise NotAllowedError(NOT_OF_ONESELF)


def _held(office: Office, person: Person, address: str) -> tuple[OfPerson, Subject]:
    with office.store.read() as tx:
        register = read_register(tx, office.settings)
        subject = subject_of(register, address)
        shown = OfPerson(
            person=address,
            made_at=tx.now(),
            organisation=office.settings.organisation.name,
            left_out=[label("not_given", one) for one in LEFT_OUT],
            register_entry=register_entry(subject),
            accounts=accounts_of(register, subject),
            access=access_of(tx, subject),
            incidents=list(incidents_about(tx, office, register, subject)),
            cases=[],
        )
    shown.cases = _cases(office, person, address)
    return shown, subject


def _cases(office: Office, person: Person, address: str) -> list[CaseShape]:
    """What the person was told of a case, where whoever makes the archive keeps it for HR. To
    everybody else an archive is the same whether there is one or not."""
    if not person.has_role(Role.HR):
        return []
    with office.store.read() as tx:
        considered = select(Incident.reference).join(
            Referral, col(Referral.incident_id) == col(Incident.id)
        )
        references = tx.exec(considered.order_by(col(Incident.id))).all()
    found = []
    for reference in references:
        try:
            found.append(case_as_told(office, person, reference, address))
        except NotFoundError:
            continue
    return found


def _members(shown: OfPerson, about: Label) -> list[Member]:
    facts = shown.model_dump(mode="json")
    html = person_in_html(facts)
    return [
        member("README.txt", read_me_of_person(facts, f"{about.reference}-{about.level}").encode()),
        member("report.pdf", pdf_of(html, shown.made_at)),
        member("report.html", html.encode()),
        member("person.json", as_json(facts)),
        member(VERIFIER, Path(verify.__file__).read_bytes()),
    ]
