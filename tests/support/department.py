"""A department for tests: real practice platform, real mail server, real database, real engine."""

import contextlib
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope
from databases import lay_tables
from organisation import ORGANISATION
from record_watch import Watch
from sqlmodel import col, select

from amends.engine import Engine
from amends.sandbox.sandbox import Sandbox
from amends.settings import Settings, load
from amends.supervise import free_port
from flows.deciding.advising import advise
from flows.deciding.clearing import clear
from flows.deciding.closing import close
from flows.hands import lend
from flows.intake import ReportRequest, accept
from models.audit import Entry, chain_of_incident
from models.office import Office, use
from models.people import Person
from models.register import sync
from models.sealed import place
from models.snapshot import Snapshot, incident_by, snapshot
from models.standing import Standing, standing
from models.statements import Statement, Wording
from models.words import Circumstance, Kind, StatementState, Wait
from policy.words import Claim, Finding

ANA = "ana@dept.example"  # posts
BO = "bo@dept.example"  # her manager
CY = "cy@dept.example"  # publishes too
DEE = "dee@dept.example"  # DTU duty officer
EVE = "eve@dept.example"  # DTU too
HAL = "hal@dept.example"  # HR
PAT = "pat@dept.example"  # press duty
SAM = "sam@dept.example"  # anyone on the staff
SVC = "svc@dept.example"  # works for FCO Services

PEOPLE = f"""
[[people]]
email = "{ANA}"
name = "Ana Ahmed"
line_manager = "{BO}"

[[people]]
email = "{BO}"
name = "Bo Berg"
line_manager = "{PAT}"

[[people]]
email = "{CY}"
name = "Cy Chen"
line_manager = "{BO}"

[[people]]
email = "{DEE}"
name = "Dee Diaz"
roles = ["dtu", "dtu-duty"]

[[people]]
email = "{EVE}"
name = "Eve Eze"
roles = ["dtu"]

[[people]]
email = "{HAL}"
name = "Hal Hale"
roles = ["hr"]

[[people]]
email = "{PAT}"
name = "Pat Park"
roles = ["press-duty"]

[[people]]
email = "{SAM}"
name = "Sam Sato"
line_manager = "{BO}"

[[people]]
email = "{SVC}"
name = "Sal Vance"
employer = "fco-services"
line_manager = "{BO}"
"""


class MailServer:
    """A real SMTP server on loopback that keeps what it is given."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.faults: list[str] = []
        self.controller = Controller(self, hostname="127.0.0.1", port=free_port(0))

    def fail(self, fault: str) -> None:
        """Make the next message fail: ``cut-before`` and ``cut-after`` cut the connection without
        an answer, before the message is taken or after; else the answer, such as ``451 Later``."""
        self.faults.append(fault)

    async def handle_DATA(self, server: SMTP, session: object, envelope: Envelope) -> str:
        """What aiosmtpd calls for each message."""
        fault = self.faults.pop(0) if self.faults else ""
        if fault[:1].isdigit():
            return fault
        if fault != "cut-before":
            assert isinstance(envelope.content, bytes)
            message = message_from_bytes(envelope.content)
            message["X-To"] = envelope.rcpt_tos[0]
            self.messages.append(message)
        if fault:
            server.transport.abort()
        return "250 OK"

    def restart(self) -> None:
        """Listen again on the same port, after a stop."""
        self.controller = Controller(self, hostname="127.0.0.1", port=self.controller.port)
        self.controller.start()

    def stop(self) -> None:
        """Refuse every connection from now on."""
        with contextlib.suppress(RuntimeError):
            self.controller.stop()

    def to(self, address: str) -> list[Message]:
        """The messages that this address was sent."""
        return [m for m in self.messages if m["X-To"] == address]

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"smtp://127.0.0.1:{self.controller.port}"


@dataclass
class Department:
    """One installation and the world around it."""

    home: Path
    sandbox: Sandbox
    mail: MailServer
    office: Office
    secrets: dict[str, str] = field(repr=False)
    engine: Engine | None = None
    thread: threading.Thread | None = None
    watch: Watch | None = None

    def post(self, text: str, handle: str = "dept") -> str:
        """Someone posts; returns the link."""
        return self.sandbox.add_post(handle, text).url

    def report(
        self,
        link: str | tuple[str, ...],
        *kinds: Kind,
        by: str = ANA,
        circumstances: tuple[Circumstance, ...] = (),
        **more: str | None,
    ) -> str:
        """Someone reports; returns the reference."""
        links = (link,) if isinstance(link, str) else link
        request = ReportRequest(post_urls=links, kinds=kinds, circumstances=circumstances, **more)
        return accept(self.office, self.person(by), request).reference

    def report_wrong_fact(self, link: str, by: str = ANA, **more: str | None) -> str:
        """The commonest report, complete."""
        facts = {
            "wrong": "the fund opens on 3 May",
            "right": "the fund opens on 5 June",
            "source_url": "https://dept.example/fund",
        }
        return self.report(link, Kind.FACTUAL, by=by, **(facts | more))

    def person(self, email: str) -> Person:
        """The register's row."""
        with self.office.store.read() as tx:
            return tx.exec(select(Person).where(col(Person.email) == email)).one()

    def seen(self, reference: str) -> Snapshot:
        """Everything about the incident."""
        with self.office.store.read() as tx:
            return snapshot(tx, incident_by(tx, reference))

    def stands(self, reference: str) -> Standing:
        """Where it stands."""
        return standing(self.seen(reference))

    def said(self, reference: str) -> list[str]:
        """The words of its timeline."""
        with self.office.store.read() as tx:
            chain = chain_of_incident(incident_by(tx, reference).id)
            entries = tx.exec(
                select(Entry).where(col(Entry.chain) == chain).order_by(col(Entry.seq))
            ).all()
        return [entry.what for entry in entries]

    def until(
        self, reference: str, true: Callable[[Snapshot], bool], seconds: float = 20.0
    ) -> Snapshot:
        """Wait until it is true of the incident; fail with where it stands."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if true(seen := self.seen(reference)):
                return seen
            time.sleep(0.02)
        stands = self.stands(reference)
        raise AssertionError(f"{stands.state} {stands.waits} {self.said(reference)}")

    def until_waiting(self, reference: str, wait: object, seconds: float = 20.0) -> Snapshot:
        """Wait until the incident's row says that it waits for this."""
        return self.until(reference, lambda seen: seen.incident.waiting_for == wait, seconds)

    def clear(
        self,
        reference: str,
        by: str = DEE,
        *,
        approve: bool = True,
        claims: Collection[Claim] | None = None,
    ) -> StatementState:
        """Somebody reads the words, looks again where they are told to, and says yes or no.

        ``claims`` is what they say that the words claim, where Amends cannot read it.
        """
        seen = self.seen(reference)
        statement = next(s for s in seen.statements if s.state == StatementState.WAITING)
        return clear(
            self.office,
            self.person(by),
            reference,
            statement=statement.id,
            digest=seen.wordings[str(statement.wording_id)].digest,
            approve=approve,
            reason=None if approve else "not yet",
            claims=claims,
            confirmed=list(Finding),
        )

    def text_of(self, statement: Statement) -> str:
        """The words that now stand."""
        with self.office.store.read() as tx:
            wording = tx.get_one(Wording, statement.wording_id)
        where = place("wording", wording.id, "text")
        return self.office.content.open_text(wording.text_sealed, where)

    def finish(self, reference: str) -> Snapshot:
        """The DTU advises and closes."""
        advise(self.office, self.person(DEE), reference, text="Thank you. Nothing more to do.")
        self.until_waiting(reference, Wait.CLOSING)
        close(self.office, self.person(DEE), reference)
        return self.until(reference, lambda seen: seen.incident.closed_at is not None)

    def start_engine(self, prefect_api_url: str | None = None) -> Engine:
        """An engine in a thread of this process."""
        self.engine = Engine(self.office, prefect_api_url=prefect_api_url)
        self.thread = threading.Thread(target=self.engine.run, daemon=True)
        self.thread.start()
        return self.engine

    def stop_engine(self) -> None:
        """Stop it, and wait for its end."""
        if self.engine and self.thread:
            self.engine.stop()
            self.thread.join(timeout=10)
            self.engine = self.thread = None

    def close(self) -> None:
        """End all that was started."""
        self.stop_engine()
        self.sandbox.stop()
        self.mail.stop()
        self.office.store.close()
        use(None)
        lend(None)


def open_department(
    home: Path,
    *,
    database_url: str | None = None,
    people: str = PEOPLE,
    latency: float = 0.0,
    accredited: bool = False,
    more_accounts: str = "",
    more_secrets: dict[str, str] | None = None,
    smtp: bool = True,
) -> Department:
    """Start the world around an installation in ``home``; no engine runs yet.

    ``more_accounts`` is TOML, for accounts on other servers; ``more_secrets`` what it names.
    Without ``smtp`` mail has another way out, or is kept in the outbox.
    """
    sandbox = Sandbox(latency=latency).start()
    mail = MailServer()
    mail.controller.start()
    secrets = dict(more_secrets or {})
    accounts = more_accounts
    for handle in ("dept", "embassy"):
        made = sandbox.add_account(handle, handle.title())
        name = f"X_{handle.upper()}"
        secrets[name] = made.secret
        accounts += account("x", handle, name, sandbox.url)
    database = f'[database]\nurl = "{database_url}"\n' if database_url else ""
    config = home / "amends.toml"
    config.write_text(
        f"""{ORGANISATION}accredited_for_classified = {str(accredited).lower()}
{people}
{accounts}
[mail]
{f'smtp = "{mail.url}"' if smtp else ""}
sender = "amends@dept.example"
{database}
"""
    )
    settings = settings_of(home, secrets)
    if database_url is None:
        lay_tables(home)
    office = Office(settings)
    office.store.migrate()
    sync(office.store, settings)
    use(office)
    return Department(home, sandbox, mail, office, secrets)


def account(platform: str, handle: str, secret: str, base_url: str) -> str:
    """TOML for an account that Cy owns and Ana publishes on too; ``secret`` names its variable."""
    return f"""
[[accounts]]
platform = "{platform}"
handle = "{handle}"
owner = "{CY}"
publishers = ["{ANA}", "{CY}"]
credentials = "env:{secret}"
base_url = "{base_url}"
"""


def settings_of(home: Path, secrets: dict[str, str]) -> Settings:
    """The settings as a process with these secrets in its environment reads them."""
    return load({"AMENDS_HOME": str(home), "AMENDS_CONFIG": str(home / "amends.toml"), **secrets})
