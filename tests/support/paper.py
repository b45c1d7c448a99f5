"""An installation on paper, for tests: people, rows and keys, without an engine or a platform."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from databases import lay_tables
from organisation import ORGANISATION
from pydantic import TypeAdapter
from sqlmodel import col, select

from amends.settings import load
from flows.asking import ask
from flows.intake import ReportRequest, accept
from flows.reviewing.cabinet import find, notes
from models.audit import Entry, chain_of_case, chain_of_incident
from models.columns import new_id
from models.effects import Effect
from models.incident import Capture, Incident, Post
from models.notices import Notice
from models.office import Office
from models.people import Account, Person
from models.referral import Referral
from models.register import sync
from models.sealed import place
from models.snapshot import Snapshot, incident_by, snapshot
from models.statements import Statement, Wording, wording_digest
from models.store import Transaction
from models.words import (
    CaptureDepth,
    Circumstance,
    DecisionType,
    EffectKind,
    EffectState,
    Kind,
    NoticeState,
    PostState,
    Role,
    StatementKind,
    StatementState,
)
from policy.decide import decide
from policy.plan import Plan

ANA = "ana@dept.example"  # posts
BO = "bo@dept.example"  # her manager
CY = "cy@dept.example"  # owns the account and publishes too
DEE = "dee@dept.example"  # DTU duty officer
EVE = "eve@dept.example"  # DTU too
HAL = "hal@dept.example"  # HR
IDA = "ida@dept.example"  # HR too
PAT = "pat@dept.example"  # press duty
SAM = "sam@dept.example"  # anyone on the staff
SUE = "sue@dept.example"  # security
ADA = "ada@dept.example"  # administrator
ROY = "roy@dept.example"  # auditor

ROLES = {
    DEE: ("dtu", "dtu-duty"),
    EVE: ("dtu",),
    HAL: ("hr",),
    IDA: ("hr",),
    PAT: ("press-duty",),
    SUE: ("security", "it-security"),
    ADA: ("admin",),
    ROY: ("auditor",),
}
MANAGERS = {ANA: BO, BO: PAT, CY: BO, SAM: BO}
EVERYBODY = (ANA, BO, CY, DEE, EVE, HAL, IDA, PAT, SAM, SUE, ADA, ROY)

PLATFORM = "http://127.0.0.1:8931"
PLAN = TypeAdapter(Plan)
WORDS = "Please disregard an earlier post on this account. We are sorry."


@dataclass
class Paper:
    """One installation, and short ways to bring an incident to a point."""

    home: Path
    office: Office

    def person(self, email: str) -> Person:
        """The register's row."""
        with self.office.store.read() as tx:
            return tx.exec(select(Person).where(col(Person.email) == email)).one()

    def link(self, number: int = 1, handle: str = "dept") -> str:
        """A link to a post."""
        return f"{PLATFORM}/{handle}/status/{number}"

    def report(
        self,
        *links: str,
        by: str = ANA,
        kinds: Iterable[Kind] = (Kind.FACTUAL,),
        **more: str | None,
    ) -> str:
        """Someone reports; returns the reference."""
        request = ReportRequest(post_urls=links or (self.link(),), kinds=tuple(kinds), **more)
        return accept(self.office, self.person(by), request).reference

    def planned(self, *links: str, circumstances: Iterable[Circumstance] = (), **more: str) -> str:
        """An incident that the engine has planned."""
        reference = self.report(*links, **more)
        with self.office.store.write("plan") as tx:
            incident = incident_by(tx, reference)
            plan = decide([Kind(kind) for kind in incident.kinds], list(circumstances))
            incident.plan = PLAN.dump_python(plan, mode="json")
            incident.severity = plan.severity
            tx.add(incident)
        return reference

    def worded(self, *links: str, author: str | None = None, **more: str) -> str:
        """An incident whose words wait for clearance, on each account that it concerns."""
        reference = self.planned(*links, **more)
        with self.office.store.write("word") as tx:
            incident = incident_by(tx, reference)
            for account in snapshot(tx, incident).accounts.values():
                self._word(tx, incident, account, author)
        return reference

    def _word(
        self, tx: Transaction, incident: Incident, account: Account, author: str | None
    ) -> None:
        statement = Statement(
            id=new_id(),
            incident_id=incident.id,
            account_id=account.id,
            kind=StatementKind.APOLOGY,
            state=StatementState.WAITING,
            drafted_at=tx.now(),
            words_due_at=tx.now() + timedelta(minutes=20),
        )
        tx.add(statement)
        tx.flush()
        wording = Wording(
            id=new_id(),
            statement_id=statement.id,
            version=1,
            text_sealed=b"",
            digest=wording_digest(WORDS, platform=account.platform, handle=account.handle),
            author=author,
            written_at=tx.now(),
        )
        sealed_at = place("wording", wording.id, "text")
        wording.text_sealed = self.office.content.close(WORDS, sealed_at)
        tx.add(wording)
        statement.wording_id = wording.id
        tx.add(statement)

    def ask(self, reference: str, type_: DecisionType, target: str, *roles: Role) -> None:
        """The engine asks people."""
        with self.office.store.write("ask") as tx:
            incident = incident_by(tx, reference)
            ask(tx, incident.id, type_, target=target, of=roles, said="confirm-asked")

    def tell(
        self,
        reference: str,
        address: str,
        role: Role,
        *,
        token: str | None = None,
        state: NoticeState = NoticeState.SENT,
        sealed: bool = False,
    ) -> str:
        """A notice that has left; returns its id."""
        notice = Notice(
            id=new_id(),
            incident_id=self.incident(reference).id,
            to_role=role,
            to_address=address,
            template="role",
            state=state,
            sealed=sealed,
            message_id=new_id(),
            link_digest=hashlib.sha256(token.encode()).hexdigest() if token else None,
            queued_at=self.incident(reference).opened_at,
        )
        with self.office.store.write("tell") as tx:
            tx.add(notice)
            tx.flush()
            return notice.id

    def consider(self, reference: str) -> Referral:
        """A referral that HR is to decide on."""
        with self.office.store.write("consider") as tx:
            referral = Referral(incident_id=incident_by(tx, reference).id, considered_at=tx.now())
            tx.add(referral)
            tx.flush()
            return referral

    def publish(self, reference: str, state: EffectState) -> str:
        """An effect that publishes the words; returns its id."""
        with self.office.store.write("publish") as tx:
            seen = snapshot(tx, incident_by(tx, reference))
            effect = Effect(
                id=new_id(),
                incident_id=seen.incident.id,
                kind=EffectKind.PUBLISH,
                target=seen.statements[0].id,
                account_id=seen.statements[0].account_id,
                state=state,
                idempotency_key=new_id(),
                payload_sealed=b"",
                digest="",
                planned_at=tx.now(),
            )
            tx.add(effect)
            tx.flush()
            return effect.id

    def set_posts(self, reference: str, state: PostState) -> None:
        """Every post is in this state now."""
        with self.office.store.write("set-posts") as tx:
            for post in snapshot(tx, incident_by(tx, reference)).posts:
                post.state = state
                tx.add(post)

    def keep_copy(self, reference: str, text: str) -> None:
        """Of its first post a copy was kept: these words, and nothing else."""
        made, manifest = new_id(), json.dumps({"text": text, "media": []})
        sealed = self.office.content.close(manifest, place("capture", made, "manifest"))
        with self.office.store.write("copy") as tx:
            tx.insert_once(
                Capture(
                    id=made,
                    post_id=self.post(reference).id,
                    depth=CaptureDepth.FULL,
                    digest=hashlib.sha256(manifest.encode()).hexdigest(),
                    manifest_sealed=sealed,
                    taken_at=tx.now(),
                )
            )

    def set_statement(self, reference: str, state: StatementState) -> None:
        """The words are in this state now."""
        with self.office.store.write("set-statement") as tx:
            for statement in snapshot(tx, incident_by(tx, reference)).statements:
                statement.state = state
                tx.add(statement)

    def incident(self, reference: str) -> Incident:
        """The incident's row."""
        with self.office.store.read() as tx:
            return incident_by(tx, reference)

    def incidents(self) -> list[Incident]:
        """Every incident."""
        with self.office.store.read() as tx:
            return list(tx.exec(select(Incident).order_by(col(Incident.id))))

    def seen(self, reference: str) -> Snapshot:
        """Everything about the incident."""
        with self.office.store.read() as tx:
            return snapshot(tx, incident_by(tx, reference))

    def post(self, reference: str) -> Post:
        """Its first post."""
        return self.seen(reference).posts[0]

    def digest(self, reference: str) -> str:
        """The digest of the words that now stand."""
        seen = self.seen(reference)
        return seen.wordings[str(seen.statements[0].wording_id)].digest

    def said(self, reference: str) -> list[str]:
        """The words of its timeline."""
        return self._entries(chain_of_incident(self.incident(reference).id))

    def said_in_case(self, referral: Referral) -> list[str]:
        """The words of the case's own record: what the engine said of it, and what is sealed."""
        with self.office.store.read() as tx:
            row = find(tx, self.office, referral.incident_id)
            sealed = notes(tx, row, self.office.case_keys.seal_of(row)) if row else []
        return [*self._entries(chain_of_case(referral.id)), *(one.what for one in sealed)]

    def _entries(self, chain: str) -> list[str]:
        with self.office.store.read() as tx:
            rows = tx.exec(select(Entry).where(col(Entry.chain) == chain).order_by(col(Entry.seq)))
            return [entry.what for entry in rows]

    def close(self) -> None:
        """Let go of the database."""
        self.office.store.close()


def _people() -> str:
    return "\n".join(
        f"""
[[people]]
email = "{email}"
name = "{email.partition("@")[0].title()}"
roles = {list(ROLES.get(email, ()))}
{f'line_manager = "{MANAGERS[email]}"' if email in MANAGERS else ""}"""
        for email in EVERYBODY
    )


def open_paper(home: Path, database_url: str | None = None) -> Paper:
    """An installation in ``home``, on SQLite or on the database given."""
    database = f'[database]\nurl = "{database_url}"\n' if database_url else ""
    accounts = "".join(
        f"""
[[accounts]]
platform = "x"
handle = "{handle}"
owner = "{CY}"
publishers = ["{ANA}", "{CY}"]
credentials = "env:X_{handle.upper()}"
base_url = "{PLATFORM}"
"""
        for handle in ("dept", "embassy")
    )
    (home / "amends.toml").write_text(
        f"""{ORGANISATION}{_people()}
{accounts}
{database}
""",
        encoding="utf-8",
    )
    environ = {"AMENDS_HOME": str(home), "AMENDS_CONFIG": str(home / "amends.toml")}
    if database_url is None:
        lay_tables(home)
    office = Office(load(environ))
    office.store.migrate()
    sync(office.store, office.settings)
    return Paper(home, office)
