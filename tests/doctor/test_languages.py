"""What the examination says of the languages that statements can be in."""

from datetime import date, timedelta

import pytest
from paper import DEE, Paper

from amends.doctor import Finding, Verdict, examine
from templates import reviews
from templates.catalogues import catalogue
from templates.reviews import Review


def said(paper: Paper, spoken: str = '["en"]') -> list[Finding]:
    """The lines about languages, where an account speaks these."""
    config = paper.home / "amends.toml"
    text = config.read_text(encoding="utf-8")
    config.write_text(
        text.replace("[[accounts]]", f"[[accounts]]\nlanguages = {spoken}", 1), encoding="utf-8"
    )
    return [one for one in examine() if one.about == "languages"]


def signed(monkeypatch: pytest.MonkeyPatch, reviewer: str, days: int) -> None:
    """Welsh was reviewed as it is, until so many days from now."""
    today = date.today()
    until = today + timedelta(days=days)
    review = Review(
        "cy", "dtu", reviewer, today - timedelta(days=400), until, catalogue("cy").digest, ""
    )
    for where in ("amends.doctor.languages.reviews", "templates.reviews.reviews"):
        monkeypatch.setattr(where, lambda: {"cy": review})
    assert reviews.reviews() == {"cy": review}


def test_drafts_that_no_account_speaks_are_one_line(paper: Paper) -> None:
    (finding,) = said(paper)
    assert finding.verdict == Verdict.OK
    assert finding.what == (
        "Arabic, Welsh, Spanish, French, Portuguese, Russian and Chinese: no account speaks them, "
        "and their words wait for a clearer."
    )


def test_a_draft_that_an_account_speaks_says_what_is_missing_and_what_to_sign(paper: Paper) -> None:
    finding = said(paper, '["en", "cy"]')[0]
    assert finding.verdict == Verdict.WARN
    assert finding.what.startswith("Welsh: nobody is named who has reviewed its sentences, so its ")
    assert catalogue("cy").digest in finding.what


def test_a_review_says_by_whom_and_until_when(
    paper: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed(monkeypatch, DEE, 30)
    finding = said(paper, '["cy"]')[0]
    assert finding.verdict == Verdict.OK
    assert finding.what.startswith(f"Welsh: reviewed by {DEE}, until ")


def test_a_review_that_has_run_out_is_named(paper: Paper, monkeypatch: pytest.MonkeyPatch) -> None:
    signed(monkeypatch, DEE, -1)
    assert "its review has run out" in said(paper, '["cy"]')[0].what


def test_a_reviewer_who_is_not_in_the_register_is_named(
    paper: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed(monkeypatch, "gone@dept.example", 30)
    assert "gone@dept.example, who reviewed Welsh, is not in" in said(paper, '["cy"]')[1].what


def test_a_catalogue_that_is_not_whole_is_not_used_and_says_what_is_missing(
    paper: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    from amends.doctor import languages

    whole = catalogue("cy")
    spoilt = type(whole)("cy", whole.sentences, ("removed", "sorry"))
    monkeypatch.setattr(
        languages, "catalogue", lambda one: spoilt if one == "cy" else catalogue(one)
    )
    assert said(paper)[0].what.startswith(
        "Welsh is not used: 2 of its sentences are missing or out of date (removed and sorry)."
    )
