"""Words are looked at where they are written and where they are cleared."""

import unicodedata

import pytest
from paper import ANA, CY, DEE, Paper

from flows.deciding.clearing import clear
from flows.deciding.writing import write_words
from flows.inspecting import inspect_words
from flows.refusals import BadRequestError, NotNowError
from flows.register import read_register
from flows.truth import text_of
from flows.view import view, viewer
from models.statements import Statement
from models.words import Kind, StatementState
from policy.clearing import wording_of
from policy.looking import sentence_of
from policy.words import Finding

SC06 = "Post updated - our deepest apologizes for the earlier typo."
NEW_NAME = "We are sorry. Please disregard our post about Exampletown."


def _write(paper: Paper, reference: str, text: str) -> str:
    return write_words(paper.office, paper.person(CY), reference, text=text)


def _clear(paper: Paper, reference: str, *confirmed: Finding, by: str = DEE) -> StatementState:
    return clear(
        paper.office,
        paper.person(by),
        reference,
        statement=None,
        digest=paper.digest(reference),
        approve=True,
        claims=[],
        confirmed=confirmed or None,
    )


def test_the_misspelt_apology_of_sc06_is_stopped(paper: Paper) -> None:
    reference = paper.worded(kinds=(Kind.TYPO,))
    before = paper.digest(reference)
    with pytest.raises(
        NotNowError, match=r"Sentence 1 has a misspelt word\. Did you mean: apologies"
    ):
        _write(paper, reference, SC06)
    assert paper.digest(reference) == before


def test_an_accent_that_is_a_letter_of_its_own_is_no_mistake(paper: Paper) -> None:
    reference = paper.worded()
    apart = unicodedata.normalize("NFD", "We are sorry. Please ask our press attaché.")
    _write(paper, reference, apart)
    seen = paper.seen(reference)
    (statement,) = seen.statements
    text = text_of(paper.office, seen.wordings[str(statement.wording_id)])
    assert text == apart, "and what was written is what is cleared"


def test_all_that_stops_the_words_is_said_at_once_and_nothing_of_them_is_repeated(
    paper: Paper,
) -> None:
    reference = paper.worded(poster=ANA)
    text = "Ana is sorry if anyone was offended. It has been deleted. See http://x.example/secret"
    with pytest.raises(NotNowError) as refused:
        _write(paper, reference, text)
    said = str(refused.value)
    for part in ("names the person", "only if somebody minds", "Not every copy", "not a whole one"):
        assert part in said
    for word in ("Ana", "offended", "secret"):
        assert word not in said


def test_what_is_to_be_looked_at_again_is_confirmed_with_the_clearance(paper: Paper) -> None:
    reference = paper.worded()
    _write(paper, reference, NEW_NAME)
    with pytest.raises(BadRequestError, match=r"Look again at the words.*Sentence 2.*unknown-word"):
        _clear(paper, reference)
    with pytest.raises(BadRequestError):
        _clear(paper, reference, Finding.UNKNOWN_HOST)
    assert _clear(paper, reference, Finding.UNKNOWN_WORD) == StatementState.CLEARED
    (clearance,) = paper.seen(reference).clearances
    assert clearance.confirmed == ["unknown-word"]
    assert "finding-confirmed" in paper.said(reference)


def test_each_clearer_confirms_for_themselves(paper: Paper) -> None:
    reference = paper.worded(kinds=(Kind.OFF_POLICY,))
    _write(paper, reference, NEW_NAME)
    first = _clear(paper, reference, Finding.UNKNOWN_WORD, by="pat@dept.example")
    assert first == StatementState.WAITING
    with pytest.raises(BadRequestError):
        _clear(paper, reference)


def test_words_that_are_too_long_are_never_cleared(paper: Paper) -> None:
    reference = paper.worded()
    _write(paper, reference, "We are sorry. Please disregard our post.")
    with paper.office.store.write("measure") as tx:
        statement = tx.get_one(Statement, paper.seen(reference).statements[0].id)
        statement.length, statement.longest = 281, 280
        tx.add(statement)
    with pytest.raises(NotNowError, match="longer than the platform takes"):
        _clear(paper, reference)
    _write(paper, reference, "We are sorry. Please disregard it.")
    assert paper.seen(reference).statements[0].length is None
    assert _clear(paper, reference) == StatementState.CLEARED


def test_the_findings_are_shown_with_the_words(paper: Paper) -> None:
    reference = paper.worded()
    _write(paper, reference, NEW_NAME)
    with paper.office.store.read() as tx:
        statement = view(viewer(tx, paper.office, paper.person(DEE), reference)).statements[0]
    (finding,) = statement.findings
    assert (finding.finding, finding.then) == ("unknown-word", "look-again")
    assert (statement.text or "")[finding.start : finding.end] == "Exampletown"


def test_the_register_and_the_given_facts_are_known(paper: Paper) -> None:
    source = "https://fund.example/dates"
    reference = paper.worded(wrong="It opens in Oldtown", right="In Exampletown", source_url=source)
    text = f"{NEW_NAME} Follow @embassy. Source: {source}"
    _write(paper, reference, text)
    seen = paper.seen(reference)
    wording = wording_of(seen, seen.statements[0])
    assert wording is not None
    with paper.office.store.read() as tx:
        register = read_register(tx, paper.office.settings)
    found = inspect_words(paper.office, seen, seen.statements[0], wording, register).found
    assert [sentence_of(one) for one in found] == []
