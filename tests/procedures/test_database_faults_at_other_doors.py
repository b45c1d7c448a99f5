"""The database fails while somebody signs in, or a case moves: that is done whole or not at all."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from broken_database import breaking
from case_story import appoint
from databases import BOTH, SQLITE_FIRST
from paper import ADA, ANA, DEE, HAL, SAM, Paper
from rewriting import rewrite_paper
from served import Served, serve
from sign_in_service import lying_service, open_house, path_of, set_out
from sqlmodel import col, func, select

from flows.held_back import begin
from flows.tokens import digest_of
from models.account_checks import AccountCheck
from models.advice import AdviceRequest
from models.audit import Entry
from models.people import Account
from models.previews import Preview
from models.reconciliation import WentBack
from models.sign_in import LinkState, SignIn, WebSession
from models.words import Kind, Role

MOST_STATEMENTS = 200


@pytest.fixture
def web(paper: Paper) -> Iterator[Served]:
    """Its web process."""
    served = serve(paper)
    served.token(HAL)
    yield served
    served.close()


def _link(paper: Paper, token: str) -> None:
    """A link to sign in that was mailed to HAL."""
    with paper.office.store.write("link") as tx:
        now = tx.now()
        tx.add(
            SignIn(
                address=HAL,
                goes_to="/",
                state=LinkState.SENT,
                digest=digest_of(token),
                asked_at=now,
                expires_at=now + timedelta(minutes=15),
            )
        )


def _sessions(paper: Paper) -> int:
    with paper.office.store.read() as tx:
        return tx.exec(select(func.count(col(WebSession.id)))).one()


@SQLITE_FIRST
def test_a_link_whose_nth_statement_fails_signs_in_once(web: Served, paper: Paper) -> None:
    for nth in range(1, MOST_STATEMENTS):
        _link(paper, f"link-{nth}")
        before = _sessions(paper)
        with breaking(paper.office.store, nth) as fault:
            first = web.browser().post(f"/sign-in/link-{nth}")
        assert first.status_code == (503 if fault.broke else 303), fault.broke
        again = web.browser().post(f"/sign-in/link-{nth}")
        assert again.status_code == (303 if fault.broke else 404), fault.broke
        assert _sessions(paper) == before + 1, fault.broke
        if not fault.broke:
            assert nth > 4, "signing in has more statements than that"
            return
    raise AssertionError("it never ended without a fault")


@pytest.mark.matrix
@BOTH
def test_a_way_back_whose_nth_statement_fails_signs_in_once(
    tmp_path: Path, url: str | None
) -> None:
    with lying_service() as liar:
        groups = '[oidc.groups]\n"GRP" = ["dtu"]\n'
        house = open_house(tmp_path, liar.register, groups, url)
        liar.claims = {"groups": ["GRP"]}
        for nth in range(1, MOST_STATEMENTS):
            visitor = house.web.browser()
            back = path_of(liar.sign_in(set_out(house.web, visitor)))
            before = _sessions(house.paper)
            with breaking(house.paper.office.store, nth) as fault:
                first = visitor.get(back)
            assert first.status_code == (503 if fault.broke else 303), fault.broke
            again = visitor.get(back)
            # What was taken is not taken back: a code works once, and they begin again.
            assert again.status_code == 303
            made = _sessions(house.paper) - before
            let_in = [one for one in (first, again) if one.headers.get("location") == "/"]
            assert made == len(let_in) <= 1, fault.broke
            if not fault.broke:
                assert nth > 4, "signing in has more statements than that"
                break
        else:
            raise AssertionError("it never ended without a fault")
        assert house.paper.person(ANA).has_role(Role.DTU)
        with house.paper.office.store.write("restored") as tx:
            begin(tx, WentBack.RESTORED, tx.now())
        assert house.paper.person(ANA).group_roles == []
        house.close()


@pytest.mark.matrix
@SQLITE_FIRST
def test_a_referral_whose_nth_statement_fails_is_made_or_not_made(
    web: Served, paper: Paper
) -> None:
    body = {"choice": "refer", "rule": "54", "reason": "partial"}
    for nth in range(1, MOST_STATEMENTS):
        reference = paper.planned(paper.link(7000 + nth), kinds=(Kind.PARTIAL,))
        paper.consider(reference)
        with breaking(paper.office.store, nth) as fault:
            first = web.post(f"/cases/{reference}/decisions", body, HAL)
        assert first.status_code == (503 if fault.broke else 202), (fault.broke, first.text)
        made = web.get(f"/cases/{reference}", HAL).json()["state"] == "referred"
        again = web.post(f"/cases/{reference}/decisions", body, HAL)
        assert again.status_code == (409 if made else 202), (fault.broke, again.text)
        said = [one["what"] for one in web.get(f"/cases/{reference}", HAL).json()["record"]]
        assert said.count("case-refer") == said.count("case-letter-queued") == 1, fault.broke
        if not fault.broke:
            assert nth > 8, "a referral has more statements than that"
            return
    raise AssertionError("it never ended without a fault")


@pytest.mark.matrix
@SQLITE_FIRST
def test_a_hold_and_an_archive_about_a_person_are_recorded_or_there_is_none(
    web: Served, paper: Paper
) -> None:
    """What is given is in the record, and a hold that was answered with a yes stands."""
    appoint(paper, "lex@dept.example", "legal")
    lex, about = "lex@dept.example", {"subject": SAM}
    for nth in range(1, MOST_STATEMENTS):
        reference = paper.planned(paper.link(8000 + nth))
        with breaking(paper.office.store, nth) as fault:
            held = web.post(f"/incidents/{reference}/hold", {"reason": "x"}, lex)
        again = web.post(f"/incidents/{reference}/hold", {"reason": "x"}, lex)
        assert {held.status_code, again.status_code} <= {202, 409, 503}, fault.broke
        assert paper.said(reference).count("retained") == 1, fault.broke
        before = _archives(paper)
        with breaking(paper.office.store, nth) as other:
            given = web.post("/subject-access", about, HAL)
        assert given.status_code in (200, 503), (other.broke, given.text)
        assert given.status_code == 503 or _archives(paper) == before + 1, other.broke
        if not fault.broke and not other.broke:
            assert nth > 8, "they have more statements than that"
            return
    raise AssertionError("it never ended without a fault")


def _archives(paper: Paper) -> int:
    with paper.office.store.read() as tx:
        made = select(func.count(col(Entry.id))).where(col(Entry.what) == "subject-access-made")
        return tx.exec(made).one()


ACTS = ("check", "ask-live", "confirm-live", "dry-run")
SAID = {
    "check": "check-asked", "ask-live": "live-asked", "confirm-live": "live-confirmed",
    "dry-run": "live-ended",
}  # fmt: skip


@pytest.mark.matrix
@SQLITE_FIRST
def test_an_account_whose_nth_statement_fails_goes_live_once(paper: Paper) -> None:
    """Each act is told once by the record, whichever of its statements failed the first time."""
    rewrite_paper(paper, 'handle = "embassy"', "dry_run = true")
    web = serve(paper)
    with paper.office.store.write("well") as tx:
        embassy = tx.exec(select(Account.id).where(col(Account.handle) == "embassy")).one()
        row = AccountCheck(account_id=embassy, due_at=tx.now(), checked_at=tx.now())
        row.able, row.problems = ["delete", "publish"], []
        tx.add(row)
    dee, ada = web.browser(DEE), web.browser(ADA)
    try:
        for rounds, nth in enumerate(range(1, MOST_STATEMENTS), start=1):
            broke = 0
            for act in ACTS:
                who = ada if act == "confirm-live" else dee
                with breaking(paper.office.store, nth) as fault:
                    first = who.post(f"/accounts/{embassy}", {"act": act})
                assert first.status_code == (503 if fault.broke else 303), (act, fault.broke)
                again = who.post(f"/accounts/{embassy}", {"act": act})
                assert again.status_code in (303, 409), (act, again.text)
                broke += bool(fault.broke)
                wanted = 1 if act == "check" else rounds  # twice in half a minute is tried once
                assert _told(paper, SAID[act]) == wanted, (act, fault.broke)
            if not broke:
                assert nth > 4, "they have more statements than that"
                return
        raise AssertionError("it never ended without a fault")
    finally:
        web.close()


@pytest.mark.matrix
@SQLITE_FIRST
def test_a_session_a_question_and_a_pasted_link_are_ended_or_kept_whole(
    web: Served, paper: Paper
) -> None:
    ada, ana = web.browser(ADA), web.browser(ANA)
    assert ana.post("/report", {"first": "no"}).status_code == 303
    for nth in range(1, MOST_STATEMENTS):
        broke = 0
        web.browser(SAM)
        ended = {"person": paper.person(SAM).id}
        link = {"links": paper.link(9000 + nth)}
        question = {"text": f"May I post the letter number {nth}?"}
        for who, path, given in (
            (ada, "/people/sessions", ended),
            (ana, "/advice", question),
            (ana, "/report/preview", link),
        ):
            with breaking(paper.office.store, nth) as fault:
                first = who.post(path, given)
            assert (first.status_code == 503) == bool(fault.broke), (path, first.status_code)
            broke += bool(fault.broke)
            if fault.broke:
                assert who.post(path, given).status_code < 400, (path, fault.broke)
        assert _told(paper, "session-ended") == nth
        with paper.office.store.read() as tx:
            asked = tx.exec(select(func.count(col(AdviceRequest.id)))).one()
            pasted = tx.exec(select(func.count(col(Preview.id)))).one()
        assert (asked, pasted) == (nth, nth)
        if not broke:
            assert nth > 4, "they have more statements than that"
            return
    raise AssertionError("it never ended without a fault")


def _told(paper: Paper, what: str) -> int:
    with paper.office.store.read() as tx:
        return tx.exec(select(func.count(col(Entry.id))).where(col(Entry.what) == what)).one()
