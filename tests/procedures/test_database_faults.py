"""The database fails: a report is kept whole or refused with a sentence, never half (issue 4)."""

import os
import resource
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from broken_database import Breaking, breaking, commit_then_lost, full
from databases import BOTH, SQLITE_FIRST
from department import ANA, DEE, Department, open_department
from paper import Paper
from served import Served, serve
from sqlmodel import col, func, select

from amends.sandbox.timeline import Picture
from models import store as store_module
from models.audit import Entry, chain_of_incident
from models.beats import Beat
from models.incident import IdempotencyKey, Incident, Post, Report
from models.words import Kind, PostState, StatementState, Wait

NUMBER = "+44 20 7946 0000"
MOST_STATEMENTS = 200
NEVER = 10**6


@pytest.fixture
def web(paper: Paper) -> Iterator[Served]:
    """Its web process."""
    served = serve(paper)
    served.token(ANA)
    served.token(DEE)
    yield served
    served.close()


@pytest.fixture
def department(tmp_path: Path, url: str | None) -> Iterator[Department]:
    """A department with its engine at work."""
    opened = open_department(tmp_path, database_url=url)
    opened.start_engine()
    yield opened
    opened.close()


# The nth statement


@BOTH
def test_a_report_whose_nth_statement_fails_is_kept_whole_or_not_at_all(
    web: Served, paper: Paper
) -> None:
    for nth in range(1, MOST_STATEMENTS):
        links = [paper.link(1000 + 2 * nth), paper.link(1001 + 2 * nth)]
        body = {"post_urls": links, "kinds": ["factual"], "wrong": "3 May", "note": "Mine."}
        before = len(paper.incidents())
        key = {"Idempotency-Key": f"key-{nth}"}
        with breaking(paper.office.store, nth) as fault:
            first = web.post("/incidents", body, ANA, headers=key)
        _require_refused_with_a_sentence(first, fault.broke)
        _require_whole(paper)
        again = web.post("/incidents", body, ANA, headers=key)
        assert again.status_code == 202, again.text
        assert len(paper.incidents()) == before + 1, fault.broke
        assert [one.times for one in paper.seen(again.json()["reference"]).reports] == [1]
        if not fault.broke:
            assert nth > 8, "a report has more statements than that"
            return
    raise AssertionError("it never ended without a fault")


@SQLITE_FIRST
def test_a_clearance_whose_nth_statement_fails_is_given_or_not_given(
    web: Served, paper: Paper
) -> None:
    for nth in range(1, MOST_STATEMENTS):
        reference = paper.worded(paper.link(5000 + nth))
        body = {"digest": paper.digest(reference), "decision": "approve"}
        with breaking(paper.office.store, nth) as fault:
            first = web.post(f"/incidents/{reference}/clearances", body, DEE)
        _require_refused_with_a_sentence(first, fault.broke)
        given = paper.seen(reference)
        state = given.statements[0].state
        assert (state == StatementState.CLEARED) == bool(given.clearances)
        assert paper.said(reference).count("cleared") == len(given.clearances)
        again = web.post(f"/incidents/{reference}/clearances", body, DEE)
        assert again.status_code in ((202, 409) if given.clearances else (202,)), again.text
        assert len(paper.seen(reference).clearances) == 1
        if not fault.broke:
            return
    raise AssertionError("it never ended without a fault")


@SQLITE_FIRST
@pytest.mark.parametrize("nth", [23, 47])
def test_a_response_whose_nth_statement_fails_still_deletes_once(
    department: Department, nth: int
) -> None:
    _respond(department, nth)


@SQLITE_FIRST
def test_an_outcome_that_could_not_be_written_is_written_by_the_engine_that_knows_it(
    department: Department,
) -> None:
    _await_engine(department)
    reference = department.report_wrong_fact(department.post("The fund opens on 3 May."))
    with breaking(department.office.store, 1, of="UPDATE attempt") as fault:
        department.until(reference, lambda seen: seen.posts[0].state == PostState.GONE)
    assert fault.broke
    assert "delete-confirmed" in department.said(reference)
    assert "delete-unknown" not in department.said(reference), "it need not be looked for"
    assert len(department.sandbox.calls("delete")) == 1


@pytest.mark.matrix
@pytest.mark.timeout(3600)
@BOTH
@pytest.mark.parametrize("first", range(1, 6))
def test_a_response_deletes_once_whichever_statement_fails(
    department: Department, first: int
) -> None:
    department.sandbox.limits = False  # X allows fifty deletions in a quarter of an hour
    _await_engine(department)
    last = _respond(department, NEVER).passed
    broken = [_respond(department, nth).broke for nth in range(first, last + 1, 5)]
    assert sum(map(bool, broken)) >= 0.9 * len(broken)


def _respond(department: Department, nth: int) -> Breaking:
    """The engine's work on one report, of which the nth statement fails."""
    deletes = len(department.sandbox.calls("delete"))
    creates = len(department.sandbox.calls("create"))
    reference = department.report_wrong_fact(department.post(f"The fund opens on 3 May. {nth}"))
    with breaking(department.office.store, nth) as fault:
        department.until(reference, lambda seen: seen.posts[0].state == PostState.GONE, 150)
        department.until_waiting(reference, Wait.CLEARANCE, 150)
    assert len(department.sandbox.calls("delete")) == deletes + 1, fault.broke
    assert len(department.sandbox.calls("create")) == creates, fault.broke
    return fault


# The connection


@pytest.mark.parametrize("database", ["postgresql"])
def test_a_commit_whose_answer_is_lost_is_one_report_however_often_it_is_sent(
    web: Served, paper: Paper
) -> None:
    body = {"post_url": paper.link(1), "kinds": ["factual"]}
    key = {"Idempotency-Key": "the-key"}
    with commit_then_lost(paper.office.store):
        first = web.post("/incidents", body, ANA, headers=key)
    _require_refused_with_a_sentence(first, "COMMIT")
    assert "nobody knows" in first.json()["detail"]
    (kept,) = paper.incidents()
    again = [web.post("/incidents", body, ANA, headers=key) for _ in range(2)]
    assert [(one.status_code, one.json()["reference"]) for one in again] == [
        (202, kept.reference)
    ] * 2
    assert [one.times for one in paper.seen(kept.reference).reports] == [1]
    assert paper.said(kept.reference) == ["report-accepted"]


@pytest.mark.matrix
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("database", ["postgresql"])
def test_an_engine_that_loses_the_answer_to_any_commit_deletes_once(
    department: Department,
) -> None:
    department.sandbox.limits = False
    _await_engine(department)
    for nth in range(1, 60):
        before = len(department.sandbox.calls("delete"))
        reference = department.report_wrong_fact(department.post(f"The fund opens {nth}."))
        with commit_then_lost(department.office.store, nth):
            department.until_waiting(reference, Wait.CLEARANCE, 150)
            department.until(reference, lambda seen: seen.posts[0].state == PostState.GONE, 150)
        assert len(department.sandbox.calls("delete")) == before + 1, nth


# Locked, and full


def test_a_report_to_a_locked_database_is_refused_in_words_and_works_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_module, "BUSY_MILLISECONDS", 300)
    _locked(tmp_path, seconds=30, until_told=True)


@pytest.mark.matrix
def test_a_report_to_a_database_locked_for_fifteen_seconds_is_refused_in_words(
    tmp_path: Path,
) -> None:
    _locked(tmp_path, seconds=15)


def _locked(home: Path, seconds: float, *, until_told: bool = False) -> None:
    department = open_department(home)
    web = serve(department)
    web.token(ANA)
    department.start_engine()
    _await_engine(department)
    link = department.post("The fund opens on 3 May.")
    body = {"post_url": link, "kinds": ["factual"]}
    locked, freed = threading.Event(), threading.Event()

    def hold() -> None:
        other = sqlite3.connect(home / "amends.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        locked.set()
        freed.wait(seconds)
        other.execute("ROLLBACK")
        other.close()

    holder = threading.Thread(target=hold)
    holder.start()
    try:
        locked.wait()
        began = time.monotonic()
        first = web.post("/incidents", body, ANA)
        assert time.monotonic() - began < seconds, "it is not kept waiting for ever"
        _require_refused_with_a_sentence(first, "BEGIN IMMEDIATE")
        command = [sys.executable, "-m", "amends.cli", "report", link, "--kind", "factual"]
        environ = os.environ | {"AMENDS_URL": web.url, "AMENDS_TOKEN": web.token(ANA),
                                "AMENDS_CONFIG": str(home / "amends.toml"),
                                "AMENDS_HOME": str(home)}  # fmt: skip
        if until_told:
            said = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
            assert said.returncode == 69, said.stderr
            assert NUMBER in said.stderr
            freed.set()
        holder.join()
        again = web.post("/incidents", body, ANA)
        assert again.status_code == 202, again.text
        department.until(
            again.json()["reference"], lambda seen: seen.posts[0].state == PostState.GONE, 60
        )
        assert len(department.sandbox.calls("delete")) == 1
    finally:
        freed.set()
        holder.join()
        web.close()
        department.close()


def _await_engine(department: Department) -> None:
    """An engine that cannot write when it starts ends, and is started again by who watches it."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        with department.office.store.read() as tx:
            if tx.exec(select(Beat)).first():
                return
        time.sleep(0.02)
    raise AssertionError("the engine did not start")


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_report_to_a_full_database_is_refused_in_words_and_leaves_nothing(
    web: Served, paper: Paper
) -> None:
    body = {"post_url": paper.link(1), "kinds": ["factual"], "note": "x" * 9000}
    key = {"Idempotency-Key": "one"}
    with full(paper.office.store):
        answers = [web.post("/incidents", body, ANA, headers=key) for _ in range(3)]
    for one in answers:
        _require_refused_with_a_sentence(one, "full")
    assert not paper.incidents()
    _require_whole(paper)
    assert web.post("/incidents", body, ANA, headers=key).status_code == 202


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_report_to_a_disk_that_takes_no_more_bytes_is_refused_in_words(
    web: Served, paper: Paper
) -> None:
    body = {"post_url": paper.link(1), "kinds": ["factual"], "note": "x" * 9000}
    wal = paper.home / "amends.db-wal"
    with _files_no_larger_than(wal.stat().st_size + 4096):
        answer = web.post("/incidents", body, ANA)
    _require_refused_with_a_sentence(answer, "disk")
    assert not paper.incidents()
    assert web.post("/incidents", body, ANA).status_code == 202
    _require_whole(paper)


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("kind", [Kind.FACTUAL, Kind.PERSONAL_DATA])
def test_a_picture_that_the_disk_does_not_take_is_told_and_stops_only_what_must_be_kept(
    department: Department, kind: Kind
) -> None:
    picture = Picture(os.urandom(5_000_000))
    post = department.sandbox.add_post("dept", "Look.", pictures=(picture,))
    media = department.office.settings.media
    with _files_no_larger_than(4_000_000):
        reference = department.report(post.url, kind)
        if kind == Kind.PERSONAL_DATA:
            department.until(reference, lambda seen: seen.posts[0].state == PostState.GONE, 30)
        department.until(reference, lambda seen: "capture-failed" in department.said(reference), 30)
        if kind == Kind.FACTUAL:
            assert not department.sandbox.calls("delete"), "not before there is a copy"
        assert not list(media.iterdir()), "half a file is left"
    if kind == Kind.FACTUAL:
        department.until(reference, lambda seen: seen.posts[0].state == PostState.GONE, 60)
        assert len(list(media.iterdir())) == 1
    with department.office.store.read() as tx:
        failed = tx.exec(select(Entry).where(col(Entry.what) == "capture-failed")).first()
    assert failed is not None
    assert failed.facts["code"] == "no-room"


@contextmanager
def _files_no_larger_than(size: int) -> Iterator[None]:
    """The kernel refuses to write more than this into any file of this process (EFBIG)."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


# What is asked after each


def _require_refused_with_a_sentence(answer: httpx.Response, broke: str) -> None:
    """Accepted; or a problem that says what was kept, when to come again and whom to phone."""
    if answer.status_code == 202:
        return
    assert answer.status_code == 503, (broke, answer.status_code, answer.text)
    assert answer.headers["content-type"] == "application/problem+json"
    assert int(answer.headers["retry-after"]) > 0
    problem = answer.json()
    assert problem["code"] == "database"
    assert NUMBER in problem["detail"]
    assert "kept" in problem["detail"]


def _require_whole(paper: Paper) -> None:
    """No incident without its report, posts and entry, and none of these without an incident."""
    with paper.office.store.read() as tx:
        incidents = {one.id: one for one in tx.exec(select(Incident))}
        reports = {one.incident_id for one in tx.exec(select(Report))}
        posts = {one.incident_id for one in tx.exec(select(Post))}
        keys = {one.incident_id for one in tx.exec(select(IdempotencyKey))}
        chains = {
            chain
            for chain, first in tx.exec(
                select(Entry.chain, func.min(Entry.seq)).group_by(col(Entry.chain))
            )
            if first == 1 and chain.startswith("incident:")
        }
    assert set(incidents) == reports == posts
    assert keys <= set(incidents)
    assert {chain_of_incident(one) for one in incidents} == chains
