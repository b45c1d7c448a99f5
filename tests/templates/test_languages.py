"""Statements in every language: the same claims as in English, whole, and never too long.

The gate chooses sentences by their ids, before any language is. So each sentence of each language
is held against words that only its own claims may use; and then every world is rendered.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cache
from itertools import chain, combinations

import pytest
from atproto_client.models.utils import get_model_as_dict
from twitter_text import parse_tweet
from worlds import NOTHING, SPEAKING, TOLD, every_fact

from integrations.platforms import bluesky_record, bluesky_text, mastodon_text, x_text
from models.words import Kind, StatementKind, Tier
from policy.claims import true_claims
from policy.words import Claim
from templates.again import line, published_again
from templates.catalogues import FOLDER, catalogue, catalogued, english, languages, spoken_in
from templates.choosing import choose
from templates.extracting import as_po, read_catalogue, updated
from templates.locales import ENGLISH, in_words, named
from templates.source import claims_of, every_sentence, sentences_of
from templates.voice import Voice
from templates.words import (
    SOURCE,
    MissingFactError,
    Rendered,
    StatementFacts,
    render_if_asked,
    render_statement,
    variants,
)

PHRASES: dict[str, dict[Claim, str]] = {
    "en": {
        Claim.POSTED_BY_MISTAKE: r"by mistake",
        Claim.NOT_AN_OFFICIAL_VIEW: r"official view",
        Claim.WAS_WRONG: r"\bwrong\b",
        Claim.WE_HAVE_CORRECTED: r"have corrected",
        Claim.HAS_BEEN_REMOVED: r"removed",
        Claim.UNAUTHORISED: r"unauthorised",
        Claim.WAS_NOT_HACKED: r"hacked|taken over",
        Claim.NO_PERSONAL_DATA: r"personal data",
        Claim.WAS_A_DRILL: r"drill|no threat",
        Claim.INVESTIGATION_UNDER_WAY: r"investigation",
    },
    "cy": {
        Claim.POSTED_BY_MISTAKE: r"bostio drwy gamgymeriad|phostio drwy gamgymeriad",
        Claim.NOT_AN_OFFICIAL_VIEW: r"farn swyddogol",
        Claim.WAS_WRONG: r"anghywir",
        Claim.WE_HAVE_CORRECTED: r"wedi’i chywiro",
        Claim.HAS_BEEN_REMOVED: r"wedi’i dileu",
        Claim.UNAUTHORISED: r"hawdurdodi",
        Claim.WAS_NOT_HACKED: r"hacio|cymryd rheolaeth",
        Claim.NO_PERSONAL_DATA: r"data personol",
        Claim.WAS_A_DRILL: r"ymarfer|oes perygl",
        Claim.INVESTIGATION_UNDER_WAY: r"ymchwiliad",
    },
    "fr": {
        Claim.POSTED_BY_MISTAKE: r"publié par erreur",
        Claim.NOT_AN_OFFICIAL_VIEW: r"position officielle",
        Claim.WAS_WRONG: r"inexact|erreur de notre part|sommes trompés",
        Claim.WE_HAVE_CORRECTED: r"avons rectifié",
        Claim.HAS_BEEN_REMOVED: r"a été supprimé",
        Claim.UNAUTHORISED: r"autorisé",
        Claim.WAS_NOT_HACKED: r"piraté|contrôle du compte",
        Claim.NO_PERSONAL_DATA: r"donnée personnelle",
        Claim.WAS_A_DRILL: r"exercice|aucun danger",
        Claim.INVESTIGATION_UNDER_WAY: r"enquête",
    },
    "es": {
        Claim.POSTED_BY_MISTAKE: r"publicó por error",
        Claim.NOT_AN_OFFICIAL_VIEW: r"posición oficial",
        Claim.WAS_WRONG: r"incorrect|equivocamos",
        Claim.WE_HAVE_CORRECTED: r"hemos corregido",
        Claim.HAS_BEEN_REMOVED: r"ha eliminado",
        Claim.UNAUTHORISED: r"autorizada",
        Claim.WAS_NOT_HACKED: r"pirateada|control de la cuenta",
        Claim.NO_PERSONAL_DATA: r"dato personal",
        Claim.WAS_A_DRILL: r"simulacro|hay peligro",
        Claim.INVESTIGATION_UNDER_WAY: r"investigación",
    },
    "pt": {
        Claim.POSTED_BY_MISTAKE: r"publicada por engano",
        Claim.NOT_AN_OFFICIAL_VIEW: r"posição oficial",
        Claim.WAS_WRONG: r"\berrad[ao]|errámos",
        Claim.WE_HAVE_CORRECTED: r"corrigimos",
        Claim.HAS_BEEN_REMOVED: r"foi removida",
        Claim.UNAUTHORISED: r"autorizada",
        Claim.WAS_NOT_HACKED: r"pirateada|controlo da conta",
        Claim.NO_PERSONAL_DATA: r"dados pessoais",
        Claim.WAS_A_DRILL: r"exercício|há perigo",
        Claim.INVESTIGATION_UNDER_WAY: r"investigação",
    },
    "ru": {
        Claim.POSTED_BY_MISTAKE: r"опубликовано по ошибке",
        Claim.NOT_AN_OFFICIAL_VIEW: r"официальную позицию",
        Claim.WAS_WRONG: r"неверн|ошиблись",
        Claim.WE_HAVE_CORRECTED: r"исправили",
        Claim.HAS_BEEN_REMOVED: r"удалено",
        Claim.UNAUTHORISED: r"санкционировано",
        Claim.WAS_NOT_HACKED: r"взломан|захвачен",
        Claim.NO_PERSONAL_DATA: r"персональные данные",
        Claim.WAS_A_DRILL: r"учени|опасности нет",
        Claim.INVESTIGATION_UNDER_WAY: r"расследование",
    },
    "ar": {
        Claim.POSTED_BY_MISTAKE: r"نُشر عن طريق الخطأ",
        Claim.NOT_AN_OFFICIAL_VIEW: r"موقف رسمي",
        Claim.WAS_WRONG: r"غير صحيح|أخطأنا",
        Claim.WE_HAVE_CORRECTED: r"صحّحناه",
        Claim.HAS_BEEN_REMOVED: r"تم حذف",
        Claim.UNAUTHORISED: r"مصرّحاً",
        Claim.WAS_NOT_HACKED: r"للاختراق|يستولِ",
        Claim.NO_PERSONAL_DATA: r"بيانات شخصية",
        Claim.WAS_A_DRILL: r"تدريب|يوجد خطر",
        Claim.INVESTIGATION_UNDER_WAY: r"تحقيق",
    },
    "zh": {
        Claim.POSTED_BY_MISTAKE: r"该帖系误发",
        Claim.NOT_AN_OFFICIAL_VIEW: r"官方立场",
        Claim.WAS_WRONG: r"有误",
        Claim.WE_HAVE_CORRECTED: r"已予更正",
        Claim.HAS_BEEN_REMOVED: r"已删除",
        Claim.UNAUTHORISED: r"未经授权",
        Claim.WAS_NOT_HACKED: r"黑客|接管",
        Claim.NO_PERSONAL_DATA: r"个人数据",
        Claim.WAS_A_DRILL: r"演习|没有危险",
        Claim.INVESTIGATION_UNDER_WAY: r"调查",
    },
}  # fmt: skip
"""What only a sentence that makes the claim says. Written apart from the catalogues."""

FROM_A_SISTER = replace(TOLD, elsewhere="@embassy_example")
SPOKEN = sorted(catalogued())
FOREIGN = sorted(catalogued() - {ENGLISH})
ARABIC = "ar"
ISOLATES, END = "\u2066\u2067\u2068", "\u2069"

PLATFORMS: dict[str, Callable[[str], bool]] = {
    "x": lambda text: x_text.weighed(text) <= x_text.LONGEST,
    "bluesky": bluesky_text.takes,
    "mastodon": lambda text: mastodon_text.weighed(text, 23) <= 500,
}


@cache
def fits(platform: str, text: str) -> bool:
    """Whether the platform would take it; a text this short fits everywhere."""
    return len(text) < 115 or PLATFORMS[platform](text)


@cache
def asked_by(template: str) -> frozenset[str]:
    """The claims that a template asks about, in any of its variants."""
    said = chain(*(sentences_of(SOURCE, f"{one}.txt") for one in variants(template)))
    return frozenset(claim for one in said for claim in one.claims)


@dataclass(frozen=True)
class Asked:
    """What words are wanted for. ``true`` is only what the template asks about: the rest is never
    looked at, so that many worlds are one text."""

    statement: StatementKind | None
    kinds: tuple[Kind, ...]
    facts: StatementFacts
    true: frozenset[str]

    def words(self, language: str, platform: str) -> Rendered:
        """Raises TooLongError."""
        return _words(self, language, platform)


@cache
def _words(asked: Asked, language: str, platform: str) -> Rendered:
    if asked.statement is None:
        return render_if_asked(asked.kinds, asked.facts, asked.true, language)
    room = lambda text: fits(platform, text)  # noqa: E731
    return render_statement(asked.statement, asked.kinds, asked.facts, asked.true, language, room)


def check(asked: Asked) -> None:
    """No claim that is not true, in any language; the same as in English; and it fits."""
    for platform in PLATFORMS:
        source = asked.words(ENGLISH, platform)
        for language in SPOKEN:
            words = asked.words(language, platform)
            assert words.language == language
            said = frozenset().union(*map(claims_of, words.sentences))
            assert said == set(words.claims_made) <= asked.true, words.text
            if words.template == source.template:
                assert words.sentences == source.sentences
            if asked.statement is not None:
                assert fits(platform, words.text), words.text


def asked_in(kinds: tuple[Kind, ...], true: frozenset[str]) -> Iterator[Asked]:
    """Each sort of words, without facts, with them, and from a sister account."""
    for statement in (*SPEAKING, None):
        row = choose(statement or "if-asked", kinds)
        for facts in (NOTHING, TOLD, FROM_A_SISTER):
            if facts is not NOTHING or not row.needs:
                yield Asked(statement, kinds, facts, true & asked_by(row.template))


@pytest.mark.parametrize("language", SPOKEN)
def test_a_sentence_says_what_its_claims_say_and_no_other_claim(language: str) -> None:
    said = catalogue(language).sentences
    for sentence, text in said.items():
        heard = {
            claim.value
            for claim, phrase in PHRASES[language].items()
            if re.search(phrase, re.sub(r"\{\w+\}", "", text), re.IGNORECASE)
        }
        if sentence != "published-again":  # what a person has decided, never asked of the gate
            assert heard == claims_of(sentence), (sentence, text)


def test_a_sentence_has_one_english_and_every_claim_has_a_sentence() -> None:
    for one in every_sentence():
        assert one.english == english()[one.id]
    assert frozenset(Claim) == frozenset().union(*map(claims_of, english()))


@pytest.mark.parametrize("kind", Kind)
def test_with_all_claims_and_with_none_each_language_says_the_same_and_fits(kind: Kind) -> None:
    for true in (frozenset[str](), frozenset(claim.value for claim in Claim)):
        for asked in asked_in((kind,), true):
            check(asked)


@pytest.mark.matrix
@pytest.mark.parametrize("kind", Kind)
def test_every_world_in_every_language_on_every_platform(kind: Kind) -> None:
    """Every kind alone and with one that pulls it another way, both tiers, every set of facts."""
    seen = {
        asked
        for kinds in ((kind,), (kind, Kind.WRONG_ACCOUNT), (kind, Kind.PREMATURE))
        for tier in Tier
        for facts in every_fact()
        for asked in asked_in(
            kinds, frozenset(one.value for one in true_claims(facts, kinds, tier))
        )
    }
    for asked in seen:
        check(asked)
    assert len(seen) > 50


@pytest.mark.matrix
@pytest.mark.parametrize("kind", Kind)
def test_every_set_of_claims_that_a_template_asks_about_fits(kind: Kind) -> None:
    for asked in asked_in((kind,), frozenset(claim.value for claim in Claim)):
        subsets = (combinations(sorted(asked.true), size) for size in range(len(asked.true) + 1))
        for true in chain(*subsets):
            check(replace(asked, true=frozenset(true)))


@pytest.mark.parametrize("language", FOREIGN)
def test_a_shipped_catalogue_is_whole_and_is_what_the_templates_say(language: str) -> None:
    assert catalogue(language).gaps == ()
    there = (FOLDER / f"{language}.po").read_bytes()
    assert as_po(updated(read_catalogue(language))) == there, "run make catalogues"


def test_every_language_of_the_issue_has_a_catalogue() -> None:
    assert languages() == {"en", "cy", "fr", "es", "ar", "pt", "ru", "zh"}


@pytest.mark.parametrize(
    ("tag", "speaks"),
    [
        ("en-GB", "en"), ("pt-BR", "pt"), ("zh", "zh"), ("zh-CN", "zh"), ("zh-TW", None),
        ("zh-Hant", None), ("de", None), ("und", None), ("zxx", None), ("../notices", None),
        ("", None),
    ],
)  # fmt: skip
def test_a_catalogue_speaks_to_who_reads_its_language_and_script(
    tag: str, speaks: str | None
) -> None:
    assert spoken_in(tag) == speaks


@pytest.mark.parametrize("language", SPOKEN)
def test_what_is_inserted_in_an_arabic_statement_is_isolated_and_every_isolate_ends(
    language: str,
) -> None:
    facts = replace(FROM_A_SISTER, wrong="The fee is £50 (مجانا", right="الرسوم £55 @dept")
    words = render_statement(
        StatementKind.APOLOGY_AND_CORRECTION, [Kind.FACTUAL], facts, frozenset(), language
    )
    for paragraph in words.text.split("\n\n"):
        depth = 0
        for letter in paragraph:
            depth += (letter in ISOLATES) - (letter == END)
            assert 0 <= depth <= 1
        assert depth == 0
    inserted = re.findall(f"[{ISOLATES}]([^{END}]*){END}", words.text)
    wanted = [facts.wrong, facts.right]
    if language == ARABIC:
        wanted = [facts.elsewhere, *wanted, facts.source_url]
    assert [one.rstrip(".") for one in inserted] == wanted


def test_a_link_among_arabic_is_a_whole_link_on_each_platform() -> None:
    words = render_statement(
        StatementKind.CORRECTION, [Kind.FACTUAL], FROM_A_SISTER, frozenset(), ARABIC
    )
    facets = bluesky_record._links(words.text)
    assert [get_model_as_dict(one.features[0])["uri"] for one in facets] == [TOLD.source_url]
    whole = int(parse_tweet(words.text).weightedLength)
    without = int(parse_tweet(words.text.replace(str(TOLD.source_url), "")).weightedLength)
    assert whole - without == 23
    shown = mastodon_text.weighed(words.text, 23)
    assert shown - mastodon_text.weighed(words.text.replace(str(TOLD.source_url), ""), 23) == 23


def test_isolates_are_counted_as_the_platform_counts_them() -> None:
    assert int(parse_tweet("\u2066a\u2069").weightedLength) == 5
    assert bluesky_text.length("\u2066a\u2069") == 3
    assert mastodon_text.weighed("\u2066a\u2069", 23) == 3


@pytest.mark.parametrize(
    ("language", "day", "moment", "number"),
    [
        ("en", "4 June 2026", "4 June 2026, 10:42 GMT+01:00", "1,234.5"),
        ("fr", "4 juin 2026", "4 juin 2026, 10:42 UTC+01:00", "1\u202f234,5"),
        ("es", "4 de junio de 2026", "4 de junio de 2026, 10:42 GMT+01:00", "1.234,5"),
        ("ru", "4 июня 2026\u202fг.", "4 июня 2026\u202fг., 10:42 GMT+01:00", "1\xa0234,5"),
        ("zh", "2026年6月4日", "2026年6月4日 10:42 GMT+01:00", "1,234.5"),
    ],
)
def test_days_times_and_numbers_are_written_as_the_language_writes_them(
    language: str, day: str, moment: str, number: str
) -> None:
    at = datetime.fromisoformat("2026-06-04T10:42:00+01:00")
    assert in_words(date(2026, 6, 4), language) == day
    assert in_words(at, language) == moment
    assert in_words(1234.5, language) == number


def test_a_day_in_a_statement_is_the_languages_own() -> None:
    voice = Voice(
        "fr", {"right": date(2026, 6, 4), "wrong": datetime(2026, 6, 4, tzinfo=UTC)}, frozenset()
    )
    assert voice.say("it-should-read", "It should read: {right}") == "Il faut lire : 4 juin 2026."


def test_a_language_is_named_in_english() -> None:
    assert [named(one) for one in ("cy", "pt-BR", "zh-TW", "qme")] == [
        "Welsh", "Portuguese", "Chinese (Traditional)", "qme",
    ]  # fmt: skip


def test_a_post_that_is_published_again_says_so_in_its_language() -> None:
    assert line("fr-CA") == catalogue("fr").sentences["published-again"]
    assert line("de") == line("en")
    assert published_again("Bonjour", "fr") == f"Bonjour\n\n{line('fr')}"


def test_words_that_repeat_what_a_person_gave_say_so() -> None:
    told = render_statement(StatementKind.CORRECTION, [], TOLD, frozenset(), "zh")
    alone = render_statement(StatementKind.REMOVAL_NOTE, [], TOLD, frozenset(), "zh")
    assert told.repeats == {"wrong", "right", "source_url"}
    assert not alone.repeats


def test_a_missing_fact_of_another_language_is_missed() -> None:
    with pytest.raises(MissingFactError):
        render_statement(StatementKind.CORRECTION, [], NOTHING, frozenset(), "fr")
