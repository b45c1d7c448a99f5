"""Connections: an engine tries them, and changes nothing on an account that is in dry-run."""

from datetime import timedelta

import pytest
from department import CY, DEE, EVE, Department
from rewriting import rewrite_department
from sqlmodel import col, select
from waiting import until

from flows.account_checks import EVERY, FIRST, check_connections
from flows.asking_for_checks import ask_for_check
from flows.dry_run import ask_to_go_live, confirm_live
from flows.hands import Hands, owner_name
from integrations.notices.registry import mail_carrier
from integrations.platforms.connections import Connections
from models.account_checks import AccountCheck
from models.people import Account
from models.snapshot import Snapshot
from models.words import DecisionType, Kind, PostState, StatementState


def account(department: Department, handle: str = "dept") -> Account:
    """The row of this account."""
    with department.office.store.read() as tx:
        return tx.exec(select(Account).where(col(Account.handle) == handle)).one()


def check_of(department: Department, handle: str = "dept") -> AccountCheck:
    """What is known of its connection."""
    with department.office.store.read() as tx:
        return tx.get_one(AccountCheck, account(department, handle).id)


def test_an_account_in_dry_run_is_looked_at_and_changed_by_people_alone(quiet: Department) -> None:
    rewrite_department(quiet, 'handle = "dept"', "dry_run = true")
    quiet.start_engine()
    link = quiet.post("The fund opens on 3 May.")
    reference = quiet.report(link, Kind.WRONG_ACCOUNT)
    seen = quiet.until(reference, lambda seen: seen.posts[0].state == PostState.BY_HAND)
    assert seen.captures, "a copy is kept all the same"
    quiet.until(reference, lambda seen: any(q.type == DecisionType.ATTEST for q in seen.decisions))
    assert not quiet.sandbox.calls("delete")
    assert len(quiet.sandbox.live_posts("dept")) == 1
    dee, eve = quiet.person(DEE), quiet.person(EVE)
    ask_for_check(quiet.office, dee, account(quiet).id)
    until(lambda: check_of(quiet).is_well, 20, "the connection was not tried")
    ask_to_go_live(quiet.office, dee, account(quiet).id)
    confirm_live(quiet.office, eve, account(quiet).id)
    later = quiet.report(quiet.post("Lunch!"), Kind.WRONG_ACCOUNT)
    quiet.until(later, lambda seen: seen.posts[0].state == PostState.GONE)


@pytest.mark.matrix
def test_words_for_an_account_in_dry_run_are_published_by_a_person(quiet: Department) -> None:
    rewrite_department(quiet, "[organisation]", "two_people_to_connect = true")
    quiet.start_engine()
    reference = quiet.report_wrong_fact(quiet.post("The fund opens on 3 May."))
    quiet.until(reference, lambda seen: _states(seen) == [StatementState.WAITING])
    quiet.clear(reference, by=CY)
    seen = quiet.until(
        reference, lambda seen: any(q.type == DecisionType.SETTLE for q in seen.open_decisions())
    )
    assert _states(seen) == [StatementState.NEEDS_HUMAN]
    assert not quiet.sandbox.calls("create")


def _states(seen: Snapshot) -> list[StatementState]:
    return [one.state for one in seen.statements]


def hands_of(department: Department) -> Hands:
    """What an engine has, without the engine."""
    connections = Connections()
    return Hands(
        department.office, owner_name(), connections, mail_carrier(department.office.settings)
    )


def due(department: Department, handle: str = "dept") -> None:
    """Its time has come."""
    with department.office.store.write("due") as tx:
        tx.get_one(AccountCheck, account(department, handle).id).due_at = tx.now()


def test_a_connection_is_tried_some_time_after_it_is_new_then_once_a_day(
    quiet: Department,
) -> None:
    hands = hands_of(quiet)
    assert check_connections(hands) == 0, "an engine that begins has other things to do"
    first = check_of(quiet)
    with quiet.office.store.read() as tx:
        assert timedelta(0) < first.due_at - tx.now() <= FIRST
    due(quiet)
    assert check_connections(hands) == 1
    found = check_of(quiet)
    assert (found.is_well, found.able) == (True, ["delete", "publish"])
    assert found.checked_at is not None
    assert found.due_at - found.checked_at == EVERY
    assert check_connections(hands) == 0
    assert len(quiet.sandbox.calls("me")) == 1


def test_what_is_wrong_with_a_connection_is_written_down_and_put_right_again(
    quiet: Department,
) -> None:
    hands, dee = hands_of(quiet), quiet.person(DEE)
    for fault in ("unauthorised-401", "429", "half-closed", None):
        if fault:
            quiet.sandbox.fail("me", fault, times=None)
        ask_for_check(quiet.office, dee, account(quiet).id)
        due(quiet)
        assert check_connections(hands) >= 1
        found = check_of(quiet)
        assert (found.is_well, found.is_awaited) == (fault is None, False), fault
        assert bool(found.problems or found.code) == bool(fault)
        quiet.sandbox.heal()


def test_an_account_without_a_way_in_is_said_to_be_one(quiet: Department) -> None:
    with quiet.office.store.write("bare") as tx:
        tx.merge(account(quiet)).credentials = None
    hands = hands_of(quiet)
    check_connections(hands)
    due(quiet)
    check_connections(hands)
    assert check_of(quiet).code == "no-credentials"
    assert not quiet.sandbox.calls("me")
