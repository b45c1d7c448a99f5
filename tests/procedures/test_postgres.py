"""The same stories on PostgreSQL: the rows and their locks behave alike."""

import threading

import pytest
from department import ANA, BO, CY, DEE, EVE, SAM, Department
from engine_process import EngineProcess
from sqlmodel import select

from flows.deciding.attesting import attest
from flows.deciding.confirming import confirm
from models.incident import Incident, Report
from models.words import Kind, PostState, StatementState, Wait


def test_a_wrong_fact_is_put_right_on_postgresql(postgres: Department) -> None:
    postgres.start_engine()
    reference = postgres.report_wrong_fact(postgres.post("The fund opens on 3 May."))
    postgres.until_waiting(reference, Wait.CLEARANCE)
    postgres.clear(reference)
    seen = postgres.until_waiting(reference, Wait.ADVICE)
    assert seen.posts[0].state == PostState.GONE
    assert seen.statements[0].state == StatementState.PUBLISHED
    postgres.finish(reference)


def test_two_engines_on_one_database_do_everything_once(postgres: Department) -> None:
    links = [postgres.post(f"The fund opens on {day} May.") for day in range(1, 7)]
    with EngineProcess(postgres), EngineProcess(postgres):
        # X takes the same words only once: each correction says something of its own.
        references = [
            postgres.report_wrong_fact(link, right=f"the fund opens on {day} June")
            for day, link in enumerate(links, start=1)
        ]
        for reference in references:
            postgres.until(reference, lambda s: s.posts[0].state == PostState.GONE, 60)
            postgres.until_waiting(reference, Wait.CLEARANCE, 60)
            postgres.clear(reference)
        for reference in references:
            postgres.until_waiting(reference, Wait.ADVICE, 60)
    assert len(postgres.sandbox.calls("delete")) == len(links)
    assert len(postgres.sandbox.calls("create")) == len(links)
    assert len(postgres.mail.to("dtu@dept.example")) == len(links)


def test_two_engines_look_once_at_each_post_elsewhere(postgres: Department) -> None:
    postgres.sandbox.add_account("ana_at_home", "Ana at home")
    links = [postgres.post(f"Opinion {number}", "ana_at_home") for number in range(3)]
    for post in postgres.sandbox.live_posts("ana_at_home"):
        postgres.sandbox.timeline.delete(post)
    dee, ana = postgres.person(DEE), postgres.person(ANA)
    with EngineProcess(postgres), EngineProcess(postgres):
        references = [
            postgres.report(link, Kind.PERSONAL_ACCOUNT, by=SAM, poster=ANA) for link in links
        ]
        for reference in references:
            postgres.until_waiting(reference, Wait.CONFIRMATION, 60)
            confirm(postgres.office, dee, reference, yes=True, line=108)
            postgres.until_waiting(reference, Wait.BY_HAND, 60)
        for reference in references:
            attest(postgres.office, ana, reference)
        for reference in references:
            postgres.until(reference, lambda s: s.posts[0].state == PostState.GONE, 60)
            postgres.until_waiting(reference, Wait.ADVICE, 60)
    assert len(postgres.sandbox.calls()) == len(links)


@pytest.mark.parametrize("where", ["sqlite", "postgres"])
def test_five_reports_of_one_post_at_once_are_one_incident(
    where: str, request: pytest.FixtureRequest
) -> None:
    department = request.getfixturevalue("quiet" if where == "sqlite" else "postgres")
    link = department.post("The fund opens on 3 May.")
    found: list[str] = []
    together = threading.Barrier(5)

    def report(email: str) -> None:
        together.wait()
        found.append(department.report_wrong_fact(link, by=email))

    threads = [threading.Thread(target=report, args=(who,)) for who in (ANA, BO, CY, DEE, SAM)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 5
    assert len(set(found)) == 1
    with department.office.store.read() as tx:
        assert len(tx.exec(select(Incident)).all()) == 1
        assert len(tx.exec(select(Report)).all()) == 5
    department.start_engine()
    department.until(found[0], lambda s: s.posts[0].state == PostState.GONE)
    assert len(department.sandbox.calls("delete")) == 1


def test_the_same_person_twice_is_one_report_counted_twice(quiet: Department) -> None:
    link = quiet.post("The fund opens on 3 May.")
    first = quiet.report_wrong_fact(link, by=EVE)
    assert quiet.report_wrong_fact(link, by=EVE) == first
    (report,) = quiet.seen(first).reports
    assert report.times == 2
