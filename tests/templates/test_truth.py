"""For every kind, tier and set of facts: no template says what is not true, and all of it fits.

What is rendered is read by the same recogniser that reads people's words, so that the templates
and the recogniser test each other.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

import pytest
from twitter_text import parse_tweet
from worlds import NAMES, NOTHING, SPEAKING, TOLD, every_fact

from integrations.platforms import bluesky_text, mastodon_text
from models.words import Kind, StatementKind, Tier
from policy.claims import Facts, true_claims
from policy.looking import Found, Scene, look_at, sentence_of
from policy.reading import ENGLISH, read_claims
from policy.words import Claim, Finding
from templates.words import (
    MissingFactError,
    Rendered,
    StatementFacts,
    TooLongError,
    always,
    languages,
    render_if_asked,
    render_statement,
)

PLATFORMS: dict[str, Callable[[str], bool]] = {
    "x": lambda text: int(parse_tweet(text).weightedLength) <= 280,
    "bluesky": bluesky_text.takes,
    "mastodon": lambda text: mastodon_text.weighed(text, 23) <= 500,
}


@dataclass(frozen=True)
class Case:
    """One world that words may be asked of."""

    kinds: tuple[Kind, ...]
    tier: Tier
    facts: Facts

    @property
    def true(self) -> frozenset[str]:
        """The claims that may be made in it."""
        return frozenset(one.value for one in true_claims(self.facts, self.kinds, self.tier))


def every_case(kind: Kind) -> Iterator[Case]:
    """This kind alone and with one that pulls it another way, on both tiers, with all facts."""
    for kinds in ((kind,), (kind, Kind.WRONG_ACCOUNT), (kind, Kind.PREMATURE)):
        for tier in Tier:
            yield from (Case(kinds, tier, facts) for facts in every_fact())


def renderings(case: Case, facts: StatementFacts, language: str) -> Iterator[Rendered]:
    """Each sort of words for the case, long and as short as they get; none where facts miss."""
    for statement in SPEAKING:
        for room in (always, is_short):
            try:
                yield render_statement(statement, case.kinds, facts, case.true, language, room)
            except MissingFactError:
                assert facts is NOTHING
            except TooLongError:
                assert room is is_short
    yield render_if_asked(case.kinds, facts, case.true, language)


def is_short(text: str) -> bool:
    """Room for little: so that the shorter variant speaks, where there is one."""
    return len(text) < 230


@cache
def heard(text: str) -> frozenset[str]:
    read = read_claims(text)
    assert not read.unread, text
    return frozenset(one.value for one in read.made)


@cache
def fits(text: str, platform: str) -> bool:
    return PLATFORMS[platform](text)


IN_EVERY_TEST = (Kind.WRONG_ACCOUNT, Kind.FACTUAL, Kind.PERSONAL_DATA, Kind.PREMATURE)


def each_kind() -> list[object]:
    """Four that differ in every `make test`, all of them in `make test-long`."""
    return [
        kind if kind in IN_EVERY_TEST else pytest.param(kind, marks=pytest.mark.matrix)
        for kind in Kind
    ]


@pytest.mark.parametrize("kind", each_kind())
def test_no_statement_claims_what_is_not_true(kind: Kind) -> None:
    worlds = {(case.kinds, case.true): case for case in every_case(kind)}
    for case in worlds.values():
        for facts in (NOTHING, TOLD):
            for words in renderings(case, facts, ENGLISH):
                assert heard(words.text) == set(words.claims_made) <= case.true, words.text
    assert len(worlds) > 20


@pytest.mark.parametrize("language", sorted(languages()))
@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_statement_fits_every_platform(platform: str, language: str) -> None:
    everything = Facts(**dict.fromkeys(NAMES, True))
    for kind in Kind:
        for facts in (Facts(), everything):
            case = Case((kind,), Tier.OFFICIAL, facts)
            for statement in SPEAKING:
                words = render_statement(
                    statement, case.kinds, TOLD, case.true, language, PLATFORMS[platform]
                )
                assert fits(words.text, platform), words.text


@pytest.mark.parametrize("kind", Kind)
def test_every_statement_passes_what_peoples_words_must_pass(kind: Kind) -> None:
    """Spelling, manner, repair and plain English; as if a person had written the templates."""
    for facts in (Facts(), Facts(**dict.fromkeys(NAMES, True))):
        for words in renderings(Case((kind,), Tier.OFFICIAL, facts), TOLD, ENGLISH):
            # How long a sentence gets that holds a reporter's facts is the reporter's.
            said = {one for one in looked_at(words) if one.finding != Finding.LONG_SENTENCE}
            assert not {sentence_of(one) for one in said}, words.text
        for words in renderings(Case((kind,), Tier.OFFICIAL, facts), NOTHING, ENGLISH):
            assert not {sentence_of(one) for one in looked_at(words)}, words.text


@cache
def looked_at(words: Rendered) -> tuple[Found, ...]:
    apology = words.template.startswith("apology")
    scene = Scene(
        StatementKind.APOLOGY if apology else StatementKind.NOTE,
        known=frozenset({"Exampletown"}),
        hosts=frozenset({"www.gov.uk"}),
    )
    return look_at(words.text, scene)


def test_the_recogniser_hears_a_claim_that_a_template_hid() -> None:
    """What the exhaustive test would find: a claim that is written and not asked for."""
    words = render_statement(StatementKind.NOTE, [Kind.NOISE], NOTHING, frozenset())
    assert heard(f"{words.text} It has been removed.") == {Claim.HAS_BEEN_REMOVED.value}
