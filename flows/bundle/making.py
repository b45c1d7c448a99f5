"""Making an archive of an incident: who may, what is in it, and that it is recorded first."""

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from flows.bundle import verify
from flows.bundle.captures import kept_of
from flows.bundle.gathering import (
    Scene,
    attempts_of,
    entries_of,
    place_of,
    requests_for,
    shown,
)
from flows.bundle.packing import (
    VERIFIER,
    Archive,
    Label,
    Member,
    measured,
    member,
    number_of,
    packed,
    signing_key,
)
from flows.bundle.proving import as_json, proof_of
from flows.refusals import NO_INCIDENT, NotAllowedError, NotFoundError
from flows.register import read_register
from flows.reviewing.cabinet import NotRecordedError
from models.anchors import fingerprint
from models.audit import chain_of_incident
from models.office import Office
from models.people import Person
from models.snapshot import NoSuchIncidentError, incident_by, snapshot
from models.store import Transaction
from policy.access import Act, Relation, may, relations
from policy.disclosure import MAY_EXPORT, Level, Part, disclosure
from templates.archive import read_me, report_in_html
from templates.typst import pdf_of

NOT_YOURS = {
    Level.FOI: "Only the Digital Transformation Unit or an auditor can make this archive, and "
    "nobody of their own post.",
    Level.COMMITTEE: "Only the Digital Transformation Unit or an auditor can make this archive, "
    "and nobody of their own post.",
    Level.TRIBUNAL: "Only the Digital Transformation Unit can make an archive for a tribunal, and "
    "nobody of their own post.",
}


def export(office: Office, person: Person, reference: str, level: Level) -> Archive:
    """An archive for whoever the level is for; that it was made is recorded before a byte is given.

    Raises NotFoundError, NotAllowedError, NotNowError, NotRecordedError and database errors.
    """
    scene = _scene(office, person, reference, level)
    key = signing_key(office)
    members = [*_contents(scene)]
    number = number_of(_label(scene), members)
    try:
        with office.store.write("export") as tx:
            _require(tx, office, person, reference, level)
            tx.record(
                chain_of_incident(scene.seen.incident.id),
                person.email,
                "exported",
                level=level.value,
                archive=number,
                number=number[:16],
                key=fingerprint(key.public_key()),
            )
            entries = entries_of(tx, scene.seen)
            tx.flush()
            tx.expunge_all()
    except DBAPIError:
        raise NotRecordedError from None
    proof = [member(name, content) for name, content in proof_of(scene, entries).items()]
    return packed(_label(scene), number, key, [*members, *proof], len(entries))


def _scene(office: Office, person: Person, reference: str, level: Level) -> Scene:
    with office.store.read() as tx:
        _require(tx, office, person, reference, level)
        seen = snapshot(tx, incident_by(tx, reference))
        return Scene(
            office=office,
            seen=seen,
            register=read_register(tx, office.settings),
            rules=disclosure(level),
            now=tx.now(),
            kept=kept_of(tx, office, seen),
            requests=requests_for(tx, seen),
            attempts=attempts_of(tx, seen),
            entries=entries_of(tx, seen),
        )


def _require(tx: Transaction, office: Office, person: Person, reference: str, level: Level) -> None:
    """Raises NotFoundError where they may not know of it, and NotAllowedError."""
    try:
        seen = snapshot(tx, incident_by(tx, reference))
    except NoSuchIncidentError:
        raise NotFoundError(NO_INCIDENT) from None
    related = relations(person, seen, read_register(tx, office.settings), tx.now())
    if not may(Act.SEE, related):
        raise NotFoundError(NO_INCIDENT)
    if Relation.POSTER in related or not may(MAY_EXPORT[level], related):
        raise NotAllowedError(NOT_YOURS[level])


def _contents(scene: Scene) -> Iterator[Member]:
    """All that the archive shows, its record apart."""
    incident = shown(scene)
    facts = incident.model_dump(mode="json")
    html = report_in_html(facts)
    yield member("README.txt", read_me(facts).encode())
    yield member("report.pdf", pdf_of(html, scene.now))
    yield member("report.html", html.encode())
    yield member("incident.json", as_json(facts))
    yield from _captures(scene)
    yield member(VERIFIER, Path(verify.__file__).read_bytes())


def _captures(scene: Scene) -> Iterator[Member]:
    """What was kept, as it was kept: the listing whose digest the record has, and the files."""
    if not scene.shows_words:
        return
    given: set[str] = set()
    for kept in scene.kept:
        post = next(one for one in scene.seen.posts if one.id == kept.row.post_id)
        if post.account_id is None and not scene.rules.shows(Part.POST_ELSEWHERE):
            continue
        if scene.rules.shows(Part.RECORD):
            yield member(f"captures/{kept.number}/kept.json", kept.canonical)
        outdated = kept.row.outdated_at is not None and not scene.rules.shows(Part.RECORD)
        if outdated or not scene.rules.shows(Part.MEDIA):
            continue
        for medium in kept.media:
            name = place_of(kept, medium)
            if medium.read is not None and name not in given:
                given.add(name)
                yield measured(name, medium.read)


def _label(scene: Scene) -> Label:
    return Label(scene.seen.incident.reference, scene.rules.level.value, scene.now)
