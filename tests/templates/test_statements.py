"""Public words: within the truth gate, within the length, and never without a template."""

import re
from collections.abc import Iterator
from functools import cache
from itertools import chain, combinations

import pytest
from jinja2 import UndefinedError
from twitter_text import parse_tweet

from models.words import Kind, StatementKind
from policy.words import Claim
from templates.choosing import StatementRow, choose, statement_rows
from templates.environment import HERE, plain_text
from templates.vocabulary import own_words
from templates.voice import Voice
from templates.words import (
    MissingFactError,
    NoTemplateError,
    Rendered,
    StatementFacts,
    TooLongError,
    render_if_asked,
    render_statement,
)

CLAIMS = tuple(claim.value for claim in Claim)
SPEAKING = tuple(kind for kind in StatementKind if kind is not StatementKind.NONE)
GENEROUS = StatementFacts(
    organisation="Department for Examples",
    wrong="The visa office in Exampletown is open on Saturday 4 June for passport renewals",
    right="The visa office in Exampletown is closed on Saturday 4 June and opens again on Monday "
    "6 June at 9am",
    source_url="https://www.gov.uk/world/organisations/british-embassy-exampletown/office-hours",
)
NOTHING_KNOWN = StatementFacts(organisation="Department for Examples")

PHRASES = {
    "posted-by-mistake": r"by mistake",
    "not-an-official-view": r"official view",
    "was-wrong": r"\bwrong\b",
    "we-have-corrected": r"have corrected",
    "has-been-removed": r"removed",
    "unauthorised": r"unauthorised",
    "was-not-hacked": r"hacked|taken over",
    "no-personal-data": r"personal data",
    "was-a-drill": r"drill|no threat",
    "investigation-under-way": r"investigation",
}


def every_set_of_claims(row: StatementRow) -> Iterator[frozenset[str]]:
    """All claims together, and every subset of those that the row's template asks about."""
    asked = sorted(claims_asked_about(row.template))
    sizes = range(len(asked) + 1)
    yield frozenset(CLAIMS)
    yield from map(frozenset, chain.from_iterable(combinations(asked, size) for size in sizes))


def claims_asked_about(template: str) -> set[str]:
    folder = HERE / "statements" / "en"
    sources = [path.read_text(encoding="utf-8") for path in folder.glob(f"{template}.*")]
    parents = {name for source in sources for name in re.findall(r'extends "(\w+)\.', source)}
    asked = {claim for source in sources for claim in re.findall(r'says\("([\w-]+)"\)', source)}
    return asked.union(*map(claims_asked_about, parents))


@cache
def weight_on_x(text: str) -> int:
    return int(parse_tweet(text).weightedLength)


def fits_x(text: str) -> bool:
    return weight_on_x(text) <= 280


def rendered(row: StatementRow, facts: StatementFacts, claims: frozenset[str]) -> Rendered:
    """What this row's template says, as its first caller would ask for it."""
    kinds = [row.kind] if row.kind else []
    if row.statement == "if-asked":
        return render_if_asked(kinds, facts, claims)
    asked = StatementKind(row.statement or StatementKind.REMOVAL_NOTE)
    return render_statement(asked, kinds, facts, claims, fits=fits_x)


def one_row_a_template() -> list[StatementRow]:
    return list({row.template: row for row in reversed(statement_rows())}.values())


def phrases_in(text: str) -> set[str]:
    return {claim for claim, phrase in PHRASES.items() if re.search(phrase, text, re.IGNORECASE)}


def catalogue() -> list[str]:
    folder = HERE / "statements" / "en"
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*.txt"))


def test_only_claims_of_the_truth_gate_are_asked_about() -> None:
    for row in one_row_a_template():
        assert claims_asked_about(row.template) <= set(CLAIMS)


def test_every_claim_of_the_truth_gate_has_a_phrase_to_look_for() -> None:
    assert set(PHRASES) == set(CLAIMS)


@pytest.mark.parametrize("row", one_row_a_template(), ids=lambda row: row.template)
@pytest.mark.parametrize("facts", [NOTHING_KNOWN, GENEROUS], ids=["no-facts", "all-facts"])
def test_a_statement_makes_the_claims_it_lists_and_no_other(
    row: StatementRow, facts: StatementFacts
) -> None:
    if row.needs and facts is NOTHING_KNOWN:
        with pytest.raises(MissingFactError):
            rendered(row, facts, frozenset())
        return
    for claims in every_set_of_claims(row):
        words = rendered(row, facts, claims)
        assert phrases_in(words.text) == set(words.claims_made) <= claims, words.text
        assert len(words.claims_made) == len(set(words.claims_made))


@pytest.mark.parametrize("row", one_row_a_template(), ids=lambda row: row.template)
def test_a_statement_fits_x_with_generous_facts_whatever_it_claims(row: StatementRow) -> None:
    for claims in every_set_of_claims(row):
        assert weight_on_x(rendered(row, GENEROUS, claims).text) <= 280


@pytest.mark.parametrize("row", one_row_a_template(), ids=lambda row: row.template)
def test_a_statement_reads_as_whole_sentences_whatever_it_claims(row: StatementRow) -> None:
    for claims in every_set_of_claims(row):
        words = rendered(row, GENEROUS, claims)
        last = words.text.removesuffix(GENEROUS.source_url or "").rstrip()
        assert last.endswith((".", "Source:", "Credit:", "here:"))
        assert not re.search(r"\.[A-Z]|  | \.|\.\.|¶|\{|\}", words.text)
        assert words.text[0].isupper()


@pytest.mark.parametrize("row", one_row_a_template(), ids=lambda row: row.template)
def test_no_statement_points_at_a_person_or_at_the_reader(row: StatementRow) -> None:
    text = rendered(row, GENEROUS, frozenset(CLAIMS)).text.lower()
    for phrase in ("member of staff", "personal account", "colleague", "employee", "if anyone"):
        assert phrase not in text


@pytest.mark.parametrize("name", catalogue())
def test_a_template_opens_with_its_clause_audience_and_facts(name: str) -> None:
    source = (HERE / "statements" / "en" / name).read_text(encoding="utf-8")
    opening, _, _ = source.partition("#}")
    assert opening.startswith("{#\nclause: ")
    assert "\naudience: " in opening
    assert "\nfacts: " in opening


def test_every_template_speaks_in_some_row() -> None:
    named = {f"{row.template}.txt" for row in statement_rows()}
    assert {name.replace(".short", "") for name in catalogue()} == named


def test_every_row_can_be_reached() -> None:
    for row in statement_rows():
        statements = (row.statement,) if row.statement else tuple(SPEAKING)
        kinds = [row.kind or Kind.ARGUMENT]
        assert any(choose(str(statement), kinds) is row for statement in statements), row


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_has_words_for_every_statement_and_for_when_asked(kind: Kind) -> None:
    for statement in SPEAKING:
        assert render_statement(statement, [kind], GENEROUS, frozenset()).text
    assert render_if_asked([kind], GENEROUS, frozenset()).text


def test_a_removal_note_can_always_go_out() -> None:
    for kind in Kind:
        note = render_statement(StatementKind.REMOVAL_NOTE, [kind], NOTHING_KNOWN, frozenset())
        assert note.text


def test_silence_has_no_template() -> None:
    with pytest.raises(NoTemplateError):
        render_statement(StatementKind.NONE, [Kind.CLASSIFIED], GENEROUS, frozenset())


def test_a_wrong_account_post_is_called_a_mistake_only_when_that_is_true() -> None:
    kinds = [Kind.WRONG_ACCOUNT]
    said = frozenset({"posted-by-mistake", "not-an-official-view"})
    apology = render_statement(StatementKind.APOLOGY, kinds, GENEROUS, said)
    assert apology.text == (
        "A post that does not belong on this account was published. It was posted by mistake. "
        "It is not an official view. Please disregard it. We take responsibility for what we "
        "publish, and we are sorry."
    )
    assert apology.claims_made == ("posted-by-mistake", "not-an-official-view")


def test_a_correction_says_what_was_wrong_what_is_right_and_where_to_read_it() -> None:
    facts = StatementFacts("Department for Examples", "The fee is £50", "It is £55", "https://a.uk")
    said = frozenset({"was-wrong"})
    words = render_statement(StatementKind.APOLOGY_AND_CORRECTION, [Kind.FACTUAL], facts, said)
    assert words.text == (
        "A post on this account was wrong. We are sorry.\n\n"
        "We said: The fee is £50.\n\n"
        "The right information is: It is £55.\n\n"
        "Source: https://a.uk"
    )


def test_a_correction_without_facts_names_each_that_is_missing() -> None:
    with pytest.raises(MissingFactError) as error:
        render_statement(StatementKind.CORRECTION, [Kind.FACTUAL], NOTHING_KNOWN, frozenset())
    assert error.value.facts == ("wrong", "right")


def test_a_fact_of_white_space_is_a_missing_fact() -> None:
    facts = StatementFacts("Department for Examples", wrong=" \n ", right="It is £55")
    with pytest.raises(MissingFactError) as error:
        render_statement(StatementKind.CORRECTION, [], facts, frozenset())
    assert error.value.facts == ("wrong",)


def test_a_shorter_variant_speaks_where_the_first_does_not_fit() -> None:
    correction = StatementKind.APOLOGY_AND_CORRECTION
    long = render_statement(correction, [Kind.FACTUAL], GENEROUS, frozenset())
    short = render_statement(correction, [Kind.FACTUAL], GENEROUS, frozenset(), fits=fits_x)
    assert (long.template, short.template) == (
        "apology_and_correction",
        "apology_and_correction.short",
    )
    assert GENEROUS.wrong is not None
    assert GENEROUS.right is not None
    assert GENEROUS.wrong in short.text
    assert GENEROUS.right in short.text


def test_facts_too_long_for_the_shortest_variant_are_refused_with_its_length() -> None:
    facts = StatementFacts("Department for Examples", wrong="no " * 90, right="yes " * 90)
    with pytest.raises(TooLongError) as error:
        render_statement(StatementKind.CORRECTION, [], facts, frozenset(), fits=fits_x)
    assert error.value.used > 280
    assert "yes" not in str(error.value)


def test_a_fact_cannot_break_a_line_or_run_as_a_template() -> None:
    facts = StatementFacts("D", wrong="a\n\n¶b {{ organisation }}", right="{% if %}")
    words = render_statement(StatementKind.CORRECTION, [], facts, frozenset())
    assert "We said: a b {{ organisation }}." in words.text
    assert "{% if %}" in words.text


def test_premature_news_is_neither_confirmed_nor_called_a_mistake() -> None:
    for statement in SPEAKING:
        kinds = [Kind.PREMATURE, Kind.WRONG_ACCOUNT]
        words = render_statement(statement, kinds, GENEROUS, frozenset(CLAIMS))
        assert words.template == "holding_line"
        assert set(words.claims_made) <= {"has-been-removed"}


def test_what_is_secret_personal_or_dangerous_takes_no_fact_into_its_words() -> None:
    hostile = StatementFacts(*["CANARY"] * 4, elsewhere="CANARY")
    for kind in (Kind.CLASSIFIED, Kind.SAFETY, Kind.PERSONAL_DATA, Kind.LEGAL):
        for statement in SPEAKING:
            words = render_statement(statement, [kind, Kind.FACTUAL], hostile, frozenset(CLAIMS))
            assert "CANARY" not in words.text
        assert "CANARY" not in render_if_asked([kind], hostile, frozenset(CLAIMS)).text


def test_an_unattended_device_is_never_called_hacked_or_unauthorised() -> None:
    kinds = [Kind.NOISE, Kind.UNATTENDED]
    words = render_statement(StatementKind.NOTE, kinds, GENEROUS, frozenset(CLAIMS))
    assert "hacked" not in words.text
    assert "unauthorised" not in words.text


def test_the_harm_of_an_offensive_post_is_owned() -> None:
    words = render_statement(StatementKind.APOLOGY, [Kind.OFFENSIVE], GENEROUS, frozenset())
    assert "We are responsible for the harm it caused, and we are sorry." in words.text


def test_a_false_alarm_is_called_off_only_by_a_drill_or_by_the_facts() -> None:
    kind, alarm = StatementKind.CORRECTION, [Kind.FALSE_ALARM]
    unknown = render_statement(kind, alarm, NOTHING_KNOWN, frozenset())
    told = render_statement(kind, alarm, GENEROUS, frozenset())
    drill = render_statement(kind, alarm, NOTHING_KNOWN, frozenset({"was-a-drill"}))
    assert "disregard" not in unknown.text
    assert "disregard" in told.text
    assert "no threat" not in told.text
    assert drill.text.startswith("There is no threat.")


def test_a_sister_account_says_which_account_it_speaks_of() -> None:
    facts = StatementFacts("Department for Examples", elsewhere="@dept_exampletown")
    words = render_statement(StatementKind.REMOVAL_NOTE, [Kind.INTRUDER], facts, frozenset())
    assert words.text.startswith("A post on @dept_exampletown should not have been published.")


@pytest.mark.parametrize(
    ("asked", "given"), [("en", "en"), ("en-GB", "en"), ("de", "en"), ("../notices", "en")]
)
def test_a_language_without_a_catalogue_is_answered_in_english_and_says_so(
    asked: str, given: str
) -> None:
    words = render_statement(StatementKind.APOLOGY, [], GENEROUS, frozenset(), language=asked)
    assert words.language == given


def test_a_missing_fact_stops_a_template() -> None:
    template = plain_text("statements/en").get_template("correction.txt")
    with pytest.raises(UndefinedError):
        template.render(says=lambda _claim: False, deleted=True)
    with pytest.raises(UndefinedError):
        Voice("en", {}, frozenset()).say("we-said", "We said: {wrong}")


@pytest.mark.parametrize("row", one_row_a_template(), ids=lambda row: row.template)
def test_all_that_a_statement_says_without_facts_are_words_of_its_own(row: StatementRow) -> None:
    facts = StatementFacts("x", wrong="x", right="x")
    words = rendered(row, facts, frozenset(CLAIMS))
    said = {word.lower() for word in re.findall(r"\w+", words.text)} - {"x"}
    assert said <= own_words(words.template, words.language)


def test_a_template_does_not_own_the_words_of_a_fact() -> None:
    assert "exampletown" not in own_words("correction", "en")
    assert "clause" not in own_words("correction", "en")


def test_the_words_of_a_rendered_statement_stay_out_of_its_repr() -> None:
    words = render_statement(StatementKind.CORRECTION, [], GENEROUS, frozenset())
    assert "Exampletown" not in repr(words)
    assert "Exampletown" not in repr(GENEROUS)
