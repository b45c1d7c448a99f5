"""Notices: what they say, and all that they must not."""

import dataclasses
import re
from datetime import datetime, timedelta, timezone
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from models.words import Kind, Role, Wait
from templates.environment import HERE
from templates.letters import (
    NoticeFacts,
    UnsafeFactError,
    notice_names,
    render_notice,
    render_text,
)

URL = "https://amends.dept.example"
FACTS = NoticeFacts(
    organisation="Department for <Examples> & Co",
    url=URL,
    duty_officer="+44 20 7946 0000",
    reference="AM-7K3Q2",
    ack_url=f"{URL}/ack/k7Yw_-token",
    role=Role.DPO,
    waiting_for=Wait.CLEARANCE,
    due_at=datetime(2026, 6, 3, 11, 15, tzinfo=timezone(timedelta(hours=1))),
    references=("AM-7K3Q2", "AM-AAAA2"),
    sign_in_url=f"{URL}/sign-in/s3cret",
    sign_in_code="ABCD-1234",
    minutes=15,
)
SHARED = dataclasses.replace(FACTS, ack_url=None)
SEALED = ("hr_referral", "consider", "handover", "sealed_letter", "sealed_glass")
ADVICE = ("advice_asked", "advice_given")
NOT_OF_ONE_INCIDENT = (*SEALED, *ADVICE, "digest", "sign_in", "sign_in_code", "token_made")
NAMES = sorted(notice_names())


class Links(HTMLParser):
    """The links of a page, and whether every one has text that says where it leads."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.found += [value or "" for name, value in attrs if name == "href"]


def links_of(html: str) -> Links:
    links = Links()
    links.feed(html)
    return links


def test_every_folder_of_notices_has_a_subject_and_a_body() -> None:
    folders = {path.name for path in (HERE / "notices").iterdir() if path.is_dir()}
    assert folders == notice_names()
    assert all((HERE / "notices" / name / "subject.txt").is_file() for name in folders)


def test_the_notices_that_the_procedure_sends_have_words() -> None:
    assert notice_names() >= {
        "line_manager", "dtu", "security", "role", "security_leads", "confirm", "clear", "overdue",
        "needs_human", "by_hand", "reopened", "closed", "digest", "hr_referral", "handover",
        "sign_in_code", "sign_in", "deleted", "decide", "facts", "words", "advise", "consider",
        "reminder", "stand_in", "unanswered",
    }  # fmt: skip


@pytest.mark.parametrize(
    "path", sorted((HERE / "notices").rglob("*.*")), ids=lambda p: f"{p.parent.name}/{p.name}"
)
def test_a_template_opens_with_its_clause_audience_and_facts(path: Path) -> None:
    opening, _, _ = path.read_text(encoding="utf-8").partition("#}")
    assert opening.startswith("{#\nclause: ")
    assert "\naudience: " in opening
    assert "\nfacts: " in opening


@pytest.mark.parametrize("name", NAMES)
def test_a_notice_has_a_subject_a_text_and_a_page(name: str) -> None:
    letter = render_notice(name, FACTS)
    assert letter.subject.isprintable()
    assert "{" not in letter.text + letter.html
    assert "\n\n\n" not in letter.text
    assert letter.text.endswith(".\n")
    assert "<h1 style" in letter.html
    assert '<html lang="en-GB">' in letter.html
    assert "Department for <Examples> & Co" in letter.text or "organisation" not in letter.text


@pytest.mark.parametrize("name", NAMES)
def test_a_subject_names_neither_kind_nor_severity(name: str) -> None:
    subject = render_notice(name, FACTS).subject.lower()
    assert subject.startswith("amends")
    for word in (*(kind.value for kind in Kind), "severity", "misconduct", "mistake", "urgent"):
        assert word not in subject
    assert not re.search(r"\b[1-4]\b", subject)


@pytest.mark.parametrize("name", NAMES)
def test_a_notice_links_to_our_own_pages_only(name: str) -> None:
    allowed = {
        f"{URL}/i/AM-7K3Q2", f"{URL}/i/AM-AAAA2", f"{URL}/cases", FACTS.ack_url, FACTS.sign_in_url,
    }  # fmt: skip
    assert set(links_of(render_notice(name, FACTS).html).found) <= allowed


@pytest.mark.parametrize("name", NAMES)
def test_a_notice_holds_nothing_that_loads_or_runs(name: str) -> None:
    tags = set(links_of(render_notice(name, FACTS).html).tags)
    assert not tags & {"img", "script", "link", "iframe", "style", "form", "examples"}


@pytest.mark.parametrize("name", sorted(set(NAMES) - set(NOT_OF_ONE_INCIDENT)))
def test_a_notice_says_what_to_do_and_whom_to_phone(name: str) -> None:
    text = render_notice(name, FACTS).text
    assert "AM-7K3Q2" in text
    assert "+44 20 7946 0000" in text
    assert (f"{URL}/i/AM-7K3Q2" in text) is (name != "security_leads")


@pytest.mark.parametrize("name", NAMES)
def test_a_shared_mailbox_gets_no_link_that_acts_for_a_person(name: str) -> None:
    letter = render_notice(name, SHARED)
    assert "/ack/" not in letter.text + letter.html
    assert "tell us that you have read" not in letter.text


def test_a_person_can_acknowledge_with_one_tap() -> None:
    letter = render_notice("line_manager", FACTS)
    assert f"I have read this: {FACTS.ack_url}" in letter.text
    assert f'<a href="{FACTS.ack_url}">I have read this</a>' in letter.html


def test_no_field_of_the_facts_can_hold_a_post_a_name_or_a_handle() -> None:
    """Whoever adds a field here must ask what a hostile value of it would tell."""
    assert {field.name for field in dataclasses.fields(NoticeFacts)} == {
        "organisation", "url", "duty_officer", "reference", "ack_url", "role", "waiting_for",
        "due_at", "references", "sign_in_url", "sign_in_code", "minutes", "path",
    }  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [
        {"reference": "CANARY text of a post"},
        {"references": ("AM-7K3Q2", "CANARY](x)")},
        {"url": "javascript:alert(1)"},
        {"ack_url": "https://a.example/ CANARY"},
        {"sign_in_url": "https://a.example/)[x"},
        {"sign_in_code": "CANARY text"},
        {"path": "//elsewhere.example"},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_free_text_in_a_fact_is_refused_without_being_repeated(wrong: dict[str, object]) -> None:
    with pytest.raises(UnsafeFactError) as error:
        dataclasses.replace(FACTS, **wrong)  # type: ignore[arg-type]
    assert "CANARY" not in str(error.value)


@pytest.mark.parametrize("name", SEALED)
def test_what_is_sealed_says_neither_what_it_is_nor_which_incident(name: str) -> None:
    letter = render_notice(name, SHARED)
    said = (letter.subject + letter.text + letter.html).lower()
    for word in ("am-7k3q2", "misconduct", "referral", "rule", "mistake", "post ", "/i/"):
        assert word not in said
    assert "there is something for you to" in said
    assert f"{URL}/cases" in letter.text


def test_what_is_sealed_may_have_a_page_of_its_own() -> None:
    facts = dataclasses.replace(SHARED, path="/cases/0192-ab")
    assert f"{URL}/cases/0192-ab" in render_notice("hr_referral", facts).text


def test_the_manager_hears_only_that_security_leads() -> None:
    letter = render_notice("security_leads", FACTS)
    assert "Security leads on this." in letter.text
    assert "/i/" not in letter.text


def test_a_time_is_given_in_utc_and_as_people_write_it() -> None:
    assert "Please answer by 10:15 UTC on 3 June 2026." in render_notice("clear", FACTS).text


def test_a_notice_without_a_due_time_asks_for_none() -> None:
    facts = dataclasses.replace(FACTS, due_at=None)
    assert "UTC" not in render_notice("clear", facts).text


def test_a_fact_that_a_notice_needs_and_lacks_is_an_error() -> None:
    facts = dataclasses.replace(FACTS, reference=None)
    with pytest.raises(UndefinedError):
        render_notice("line_manager", facts)


def test_an_empty_digest_says_so() -> None:
    assert (
        "Nothing was reported."
        in render_notice("digest", dataclasses.replace(FACTS, references=())).text
    )


def test_a_letter_keeps_its_text_out_of_its_repr() -> None:
    assert "ABCD" not in repr(render_notice("sign_in_code", FACTS)) + repr(FACTS)


def test_a_text_has_the_reference_the_link_and_the_number_and_nothing_else() -> None:
    facts = dataclasses.replace(FACTS, ack_url=f"{URL}/ack/{'x' * 32}")
    text = render_text(facts)
    assert text.isascii()
    assert len(text) <= 160, "one message"
    for fact in ("AM-7K3Q2", str(facts.ack_url), "+44 20 7946 0000"):
        assert fact in text
        text = text.replace(fact, "")
    for word in (
        *(kind.value for kind in Kind),
        "severity",
        "mistake",
        "urgent",
        "data protection",
    ):
        assert word not in text.lower()


def test_a_text_without_a_link_of_its_own_leads_to_the_incidents_page() -> None:
    assert f"{URL}/i/AM-7K3Q2" in render_text(SHARED)
