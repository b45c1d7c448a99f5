"""Incidents on paper that are over, with all that is kept of one, and a clock for the years."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import timedelta

from jumping import JumpingClock
from paper import BO, Paper
from sqlmodel import SQLModel, col, select
from untouched import untouched

from models.columns import new_id
from models.effects import Effect
from models.incident import Capture, Post
from models.sealed import place
from models.sign_in import LinkState, SignIn, WebSession
from models.snapshot import incident_by
from models.store import Transaction
from models.tables import ALL
from models.words import (
    CaptureDepth,
    DecisionType,
    EffectKind,
    EffectState,
    IncidentState,
    Kind,
    Role,
)

CANARY = "canary-of-what-was-kept"


@dataclass
class Years:
    """An installation whose time a test turns, and short ways to what is left of an incident."""

    paper: Paper
    clock: JumpingClock = field(default_factory=JumpingClock)

    def __post_init__(self) -> None:
        self.paper.office.store.clock = self.clock

    def pass_to(self, day: float) -> None:
        """So many days after the beginning."""
        untouched(self.paper.office.settings.media)
        self.clock.skipped = timedelta(days=day)

    def over(self, number: int, *kinds: Kind, link: str | None = None, note: str = CANARY) -> str:
        """An incident that was closed on this day, with something in every table; its reference."""
        reference = self.paper.worded(link or self.paper.link(number), kinds=kinds, note=note)
        self._fill(reference)
        with self.paper.office.store.write("close") as tx:
            incident = incident_by(tx, reference)
            incident.closed_at, incident.state = tx.now(), IncidentState.CLOSED
            incident.wake_at = None
            facts = json.dumps({"wrong": CANARY})
            sealed_at = place("incident", incident.id, "facts")
            incident.facts_sealed = self.paper.office.content.close(facts, sealed_at)
            tx.add(incident)
            for post in tx.exec(select(Post).where(col(Post.incident_id) == incident.id)):
                post.open = False
                tx.add(post)
        return reference

    def _fill(self, reference: str) -> None:
        self.paper.ask(reference, DecisionType.CONFIRM, self.paper.post(reference).id, Role.DTU)
        notice = self.paper.tell(reference, BO, Role.LINE_MANAGER, token=new_id())
        content = self.paper.office.content
        with self.paper.office.store.write("fill") as tx:
            incident = incident_by(tx, reference)
            for post in tx.exec(select(Post).where(col(Post.incident_id) == incident.id)):
                tx.add(self._capture(post))
            effect = Effect(
                id=new_id(),
                incident_id=incident.id,
                kind=EffectKind.NOTICE,
                target=notice,
                state=EffectState.CONFIRMED,
                idempotency_key=new_id(),
                payload_sealed=b"",
                digest="",
                planned_at=tx.now(),
            )
            effect.payload_sealed = content.close(CANARY, place("effect", effect.id, "payload"))
            tx.add(effect)

    def _capture(self, post: Post) -> Capture:
        """One picture is of this post alone, the other is of every post."""
        pictures = [f"{CANARY} {post.id}".encode(), b"the same for all"]
        row = Capture(
            id=new_id(),
            post_id=post.id,
            depth=CaptureDepth.FULL,
            digest=new_id(),
            manifest_sealed=b"",
            files=[hashlib.sha256(one).hexdigest() for one in pictures],
            taken_at=post.reported_at,
        )
        said = json.dumps({"text": CANARY, "media": []})
        seal = self.paper.office.content
        row.manifest_sealed = seal.close(said, place("capture", row.id, "manifest"))
        folder = self.paper.office.settings.media
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in zip(row.files, pictures, strict=True):
            (folder / name).write_bytes(seal.close(content, place("media", name, "content")))
        return row

    def signed_in(self, email: str) -> None:
        """A browser's session and the link that opened it, both at an end."""
        with self.paper.office.store.write("sign-in") as tx:
            now = tx.now()
            person = self.paper.person(email)
            tx.add(
                WebSession(
                    person_id=person.id, digest=new_id(), made_at=now, seen_at=now, expires_at=now
                )
            )
            tx.add(
                SignIn(
                    address=email, goes_to="/", state=LinkState.SENT, asked_at=now, expires_at=now
                )
            )

    def files(self) -> int:
        """How many kept files there are."""
        return len(list(self.paper.office.settings.media.iterdir()))

    def rows_of(self, reference: str) -> dict[str, int]:
        """How many rows of each table name this incident, where any does."""
        with self.paper.office.store.read() as tx:
            incident = incident_by(tx, reference, erased_too=True)
            found = {
                str(table.__tablename__): _count(tx, table, incident.id)
                for table in ALL
                if "incident_id" in table.model_fields
            }
        return {name: many for name, many in found.items() if many}

    def sealed_of(self, reference: str) -> list[bytes]:
        """Everything sealed that the incident's rows hold, as it lies in the database."""
        seen = self.paper.seen(reference)
        found = [
            seen.incident.facts_sealed,
            *(one.note_sealed for one in seen.reports),
            *(one.manifest_sealed for one in seen.captures.values()),
            *(one.text_sealed for one in seen.wordings.values()),
            *(one.payload_sealed for one in seen.effects),
        ]
        return [one for one in found if one]

    def is_on_disk(self, sealed: bytes) -> bool:
        """Whether SQLite's file or its journal still has these bytes anywhere."""
        parts = ("amends.db", "amends.db-wal")
        there = [self.paper.home / one for one in parts if (self.paper.home / one).exists()]
        return any(sealed[-48:] in one.read_bytes() for one in there)


def _count(tx: Transaction, table: type[SQLModel], incident_id: str) -> int:
    rows = tx.connection().exec_driver_sql(
        f"SELECT count(*) FROM {table.__tablename__} WHERE incident_id = '{incident_id}'"
    )
    return int(rows.scalar_one())
