"""Whether people can be reached at night: phones, those who stand in, and a carrier of texts."""

from collections.abc import Iterator

import pytest
from paper import DEE, SAM, Paper
from practice_notify import MAIL_TEMPLATE, TEXT_TEMPLATE, PracticeNotify
from sqlmodel import col, select

from amends.doctor import Finding, Verdict, examine
from models.people import Person


@pytest.fixture
def notify(monkeypatch: pytest.MonkeyPatch) -> Iterator[PracticeNotify]:
    made = PracticeNotify().start()
    monkeypatch.setenv("NOTIFY_KEY", made.key)
    yield made
    made.stop()


def about(what: str) -> list[Finding]:
    return [one for one in examine() if one.about == what]


def write(paper: Paper, more: str, was: str = "", now: str = "") -> None:
    config = paper.home / "amends.toml"
    text = config.read_text(encoding="utf-8")
    assert was in text
    config.write_text(text.replace(was, now, 1) + more, encoding="utf-8")


def sends_by(notify: PracticeNotify) -> str:
    return f"""
[notify]
key = "env:NOTIFY_KEY"
mail_template = "{MAIL_TEMPLATE}"
text_template = "{TEXT_TEMPLATE}"
base_url = "{notify.url}"
"""


def test_a_duty_officer_without_a_phone_or_a_deputy_is_named(paper: Paper) -> None:
    said = " ".join(one.what for one in about("reached") if one.verdict == Verdict.WARN)
    assert "No phone is known of" in said
    assert "Nobody stands in for" in said


def test_one_with_both_is_not(paper: Paper) -> None:
    line = f"email = '{DEE}'"
    text = (paper.home / "amends.toml").read_text(encoding="utf-8")
    line = line if line in text else f'email = "{DEE}"'
    write(paper, "", line, f"{line}\nphone = '+447700900001'\ndeputy = 'eve@dept.example'")
    silent = [one.what for one in about("reached") if "No phone" in one.what]
    assert not any("Dee" in what for what in silent)


def test_a_department_that_cannot_text_is_told_for_which_severities(
    paper: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AMENDS_MAIL_SMTP", "smtp://127.0.0.1:1")
    (finding,) = about("texts")
    assert finding.verdict == Verdict.WARN
    assert "severity 1 and 2" in finding.what


def test_texts_that_stay_in_the_outbox_are_said_to(paper: Paper) -> None:
    (finding,) = about("texts")
    assert (finding.verdict, "outbox" in finding.what) == (Verdict.WARN, True)


def test_a_key_that_notify_takes_is_well(paper: Paper, notify: PracticeNotify) -> None:
    write(paper, sends_by(notify))
    assert [one.verdict for one in (*about("mail"), *about("texts"))] == [Verdict.OK, Verdict.OK]
    assert notify.messages == []


@pytest.mark.parametrize("key", ["", "not a key", f"amends-{MAIL_TEMPLATE}-{TEXT_TEMPLATE}"])
def test_a_key_that_notify_refuses_is_bad(
    paper: Paper, notify: PracticeNotify, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOTIFY_KEY", key)
    write(paper, sends_by(notify))
    for finding in (*about("mail"), *about("texts")):
        assert finding.verdict == Verdict.BAD
        assert "refused our key" in finding.what


def test_mail_with_two_ways_out_stops_with_what_to_remove(
    paper: Paper, notify: PracticeNotify, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AMENDS_MAIL_SMTP", "smtp://127.0.0.1:1")
    write(paper, sends_by(notify))
    (finding,) = examine()
    assert "two ways out" in finding.what


def test_who_has_a_time_zone_that_nobody_knows_is_named_but_not_who_left(paper: Paper) -> None:
    with paper.office.store.write("zones") as tx:
        for email, registered in ((DEE, True), (SAM, False)):
            person = tx.exec(select(Person).where(col(Person.email) == email)).one()
            person.timezone, person.registered = "GMT+1", registered
            tx.add(person)
    said = " ".join(one.what for one in about("database") if one.verdict == Verdict.WARN)
    assert f"the time zone of {DEE}, and takes" in said
