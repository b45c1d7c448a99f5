"""Making an archive of an incident: who may, what is in it, and that it is recorded first."""

import hashlib
import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
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
from flows.bundle.proving import as_json, proof_of
from flows.refusals import NO_INCIDENT, NotAllowedError, NotFoundError, NotNowError
from flows.register import read_register
from flows.reviewing.cabinet import NotRecordedError
from models.anchor_keys import AnchorKeyError, archive_key
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

VERIFIER = "verify.py"
LARGEST = 2**32 - 1
"""A ZIP of the old kind, which everything opens, holds no more."""

NOT_YOURS = {
    Level.FOI: "Only the Digital Transformation Unit or an auditor can make this archive, and "
    "nobody of their own post.",
    Level.COMMITTEE: "Only the Digital Transformation Unit or an auditor can make this archive, "
    "and nobody of their own post.",
    Level.TRIBUNAL: "Only the Digital Transformation Unit can make an archive for a tribunal, and "
    "nobody of their own post.",
}
NO_KEY = (
    "There is no key here that archives are signed with, so none was made. An administrator makes "
    "archives.key, as the page on deploying says."
)
TOO_LARGE = "What was kept is larger than 4 GB, which no archive holds. Ask an administrator."


@dataclass(frozen=True)
class Member:
    """One file of an archive, measured."""

    name: str
    size: int
    crc: int
    sha256: str
    read: Callable[[], bytes]


@dataclass(frozen=True)
class Archive:
    """An archive that is recorded. ``number`` is that of its contents, ``key`` the fingerprint of
    what it is signed with; ``pieces`` are its bytes, made as they are asked for."""

    name: str
    number: str
    key: str
    size: int
    pieces: Iterator[bytes]


def export(office: Office, person: Person, reference: str, level: Level) -> Archive:
    """An archive for whoever the level is for; that it was made is recorded before a byte is given.

    Raises NotFoundError, NotAllowedError, NotNowError, NotRecordedError and database errors.
    """
    scene = _scene(office, person, reference, level)
    key = _key(office)
    members = [*_contents(scene)]
    number = _number(scene, members)
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
    proof = [_member(name, content) for name, content in proof_of(scene, entries).items()]
    return _packed(scene, number, key, [*members, *proof], len(entries))


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


def _key(office: Office) -> Ed25519PrivateKey:
    try:
        return archive_key(office.settings.keys)
    except (OSError, AnchorKeyError):
        raise NotNowError(NO_KEY) from None


def _contents(scene: Scene) -> Iterator[Member]:
    """All that the archive shows, its record apart."""
    incident = shown(scene)
    facts = incident.model_dump(mode="json")
    html = report_in_html(facts)
    yield _member("README.txt", read_me(facts).encode())
    yield _member("report.pdf", pdf_of(html, scene.now))
    yield _member("report.html", html.encode())
    yield _member("incident.json", as_json(facts))
    yield from _captures(scene)
    yield _member(VERIFIER, Path(verify.__file__).read_bytes())


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
            yield _member(f"captures/{kept.number}/kept.json", kept.canonical)
        outdated = kept.row.outdated_at is not None and not scene.rules.shows(Part.RECORD)
        if outdated or not scene.rules.shows(Part.MEDIA):
            continue
        for medium in kept.media:
            name = place_of(kept, medium)
            if medium.read is not None and name not in given:
                given.add(name)
                yield _measured(name, medium.read)


def _member(name: str, content: bytes) -> Member:
    return _measured(name, lambda: content)


def _measured(name: str, read: Callable[[], bytes]) -> Member:
    content = read()
    digest = hashlib.sha256(content).hexdigest()
    return Member(name, len(content), zlib.crc32(content), digest, read)


def _number(scene: Scene, members: Iterable[Member]) -> str:
    named = [(one.name, one.sha256) for one in members]
    return verify.number_of(scene.rules.level.value, scene.seen.incident.reference, named)


def _packed(
    scene: Scene, number: str, key: Ed25519PrivateKey, members: list[Member], entries: int
) -> Archive:
    reference, level = scene.seen.incident.reference, scene.rules.level.value
    listed = as_json(
        {
            "made_by": f"amends {version('amends')}",
            "reference": reference,
            "level": level,
            "made_at": scene.now.isoformat(),
            "archive": number,
            "entries": entries,
            "members": [{"name": m.name, "size": m.size, "sha256": m.sha256} for m in members],
        }
    )
    files = [_member(verify.LIST, listed), _member(verify.SIGNATURE, _signature(key, listed))]
    folder = f"{reference}-{level}"
    every = [*files, *members]
    size = 22 + sum(76 + 2 * len(f"{folder}/{one.name}") + one.size for one in every)
    if size > LARGEST:
        raise NotNowError(TOO_LARGE)
    pieces = verify.zipped(_file(folder, one) for one in every)
    return Archive(f"{folder}.zip", number, fingerprint(key.public_key()), size, pieces)


def _file(folder: str, one: Member) -> verify.File:
    return f"{folder}/{one.name}", one.size, one.crc, lambda: [one.read()]


def _signature(key: Ed25519PrivateKey, listed: bytes) -> bytes:
    raw = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    said: Mapping[str, str] = {
        "algorithm": verify.ALGORITHM,
        "key": raw.hex(),
        "signature": key.sign(verify.SIGNED_AS + listed).hex(),
    }
    return json.dumps(said, indent=2).encode() + b"\n"
