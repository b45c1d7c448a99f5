"""Who is chased, and who is not any more: what the ladder does besides its minutes."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from chain import Chain, open_chain
from paper import ANA, BO, DEE, EVE, PAT, SAM, SUE, Paper
from sqlmodel import delete, select

from flows.deciding.acknowledging import acknowledge
from flows.escalating import anything_to_escalate
from flows.hands import lend
from flows.letters import NewNotice, queue_notice
from models.escalation import Escalation
from models.office import use
from models.people import Account
from models.words import Kind, Medium, Role

DTU = "dtu@dept.example"
SEVERE, GRAVE, SECRET = Kind.OFF_POLICY, Kind.FALSE_ALARM, Kind.CLASSIFIED


@pytest.fixture
def chain(paper: Paper) -> Iterator[Chain]:
    """A department on paper whose clock stands."""
    yield open_chain(paper)
    use(None)
    lend(None)


def test_whom_a_new_plan_does_not_tell_hears_nothing_more_and_nobody_stands_in(
    chain: Chain,
) -> None:
    """Off-policy told Bo and Pat; of what is classified security hears, and the DTU."""
    reference = chain.paper.report(kinds=(SEVERE,))
    chain.tell(reference)
    assert {BO, PAT} <= set(chain.told(reference, "line_manager", "role"))
    before = {one.id for one in chain.notices(reference)}
    chain.becomes(reference, SECRET)
    chain.for_minutes(30, reference)
    later = [one for one in chain.notices(reference) if one.id not in before]
    heard = {n.to_address for n in later if n.template != "security_leads"}
    assert heard.isdisjoint({BO, PAT, SAM}), heard
    assert SUE in heard, "whom the plan tells is chased"
    assert chain.rows(reference)[PAT].ended_at is not None


def test_who_is_told_in_another_role_now_is_chased_on(chain: Chain) -> None:
    """Dee fills in for the policy owner, then for the protection of data."""
    reference = chain.paper.report(kinds=(SEVERE,))
    chain.tell(reference)
    assert DEE in chain.told(reference, "role")
    chain.becomes(reference, Kind.PERSONAL_DATA)
    chain.for_minutes(12, reference, every=1)
    assert chain.told(reference, "reminder").count(DEE) == 1


def test_a_clock_that_was_set_back_leaves_no_row_that_nobody_carries_on(chain: Chain) -> None:
    """Ids go by the machine's clock: the newer notice of one person sorts before the older."""
    reference = chain.paper.report(kinds=(SEVERE,))
    chain.tell(reference)
    with time_machine.travel(datetime.now(UTC) - timedelta(hours=2)):
        chain.becomes(reference, Kind.OFFENSIVE)
        second = chain.paper.office.store
        with second.write("another") as tx:
            queue_notice(
                tx, chain.paper.office, chain.paper.incident(reference),
                NewNotice(Role.PRESS_DUTY, PAT, "role", generation=2),
            )  # fmt: skip
    chain.for_minutes(45, reference)
    assert chain.told(reference, "reminder").count(PAT) == 1
    seen = chain.paper.seen(reference)
    assert all(one.ended_at or one.next_at is None for one in seen.escalations)
    assert not anything_to_escalate(seen, chain.clock.shows)


def test_after_a_stop_nobody_hears_three_things_at_once(chain: Chain) -> None:
    reference = chain.paper.report(kinds=(SEVERE,))
    chain.tell(reference)
    chain.after(300, reference)
    assert chain.told(reference, "reminder").count(BO) == 1
    assert chain.told(reference, "stand_in", "unanswered") == []
    chain.after(9, reference)
    assert chain.told(reference, "stand_in", "unanswered") == []
    chain.after(1, reference)
    assert SAM in chain.told(reference, "stand_in")
    assert chain.told(reference, "unanswered") == []
    chain.for_minutes(10, reference)
    assert DEE in chain.told(reference, "unanswered")


def test_what_an_older_version_queued_is_chased_from_the_upgrade_on(chain: Chain) -> None:
    """It chased nobody, and wrote no row; whoever acknowledged there has acknowledged."""
    reference = chain.paper.report(kinds=(SEVERE,))
    chain.tell(reference)
    with chain.paper.office.store.write("older") as tx:
        tx.exec(delete(Escalation))
    chain.clock.shows += timedelta(hours=5)
    acknowledge(chain.paper.office, chain.paper.person(PAT), reference)
    chain.after(0, reference)
    chain.after(9, reference)
    assert chain.told(reference, "reminder") == []
    chain.for_minutes(12, reference, every=1)
    assert chain.told(reference, "reminder").count(BO) == 1
    assert PAT not in chain.told(reference, "reminder")
    assert chain.told(reference, "stand_in").count(SAM) == 1


def test_an_officer_does_not_answer_for_the_dtu_about_her_own_post(chain: Chain) -> None:
    """Dee posted it, and says that she has read what was sent to the unit's mailbox."""
    reference = chain.paper.report(kinds=(SEVERE,), by=SAM, poster=DEE)
    chain.tell(reference)
    acknowledge(chain.paper.office, chain.paper.person(DEE), reference)
    given = chain.paper.seen(reference).acknowledgements
    assert {n.to_address for n in chain.notices(reference) if n.id in given} == {DEE}
    chain.for_minutes(15, reference)
    assert DTU in chain.told(reference, "reminder")
    acknowledge(chain.paper.office, chain.paper.person(EVE), reference)
    chain.for_minutes(20, reference)
    assert chain.rows(reference)[DTU].ended_at is not None


@pytest.mark.parametrize(
    ("roles", "poster"),
    [
        pytest.param({EVE: []}, ANA, id="the only officer does not answer"),
        pytest.param({EVE: []}, DEE, id="the only officer posted it"),
        pytest.param({EVE: [], DEE: []}, ANA, id="nobody is in the unit"),
    ],
)
@pytest.mark.parametrize("kind", [SEVERE, GRAVE])
def test_no_line_manager_hears_as_a_duty_officer(
    chain: Chain, roles: dict[str, list[str]], poster: str, kind: Kind
) -> None:
    """Nobody has confirmed who posted; nobody of the register owns the account."""
    for email, held in roles.items():
        chain.change(email, roles=held)
    chain.change(DEE, line_manager=BO)
    with chain.paper.office.store.write("no owner") as tx:
        for account in tx.exec(select(Account)):
            account.owner, account.publishers = "gone@dept.example", []
            tx.add(account)
    reference = chain.paper.report(kinds=(kind,), by=SAM, poster=poster)
    chain.tell(reference)
    chain.for_minutes(40, reference)
    assert BO not in chain.told(reference, "role", "unanswered", "stand_in", "reminder")
    heard = set(chain.told(reference, "unanswered"))
    assert heard
    assert heard <= {DTU, DEE} - {poster}
    assert (DTU in heard) == ("duty-officer" in chain.said(reference, "escalated-in-vain"))


@pytest.mark.parametrize(("email", "left"), [(SAM, True), (BO, False), (DEE, False)])
def test_a_time_zone_that_nobody_knows_leaves_nobody_untold(
    chain: Chain, email: str, left: bool
) -> None:
    """A row of an older version, or of somebody who left: the organisation's zone holds instead."""
    chain.change(email, timezone="GMT+1", registered=not left, away=["2026-01-14"])
    reference = chain.paper.report(kinds=(Kind.FACTUAL,))
    chain.tell(reference)
    chain.after(60, reference)
    assert chain.told(reference, "line_manager") == [PAT if email == BO else BO]
    assert DTU in chain.told(reference, "dtu")


def test_who_was_told_and_is_on_duty_gets_one_text_when_it_turns_out_graver(chain: Chain) -> None:
    reference = chain.paper.report(kinds=(SEVERE,))
    chain.tell(reference)
    before = chain.told(reference, "role", "reminder", by=Medium.TEXT).count(DEE)
    chain.clock.shows += timedelta(minutes=6)
    chain.becomes(reference, Kind.SAFETY)
    chain.after(0, reference)
    texts = [n for n in chain.notices(reference) if n.by == Medium.TEXT and n.to_address == DEE]
    assert before == 1
    assert len(texts) == 2
