"""Words in the language of the post; in English while nobody has reviewed or cleared those."""

from datetime import date, timedelta

import pytest
from department import CY, DEE, Department

from flows import speaking
from flows.deciding.writing import write_words
from flows.ledger import wake_incident
from flows.speaking import language_of
from flows.view import view, viewer
from models.snapshot import Snapshot
from models.statements import Statement
from models.words import Kind, StatementKind, StatementState, Wait
from templates import reviews
from templates.catalogues import catalogue
from templates.reviews import Review

WELSH = "Mae’r swyddfa ar gau."
IN_PLACE_OF_WELSH = "English note in place of Welsh"


def shown(department: Department, reference: str) -> list[tuple[str | None, str | None]]:
    """Each statement's language and what is said of it, as the API has it."""
    with department.office.store.read() as tx:
        seen = view(viewer(tx, department.office, department.person(DEE), reference))
    return [(one.language, one.language_note) for one in seen.statements]


def let_words_fall_due(department: Department, reference: str) -> None:
    """Their time is over, and the incident is looked at again."""
    seen = department.seen(reference)
    with department.office.store.write("age") as tx:
        for one in seen.statements:
            statement = tx.get_one(Statement, one.id)
            statement.words_due_at = statement.drafted_at
            tx.add(statement)
        wake_incident(tx, seen.incident.id)


def is_out(seen: Snapshot) -> bool:
    """Whether any of its words are published."""
    return any(one.state == StatementState.PUBLISHED for one in seen.statements)


def signed(monkeypatch: pytest.MonkeyPatch, language: str) -> None:
    """A named person has reviewed the catalogue as it is."""
    today = date.today()
    review = Review(
        language, "dtu", "Ceri Evans", today, today + timedelta(days=90),
        catalogue(language).digest, "",
    )  # fmt: skip
    monkeypatch.setattr(reviews, "reviews", lambda: {language: review})


def test_words_of_a_catalogue_that_nobody_has_reviewed_wait_for_a_clearer_who_is_told_why(
    department: Department,
) -> None:
    reference = department.report(department.post(WELSH), Kind.NOISE, language="cy")
    department.until_waiting(reference, Wait.CLEARANCE)
    assert shown(department, reference) == [
        (
            "cy",
            "These words in Welsh are not cleared beforehand: nobody is named who has reviewed its "
            "sentences. Clear them only if you read Welsh.",
        )
    ]
    assert "words-not-agreed" in department.said(reference)
    assert department.sandbox.live_posts("dept") == []


def test_words_that_a_named_person_has_reviewed_go_out_at_once(
    department: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed(monkeypatch, "cy")
    reference = department.report(department.post(WELSH), Kind.NOISE, language="cy")
    department.until(reference, is_out)
    (said,) = department.sandbox.live_posts("dept")
    assert catalogue("cy").sentences["sorry-for-the-confusion"] in said.text
    assert shown(department, reference) == [("cy", None)]


def test_when_words_are_due_the_english_note_goes_out_and_the_welsh_words_can_follow(
    department: Department,
) -> None:
    reference = department.report(department.post(WELSH), Kind.NOISE, language="cy")
    department.until_waiting(reference, Wait.CLEARANCE)
    let_words_fall_due(department, reference)
    seen = department.until(reference, is_out)
    (said,) = department.sandbox.live_posts("dept")
    assert said.text.startswith("Please disregard an earlier post on this account")
    welsh, english = seen.statements
    assert (welsh.state, english.in_place_of) == (StatementState.WAITING, "cy")
    assert shown(department, reference)[1] == ("en", IN_PLACE_OF_WELSH)

    department.clear(reference)
    department.until(
        reference, lambda s: all(one.state == StatementState.PUBLISHED for one in s.statements)
    )
    assert len(department.sandbox.live_posts("dept")) == 2
    assert department.said(reference).count("words-in-english") == 1


def test_without_a_catalogue_the_english_removal_note_goes_out_at_once(
    department: Department,
) -> None:
    reference = department.report_wrong_fact(department.post("Das Amt ist zu."), language="de")
    seen = department.until(reference, is_out)
    (said,) = department.sandbox.live_posts("dept")
    assert said.text.startswith("Please do not rely on an earlier post on this account.")
    assert seen.statements[0].kind == StatementKind.REMOVAL_NOTE
    assert shown(department, reference) == [("en", "English note in place of German")]

    write_words(
        department.office, department.person(CY), reference,
        text="Entschuldigung. Das Amt ist offen.", language="de",
    )  # fmt: skip
    seen = department.until_waiting(reference, Wait.CLEARANCE)
    assert [one.state for one in seen.statements] == [
        StatementState.PUBLISHED,
        StatementState.WAITING,
    ]


@pytest.mark.parametrize(
    ("guessed", "tag", "spoken"),
    [
        (False, "fr", "fr"), (False, "de", "de"), (True, "fr", "fr"), (True, "et", "cy"),
        (False, "und", "cy"), (False, None, "cy"),
    ],
)  # fmt: skip
def test_the_language_is_the_posts_own_then_the_reports(
    department: Department,
    monkeypatch: pytest.MonkeyPatch,
    guessed: bool,
    tag: str | None,
    spoken: str,
) -> None:
    reference = department.report(department.post(WELSH), Kind.NOISE, language="cy")
    seen = department.until(reference, lambda s: bool(s.captures))
    kept = {"language": tag, "language_guessed": guessed}
    monkeypatch.setattr(speaking, "kept_of", lambda *_: kept)
    (account,) = seen.accounts.values()
    assert language_of(department.office, seen, account) == spoken
