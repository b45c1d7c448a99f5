"""The taint check: nothing of a post comes through in any dress, and ordinary words do."""

import string
from functools import cache

import pytest
from evasions import ELSEWHERE, EVASIONS, POST
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from models.words import SECRET_KINDS, Kind, StatementKind
from policy.taint.check import find_taint
from policy.taint.common_words import common_words
from policy.taint.held import index_of
from policy.taint.numbers import runs
from policy.taint.tokens import read
from policy.taint.words import Found, Origin, Own, Part, Piece, Sort
from templates.choosing import StatementFacts
from templates.vocabulary import own_text_for, own_text_of_notices
from templates.words import render_statement

SAID = "A post on one of our accounts should not have been published. {} We are sorry."
PIECES = (
    Piece(Origin.POST, POST),
    Piece(Origin.POST, ELSEWHERE),
    Piece(Origin.ACCOUNT, "embassy_lisbon"),
    Piece(Origin.PICTURE, "a terrace with a blue gate"),
    Piece(Origin.NOTE, "it shows Marchetti's clinic"),
    Piece(Origin.WRONG, "the convoy leaves at noon"),
)


def said(words: str, pieces: tuple[Piece, ...] = PIECES) -> tuple[Found, ...]:
    return find_taint([(Part.WORDS, words)], pieces, own())


@cache
def own() -> Own:
    texts = own_text_for(StatementKind.NOTE, [Kind.CLASSIFIED])
    return Own(texts, common_words(["en"]))


@pytest.mark.parametrize("evasion", EVASIONS.values(), ids=EVASIONS.keys())
def test_nothing_of_the_post_comes_through(evasion: str) -> None:
    assert said(SAID.format(evasion))


@pytest.mark.parametrize("name", ["Bo", "bo", "B\u200bo", "b\u00f6", "Ｂｏ", "Во", "@bo", "Bo’s"])
def test_a_name_of_two_letters_is_found_as_a_word(name: str) -> None:
    assert said(SAID.format(name), (Piece(Origin.POST, "They met Bo there"),))


ORDINARY = (
    "",
    "It has been removed.",
    "It should never have gone out, and we take full responsibility for that.",
    "We are looking at how this happened, so that it does not happen again.",
    "Please do not share it; if you have a copy, please delete it.",
    "Thank you to everyone who told us. We will not say more about it.",
    "We know that people were hurt by what we said, and we apologise to all of them.",
    "This was our mistake, and nobody else’s. We have corrected it.",
    "For our official page see https://www.gov.uk",
    "Another message will follow later today.",
    "We don't comment further, and we're sorry for the confusion that we caused.",
)


@pytest.mark.parametrize("sentence", ORDINARY)
def test_ordinary_sentences_pass(sentence: str) -> None:
    assert said(SAID.format(sentence)) == ()


def test_what_is_found_says_where_and_what_sort_and_nothing_of_what() -> None:
    found = said("We are sorry that Heron was named, and 17 as well, and @osprey.")
    assert [(one.at, one.sort) for one in found] == [
        (5, Sort.NAME), (9, Sort.NUMBER), (13, Sort.HANDLE),
    ]  # fmt: skip
    assert {one.origin for one in found} == {Origin.POST}
    assert "eron" not in repr(found)
    assert "eron" not in repr(PIECES)


@pytest.mark.parametrize(
    ("words", "origin"),
    [
        ("terrace", Origin.PICTURE),
        ("Marchetti", Origin.NOTE),
        ("convoy", Origin.WRONG),
        ("lisbon", Origin.ACCOUNT),
    ],
)
def test_it_says_whose_it_was(words: str, origin: Origin) -> None:
    assert said(words)[0].origin == origin


def test_a_row_of_common_words_is_a_copy() -> None:
    post = (Piece(Origin.POST, "She will be there on her own until late"),)
    assert said("We said that she will be there on her own.", post)[0].sort == Sort.RUN
    assert said("She said sorry, and we will be on our way.", post) == ()


def test_numbers_of_the_templates_own_text_may_be_said_in_it_and_nowhere_else() -> None:
    mine = Own(("It breaks line 50, 54, 92 or 108 of the policy.",), common_words(["en"]))
    post = [Piece(Origin.POST, "room 54")]
    clean = "It breaks line 50, 54, 92 or 108 of the policy."
    assert find_taint([(Part.MESSAGE, clean)], post, mine) == ()
    (found,) = find_taint([(Part.MESSAGE, f"{clean} It was 54.")], post, mine)
    assert (found.at, found.sort) == (14, Sort.NUMBER)


@pytest.mark.parametrize(
    ("spelled", "groups"),
    [
        ("two thousand and twenty-six", ("2026",)),
        ("twenty twenty-six", ("20", "26")),
        ("seven hundred and forty-six", ("746",)),
        ("double seven oh three", ("7", "7", "0", "3")),
        ("one thousand two hundred and three", ("1203",)),
        ("二十六", ("26",)),
        ("二〇二六", ("2", "0", "2", "6")),
        ("сто двадцать три", ("123",)),
        ("٠٧٩", ("079",)),
        ("AB12 3CD", ("12", "3")),
    ],
)
def test_spelled_numbers_are_read(spelled: str, groups: tuple[str, ...]) -> None:
    (run,) = runs(read(spelled))
    assert run.groups == groups


@pytest.mark.parametrize("endless", ["百", "cem ", "five thousand ", "五十", "double ", "9", "M"])
def test_a_number_that_never_ends_is_read_all_the_same(endless: str) -> None:
    post = [Piece(Origin.NOTE, f"{endless * 3000:.9000} and Heron")]
    said = SAID.format("Heron")
    assert {one.sort for one in find_taint([(Part.WORDS, said)], post, own())} == {Sort.NAME}
    assert (
        find_taint([(Part.WORDS, f"{endless * 3000:.9000}")], [Piece(Origin.POST, "x")], own())
        == ()
    )


def test_a_pasted_list_of_numbers_costs_no_more_than_its_length() -> None:
    numbers = [str(10_000 + 7 * one * one % 89_999) for one in range(1_600)]
    index = index_of([Piece(Origin.NOTE, " ".join(numbers))], own(), frozenset())
    digits = 5 * len(numbers)
    assert len(index.numbers) < digits
    assert len(index.parts_of_numbers) < 20 * digits
    assert all(number in index.numbers for number in numbers)
    assert "".join(numbers[40:43]) in index.numbers


@pytest.mark.parametrize(
    "said",
    ["90128374650912837", "12837465091283746", "the first is 12837465091", "73829056473821"],
)
def test_a_part_of_a_very_long_number_is_that_number(said: str) -> None:
    post = [Piece(Origin.POST, "901283746509128374650928374655")]
    assert find_taint([(Part.WORDS, SAID.format(said))], post, own())


def templates() -> list[str]:
    """The words of every template of these kinds, with every claim and with none."""
    texts = []
    for kind in sorted(SECRET_KINDS):
        for statement in StatementKind:
            for claims in (frozenset(), frozenset({"has-been-removed"})):
                if statement is not StatementKind.NONE:
                    facts = StatementFacts(organisation="Department for Examples")
                    texts.append(render_statement(statement, [kind], facts, claims).text)
    return sorted(set(texts))


WORDS_OF_OURS = sorted({word for text in templates() for word in text.split()})
WORD = st.text(string.ascii_lowercase, min_size=1, max_size=12)
NEAR_OURS = st.lists(st.sampled_from(WORDS_OF_OURS), min_size=1, max_size=4).map("".join)
CAPTURE = st.lists(
    st.one_of(WORD, NEAR_OURS, st.sampled_from(WORDS_OF_OURS), st.text(max_size=8)), max_size=30
).map(" ".join)


@given(CAPTURE)
@example(" ".join(templates()))
@example("oursofbeen dehsilbup aposton 1 one sharei Please Do Not Share It")
@settings(max_examples=40, deadline=None)
def test_the_templates_of_these_kinds_pass_whatever_the_post_was(capture: str) -> None:
    for kind in sorted(SECRET_KINDS):
        mine = Own(own_text_for(StatementKind.REMOVAL_NOTE, [kind]), common_words(["en"]))
        facts = StatementFacts(organisation="Department for Examples")
        for claims in (frozenset(), frozenset({"has-been-removed"})):
            text = render_statement(StatementKind.REMOVAL_NOTE, [kind], facts, claims).text
            assert find_taint([(Part.WORDS, text)], [Piece(Origin.POST, capture)], mine) == ()


LOOK = str.maketrans("aceopxyi", "асеорхуі")
SOUND = str.maketrans("abvgdziklmnoprstuf", "абвгдзиклмнопрстуф")
LEET = str.maketrans("oeastbil", "03457811")
DISGUISES = (
    lambda word: word,
    str.upper,
    str.title,
    lambda word: " ".join(word),
    ".".join,
    "\u200b".join,
    "\u0301".join,
    lambda word: f"{word[:2]} {word[2:]}",
    lambda word: f"{word[:-1]}-{word[-1]}",
    lambda word: word[::-1],
    lambda word: " ".join(word[::-1]),
    lambda word: word.translate(LOOK),
    lambda word: word.translate(SOUND),
    lambda word: word.translate(LEET),
    lambda word: "".join(chr(ord(one) + 0xFEE0) for one in word),
    lambda word: f"{word}s",
    lambda word: f"xx{word}yy",
    lambda word: f"@{word}",
    lambda word: f"https://{word}.example",
    lambda word: "".join(f"%{ord(one):02x}" for one in word),
)
UNCOMMON = st.text(string.ascii_lowercase, min_size=5, max_size=12)


@given(UNCOMMON, st.sampled_from(DISGUISES), st.integers(0, 3))
@settings(max_examples=200, deadline=None)
def test_any_word_of_a_post_is_found_in_any_disguise(word: str, disguise, place: int) -> None:
    assume(word not in own().common and word not in SAID.lower())
    sentences = ["We are sorry.", "Please do not share it.", "It has been removed."]
    sentences.insert(place, disguise(word))
    assert said(" ".join(sentences), (Piece(Origin.POST, f"They met {word} there."),))


SPOKEN = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
DIGIT_DISGUISES = (
    lambda digits: digits,
    " ".join,
    "-".join,
    "".join,
    lambda digits: " ".join(SPOKEN[int(one)] for one in digits),
    lambda digits: "".join(chr(0x0660 + int(one)) for one in digits),
    lambda digits: "".join(chr(0xFF10 + int(one)) for one in digits),
    lambda digits: "".join(chr(0x1D7D8 + int(one)) for one in digits),
    lambda digits: "\u200b".join(digits),
    lambda digits: f"no{digits}x",
    lambda digits: digits[::-1],
    lambda digits: f"{digits[:3]} {digits[3:]}",
)


@given(st.integers(1000, 10**11).map(str), st.sampled_from(DIGIT_DISGUISES))
@settings(max_examples=100, deadline=None)
def test_any_number_of_a_post_is_found_in_any_disguise(digits: str, disguise) -> None:
    post = (Piece(Origin.POST, f"Call {digits} now"),)
    assert said(SAID.format(disguise(digits)), post)


def test_what_notices_say_by_themselves_passes_whatever_the_post_was() -> None:
    texts = own_text_of_notices()
    said_of_ours = {word for text in texts for word in text.split()}
    post = [
        Piece(
            Origin.POST, f"{' '.join(sorted(said_of_ours))} 1 2 3 5 50 54 92 108 a b e g i o s t z"
        ),
        Piece(Origin.NOTE, " ".join(one + two for one in texts for two in ("what", "reporting"))),
    ]
    long = [text for text in texts if len(read(text)) > 2]
    mine = Own(texts, common_words([]))
    assert find_taint([(Part.MESSAGE, text) for text in long], post, mine) == ()


@pytest.mark.parametrize("language", ["fr", "es", "pt", "ru", "ar", "zh", "cy"])
def test_each_language_has_common_words_and_no_numbers_among_them(language: str) -> None:
    listed = common_words([language]) - common_words([])
    assert len(listed) > 150
    spelled = {word for word in listed if len(word) > 1 and list(runs(read(word)))}
    assert {word for word in spelled if not word.isalpha()} == set()
