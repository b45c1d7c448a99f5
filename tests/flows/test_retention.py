"""What has had its time is erased, on either database, and what something holds is not."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from case_post import Post
from paper import ADA, ANA, DEE, HAL, Paper
from sqlmodel import col, func, select
from years import CANARY, Years

from flows.cases import case
from flows.deciding.advising import advise
from flows.deciding.noting_requests import answer_request, note_request
from flows.deciding.referring import Verdict, refer
from flows.hands import Hands
from flows.legal_holding import hold_by_law, holds_seen, release_by_law
from flows.listing import Wanted, incidents
from flows.refusals import AlreadyDecidedError, NotAllowedError, NotFoundError
from flows.retention import PURGE, purge, purge_round
from flows.reviewing.rounds import review_round
from flows.view import view, viewer
from integrations.platforms.connections import Connections
from models.audit import Entry
from models.beats import Beat
from models.incident import IdempotencyKey
from models.people import Person
from models.reconciliation import Reconciliation, WentBack
from models.sign_in import SignIn, WebSession
from models.verifying import verify_record
from models.words import Kind
from policy.retention import last_night

LEX = "lex@dept.example"
DOT = "dot@dept.example"


@pytest.fixture
def years(either: Paper) -> Iterator[Years]:
    with either.office.store.write("appoint") as tx:
        for email, role in ((LEX, "legal"), (DOT, "dpo")):
            if tx.exec(select(Person).where(col(Person.email) == email)).first() is None:
                tx.add(Person(email=email, name=email[:3].title(), roles=[role]))
    return Years(either)


@pytest.fixture
def here(paper: Paper) -> Years:
    """On SQLite alone."""
    with paper.office.store.write("appoint") as tx:
        tx.add(Person(email=LEX, name="Lex", roles=["legal"]))
    return Years(paper)


def purged_on(years: Years, day: float) -> None:
    years.pass_to(day)
    purge(years.paper.office)
    assert verify_record(years.paper.office.store).breaks == ()


def is_shown(years: Years, reference: str, by: str = DEE) -> bool:
    office = years.paper.office
    with office.store.read() as tx:
        listed = incidents(tx, years.paper.person(by), Wanted()).incidents
        try:
            view(viewer(tx, office, years.paper.person(by), reference))
        except NotFoundError:
            assert reference not in {one.reference for one in listed}
            return False
    return True


def test_each_class_goes_when_its_time_is_up_and_the_record_stays(years: Years) -> None:
    usual = years.over(1, Kind.FACTUAL)
    secret = years.over(2, Kind.PERSONAL_DATA)
    said = years.paper.said(usual)

    purged_on(years, 364)
    assert years.paper.seen(secret).captures
    assert years.files() == 3

    purged_on(years, 366)
    assert not years.paper.seen(secret).captures
    assert years.paper.seen(usual).captures
    assert years.files() == 2
    assert years.paper.said(usual) == [*said, "messages-erased"]

    purged_on(years, 1096)
    assert not years.paper.seen(usual).captures
    assert years.files() == 0
    assert is_shown(years, usual)

    purged_on(years, 2556)
    for reference in (usual, secret):
        assert not is_shown(years, reference)
        assert years.rows_of(reference) == {}
    left = years.paper.incident
    with years.paper.office.store.read() as tx:
        entries = tx.exec(select(func.count()).where(col(Entry.what) == "erased")).one()
    assert entries >= 2
    with pytest.raises(Exception, match="AM-"):
        left(usual)


def test_nothing_is_purged_twice_and_nothing_before_its_time(years: Years) -> None:
    usual = years.over(1, Kind.FACTUAL)
    before = years.rows_of(usual)
    purged_on(years, 29)
    assert years.rows_of(usual) == before
    purged_on(years, 2000)
    said = years.paper.said(usual)
    purged_on(years, 2001)
    assert years.paper.said(usual) == said
    assert said.count("evidence-erased") == said.count("messages-erased") == 1


def test_what_is_open_is_never_purged(years: Years) -> None:
    reference = years.paper.worded(years.paper.link(7), note=CANARY)
    before = years.rows_of(reference)
    purged_on(years, 9999)
    assert is_shown(years, reference)
    assert {name: years.rows_of(reference)[name] for name in before} == before | {
        name: 0 for name in before if name == "idempotency_key"
    }


def test_a_legal_hold_keeps_all_of_it_until_it_is_released(years: Years) -> None:
    reference = years.over(1, Kind.PERSONAL_DATA)
    office, lex = years.paper.office, years.paper.person(LEX)
    hold_by_law(office, lex, reference, reason=CANARY)
    purged_on(years, 4000)
    assert years.paper.seen(reference).captures
    assert is_shown(years, reference)
    release_by_law(office, years.paper.person(DOT), reference)
    purged_on(years, 4001)
    assert not is_shown(years, reference)
    assert years.rows_of(reference) == {"legal_hold": 1}
    (held,), _ = holds_seen(office, lex)
    assert (held.by, held.released_by, held.reason) == (LEX, DOT, None)


def test_a_request_for_information_holds_it_until_its_own_time_is_over(years: Years) -> None:
    reference = years.over(1, Kind.PERSONAL_DATA)
    office, dee = years.paper.office, years.paper.person(DEE)
    years.pass_to(300)
    received = date.today() + timedelta(days=299)
    asked = note_request(office, dee, reference, received=received, text=CANARY)
    purged_on(years, 3000)
    assert years.paper.seen(reference).captures
    answer_request(office, dee, reference, target=asked.id)
    purged_on(years, 3729)
    assert years.paper.seen(reference).captures
    purged_on(years, 3731)
    assert not is_shown(years, reference)
    assert years.rows_of(reference) == {"information_request": 1}


def test_sessions_links_and_keys_go_after_a_month(years: Years) -> None:
    office = years.paper.office
    years.signed_in(ANA)
    years.over(1, Kind.FACTUAL)
    purged_on(years, 29)
    assert _ways_in(years) >= 2
    purged_on(years, 31)
    assert _ways_in(years) == 0
    with office.store.read() as tx:
        told = tx.exec(select(Entry).where(col(Entry.chain) == PURGE)).all()
    assert told[-1].what == "purged"
    assert all("@" not in str(one.facts) for one in told)


def _ways_in(years: Years) -> int:
    with years.paper.office.store.read() as tx:
        counted = (
            tx.exec(select(func.count()).select_from(one)).one()
            for one in (WebSession, SignIn, IdempotencyKey)
        )
        return sum(counted)


def test_a_case_shows_in_nothing_that_is_erased_and_keeps_what_it_rests_on(years: Years) -> None:
    """Two incidents that are alike but for a case: outside they end on the same night."""
    with_case = years.over(1, Kind.PARTIAL, Kind.PERSONAL_DATA)
    without = years.over(2, Kind.PARTIAL, Kind.PERSONAL_DATA)
    office, hal = years.paper.office, years.paper.person(HAL)
    years.paper.consider(with_case)
    years.paper.consider(without)
    case(office, hal, with_case)
    for day in (364, 366, 1096, 2554, 2556):
        purged_on(years, day)
        assert is_shown(years, with_case) == is_shown(years, without)
        if day < 2556:
            both = [years.paper.seen(one) for one in (with_case, without)]
            assert len(both[0].captures) == len(both[1].captures)
            assert years.paper.said(with_case) == years.paper.said(without)
    assert years.rows_of(without) == {}
    assert years.rows_of(with_case)["post"] == 1
    assert years.files() == 2
    assert case(office, hal, with_case).posts

    verdict = Verdict.DO_NOT_REFER
    refer(office, hal, with_case, verdict=verdict, rule="54", reason="it was an honest slip")
    years.pass_to(2556 + 181)
    review_round(Hands(office, "engine-1", Connections(), Post()))
    purged_on(years, 2556 + 182)
    assert years.rows_of(with_case) == {}
    assert years.files() == 0


def test_what_is_erased_is_not_left_in_the_file_of_the_database(here: Years) -> None:
    reference = here.over(1, Kind.FACTUAL)
    sealed = here.sealed_of(reference)
    here.paper.office.store.wipe()
    assert len(sealed) >= 4
    assert all(here.is_on_disk(one) for one in sealed), "the search bites"
    purged_on(here, 2556)
    assert not any(here.is_on_disk(one) for one in sealed)


def test_nobody_does_anything_with_an_erased_incident(here: Years) -> None:
    reference = here.over(1, Kind.FACTUAL)
    purged_on(here, 2556)
    with pytest.raises(NotFoundError):
        advise(here.paper.office, here.paper.person(DEE), reference, text="x")
    with pytest.raises(NotFoundError):
        hold_by_law(here.paper.office, here.paper.person(LEX), reference, reason="too late")
    again = here.paper.report(here.paper.link(1))
    assert again != reference


def test_a_lawyer_or_the_data_protection_officer_holds_and_nobody_else(here: Years) -> None:
    reference, office = here.over(1, Kind.FACTUAL), here.paper.office
    for email in (DEE, ADA, HAL, ANA):
        with pytest.raises(NotAllowedError):
            hold_by_law(office, here.paper.person(email), reference, reason="x")
        with pytest.raises(NotAllowedError):
            holds_seen(office, here.paper.person(email))
    lex = here.paper.person(LEX)
    with pytest.raises(AlreadyDecidedError):
        release_by_law(office, lex, reference)
    hold_by_law(office, lex, reference, reason="x")
    with pytest.raises(AlreadyDecidedError):
        hold_by_law(office, lex, reference, reason="x")
    assert here.paper.said(reference)[-1] == "retained"


def test_it_is_purged_once_a_night_and_not_while_a_restore_is_open(here: Years) -> None:
    office = here.paper.office
    first, second = here.over(1, Kind.FACTUAL), here.over(2, Kind.FACTUAL)
    hold_by_law(office, here.paper.person(LEX), second, reason="x")
    here.pass_to(2556)
    with office.store.write("restore") as tx:
        open_ = Reconciliation(because=WentBack.RESTORED, since=tx.now(), known_until=tx.now())
        tx.add(open_)
    purge_round(office)
    assert is_shown(here, first)
    with office.store.write("lift") as tx:
        open_.open = False
        tx.add(tx.merge(open_))
    purge_round(office)
    assert not is_shown(here, first)
    release_by_law(office, here.paper.person(LEX), second)
    purge_round(office)
    assert is_shown(here, second)
    here.pass_to(2557)
    purge_round(office)
    assert not is_shown(here, second)


@pytest.mark.parametrize(
    ("now", "wanted"),
    [
        ("2026-07-01T00:59", "2026-06-30T01:00"),
        ("2026-07-01T01:00", "2026-07-01T01:00"),
        ("2026-01-15T01:59", "2026-01-14T02:00"),
        ("2026-01-15T23:00", "2026-01-15T02:00"),
    ],
)
def test_the_night_begins_by_the_clock_of_the_department(now: str, wanted: str) -> None:
    at = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert last_night(at, "Europe/London") == datetime.fromisoformat(wanted).replace(tzinfo=UTC)


def test_while_somebody_reads_the_journal_stays_and_the_purge_is_begun_anew(paper: Paper) -> None:
    def purged() -> bool:
        purge_round(paper.office)
        with paper.office.store.read() as tx:
            return tx.get(Beat, PURGE) is not None

    with paper.office.store.read() as reading:
        reading.exec(select(Person.id)).all()
        with paper.office.store.write("meanwhile") as tx:
            tx.merge(Beat(name="meanwhile", role="test", at=tx.now()))
        assert not paper.office.store.wipe()
        assert not purged()
    assert purged()
