"""Upgrading with effects in flight: from every released revision nothing is lost or done twice."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from databases import NewDatabase
from department import ANA, DEE, Department, open_department
from sqlalchemy import Connection, MetaData, Table

from flows.acts.publish_words import freeze_words
from flows.acts.send_notice import freeze_mail
from flows.held_back import begin
from flows.planning import ensure_plan
from integrations.notices.base import Mail
from models.columns import new_id
from models.incident import Post
from models.people import Account
from models.reconciliation import WentBack
from models.revisions import revisions
from models.sealed import place
from models.statements import Wording, wording_digest
from models.words import Audience, EffectState, Kind, PostState, StatementState

RELEASED = revisions()
NOW = datetime.now(UTC)
DEAD = "elsewhere/1/1"
KEPT = (
    "incident",
    "post",
    "capture",
    "effect",
    "attempt",
    "statement",
    "wording",
    "notice",
    "entry",
)
MAIL_ID = "upgraded@dept.example"
WORDS = {"dept": "We gave a wrong date. It is 5 June.", "embassy": "The right date is 5 June."}

DELETES = {
    "authorised": EffectState.CONFIRMED,
    "inflight": EffectState.CONFIRMED,
    "unknown": EffectState.CONFIRMED,
    "retry": EffectState.CONFIRMED,
    "confirmed": EffectState.CONFIRMED,
    "needs_human": EffectState.NEEDS_HUMAN,
    "rejected": EffectState.REJECTED,
    "withdrawn": EffectState.WITHDRAWN,
    "abandoned": EffectState.ABANDONED,
}
"""States in which a deletion may be met by an upgrade, and what the engine then makes of it."""

FULL = [
    pytest.param(database, revision, marks=() if quick else pytest.mark.matrix)
    for database in ("sqlite", "postgresql")
    for revision in RELEASED
    for quick in [database == "sqlite" and revision == RELEASED[0]]
]


@pytest.fixture
def old(database: str, new_database: NewDatabase, tmp_path: Path) -> Iterator[Department]:
    """A department on the database that the test names, with an incident of many posts."""
    home = tmp_path / "home"
    home.mkdir()
    department = open_department(home, database_url=new_database(database))
    yield department
    department.close()


def put(connection: Connection, name: str, **given: object) -> None:
    """A row of the table as that revision has it: what is given, and nothing in the rest."""
    nothing = {str: "", int: 0, bool: True, bytes: b"", datetime: NOW}
    table = Table(name, MetaData(), autoload_with=connection)
    needed = {
        one.name: [] if one.type.__visit_name__ == "JSON" else nothing[one.type.python_type]
        for one in table.columns
        if not one.nullable and not (name == "entry" and one.name == "id")
    }
    known = {one.name for one in table.columns}
    row = {k: v for k, v in (needed | given).items() if k in known}
    connection.execute(table.insert().values(row))


def rows(old: Department) -> dict[str, list[str]]:
    """What must outlive every upgrade: which rows there are, and what was frozen in them."""
    frozen = {"effect": "digest", "wording": "digest", "entry": "digest", "capture": "digest"}
    with old.office.store.engine.connect() as connection:
        return {
            name: [
                str(tuple(row))
                for row in connection.exec_driver_sql(
                    f"SELECT id, {frozen.get(name, 'id')} FROM {name} ORDER BY id"
                )
            ]
            for name in KEPT
        }


def in_flight(old: Department, revision: str) -> tuple[str, dict[str, EffectState]]:
    """An incident met in the middle of everything, in the tables of that revision; and what is to
    become of each deletion."""
    links = [old.post(f"Wrong date, {state}.") for state in DELETES]
    links.append(old.post("Wrong date here too.", "embassy"))
    reference = old.report(tuple(links), Kind.TYPO, by=ANA)
    ensure_plan(old.office, reference)
    seen = old.seen(reference)
    accounts = {one.handle: one for one in seen.accounts.values()}
    old.office.store.migrate(revision)
    wanted: dict[str, EffectState] = {}
    posts = [one for one in seen.posts if one.account_id == accounts["dept"].id]
    with old.office.store.engine.begin() as connection:
        for post, (state, then) in zip(posts, DELETES.items(), strict=True):
            wanted[_delete(old, connection, post, state)] = then
        _words(old, connection, seen.incident.id, accounts["dept"], "unknown")
        _words(old, connection, seen.incident.id, accounts["embassy"], "authorised")
        _notice(old, connection, seen.incident.id)
    return reference, wanted


def _effect(old: Department, connection: Connection, payload: bytes, **given: object) -> str:
    effect_id = new_id()
    sealed = old.office.content.close(payload, place("effect", effect_id, "payload"))
    tried = given["state"] not in ("authorised", "withdrawn")
    put(
        connection,
        "effect",
        id=effect_id,
        generation=1,
        payload_sealed=sealed,
        digest=hashlib.sha256(payload).hexdigest(),
        sealed=False,
        attempts=int(tried),
        lease_owner=DEAD if given["state"] == "inflight" else None,
        lease_until=NOW - timedelta(minutes=5),
        planned_at=NOW - timedelta(minutes=10),
        **given,
    )
    if tried:
        at = NOW - timedelta(minutes=9)
        put(connection, "attempt", id=new_id(), effect_id=effect_id, number=1, started_at=at)
    return effect_id


def _delete(old: Department, connection: Connection, post: Post, state: str) -> str:
    effect_id = _effect(
        old,
        connection,
        json.dumps({"remote_id": post.remote_id}).encode(),
        incident_id=post.incident_id,
        kind="delete",
        target=post.id,
        account_id=post.account_id,
        state=state,
        idempotency_key=f"delete:{post.id}:1",
    )
    sealed = {"digest": "0" * 64, "manifest_sealed": b"sealed"}
    put(connection, "capture", id=new_id(), post_id=post.id, depth="full", **sealed)
    done = state == "confirmed"
    if done:
        live = old.sandbox.live_posts("dept")
        old.sandbox.timeline.delete(next(one for one in live if one.id == post.remote_id))
    table = Table("post", MetaData(), autoload_with=connection)
    connection.execute(
        table.update()
        .where(table.c.id == post.id)
        .values(
            state="needs_human" if state == "needs_human" else "deleting",
            deleted_at=NOW if done else None,
            look_at=NOW if done else None,
        )
    )
    return effect_id


def _words(
    old: Department, connection: Connection, incident: str, account: Account, state: str
) -> None:
    statement, wording, text = new_id(), new_id(), WORDS[account.handle]
    digest = wording_digest(text, platform=account.platform, handle=account.handle)
    put(
        connection,
        "statement",
        id=statement,
        incident_id=incident,
        account_id=account.id,
        kind="correction",
        generation=1,
        state="unknown" if state == "unknown" else "cleared",
        wording_id=wording,
    )
    sealed = old.office.content.close(text, place("wording", wording, "text"))
    put(
        connection,
        "wording",
        id=wording,
        statement_id=statement,
        version=1,
        text_sealed=sealed,
        digest=digest,
        language="en",
    )
    row = Wording(id=wording, statement_id=statement, version=1, text_sealed=b"", digest=digest)
    row.language = "en"
    _effect(
        old,
        connection,
        freeze_words(row, text, Audience.PUBLIC, NOW - timedelta(minutes=10)),
        incident_id=incident,
        kind="publish",
        target=statement,
        account_id=account.id,
        state=state,
        idempotency_key=f"publish:{statement}:1",
    )
    if state == "unknown":
        old.sandbox.add_post(account.handle, text)


def _notice(old: Department, connection: Connection, incident: str) -> None:
    notice = new_id()
    put(
        connection,
        "notice",
        id=notice,
        incident_id=incident,
        to_role="dtu",
        to_address=DEE,
        template="dtu",
        generation=9,
        by="mail",
        state="queued",
        digest_line=False,
        sealed=False,
        message_id=MAIL_ID,
    )
    mail = Mail(MAIL_ID, "amends@dept.example", DEE, "A notice", "Text", "<p>Text</p>", NOW)
    _effect(
        old,
        connection,
        freeze_mail(mail),
        incident_id=incident,
        kind="notice",
        target=notice,
        state="authorised",
        idempotency_key=f"notice:{notice}:1",
    )


@pytest.mark.parametrize(("database", "revision"), FULL)
def test_what_was_in_flight_is_settled_after_an_upgrade(
    old: Department, database: str, revision: str
) -> None:
    reference, wanted = in_flight(old, revision)
    before = rows(old)
    old.office.store.migrate()
    assert old.office.store.is_current()
    assert rows(old) == before

    old.start_engine()
    seen = old.until(
        reference,
        lambda s: (
            all(e.state == wanted[e.id] for e in s.effects if e.id in wanted)
            and all(one.state == StatementState.PUBLISHED for one in s.statements)
        ),
        60,
    )
    old.until(reference, lambda s: sum(p.state == PostState.GONE for p in s.posts) >= 5, 60)
    assert len(old.sandbox.calls("create")) == 1
    for handle, text in WORDS.items():
        assert [p.text for p in old.sandbox.everything_ever(handle)].count(text) == 1
    assert len([m for m in old.mail.messages if MAIL_ID in str(m["Message-ID"])]) == 1
    assert {one.url for one in seen.statements} <= {
        post.url for handle in WORDS for post in old.sandbox.live_posts(handle)
    }


@pytest.mark.parametrize(
    "database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.matrix)]
)
def test_down_step_by_step_and_up_again_keeps_what_is_in_flight(
    old: Department, database: str
) -> None:
    in_flight(old, RELEASED[0])
    before = rows(old)
    old.office.store.migrate()
    for revision in reversed(RELEASED[:-1]):
        old.office.store.migrate(revision)
        assert rows(old) == before, revision
    old.office.store.migrate()
    assert old.office.store.is_current()
    assert rows(old) == before


@pytest.mark.parametrize(
    "database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.matrix)]
)
def test_nothing_goes_back_to_a_version_that_would_send_while_reconciling(
    old: Department, database: str
) -> None:
    with old.office.store.write("begin") as tx:
        begin(tx, WentBack.RESTORED, tx.now())
    with pytest.raises(RuntimeError, match="lift it first"):
        old.office.store.migrate("0007")
    assert old.office.store.is_current()


@pytest.mark.matrix
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_two_processes_that_upgrade_at_once_both_go_on(old: Department, database: str) -> None:
    in_flight(old, RELEASED[0])
    before = rows(old)
    url = old.office.store.url
    old.office.store.close()
    program = f"from models.store import Store; s = Store({url!r}); s.migrate(); s.close()"
    both = [subprocess.Popen([sys.executable, "-c", program]) for _ in range(2)]
    assert [one.wait(60) for one in both] == [0, 0]
    assert old.office.store.is_current()
    assert rows(old) == before
