"""The truth gate: which claims the recorded facts make true, and nothing else may be said."""

from collections.abc import Collection
from dataclasses import dataclass

from models.words import Kind, Tier
from policy.tables import ClaimRow, load
from policy.words import Claim, Fact, Never

__all__ = ["Claim", "Facts", "bars_on", "true_claims"]


@dataclass(frozen=True)
class Facts:
    """What has been recorded. None is unknown, and what is unknown is not said."""

    not_meant_by_poster_or_publisher: bool | None = None
    cleared_by_nobody: bool | None = None
    tier_official: bool | None = None
    poster_said_personal: bool | None = None
    wrong_right_and_source_recorded: bool | None = None
    correction_confirmed_everywhere: bool | None = None
    this_is_the_correction: bool | None = None
    every_copy_gone: bool | None = None
    unauthorised_verified: bool | None = None
    not_hacked_verified: bool | None = None
    dpo_says_no_personal_data: bool | None = None
    drill_owner_confirmed: bool | None = None
    investigation_opened: bool | None = None

    def holds(self, fact: Fact) -> bool:
        """Whether this fact is recorded as true."""
        return getattr(self, fact.value.replace("-", "_")) is True


def true_claims(
    facts: Facts, kinds: Collection[Kind], tier: Tier = Tier.OFFICIAL
) -> frozenset[Claim]:
    """The claims that may be made: their facts are recorded and nothing in 'never with' is so."""
    return frozenset(
        row.claim
        for row in load().claims
        if _is_true(row, facts) and not bars_on(row, facts, kinds, tier)
    )


def bars_on(
    row: ClaimRow, facts: Facts, kinds: Collection[Kind], tier: Tier
) -> tuple[Kind | Tier | Never, ...]:
    """What forbids the claim, whatever is recorded besides."""
    return tuple(bar for bar in row.never_with if _bars(bar, facts, kinds, tier))


def _is_true(row: ClaimRow, facts: Facts) -> bool:
    return all(any(facts.holds(fact) for fact in either) for either in row.true_when)


def _bars(bar: Kind | Tier | Never, facts: Facts, kinds: Collection[Kind], tier: Tier) -> bool:
    if isinstance(bar, Kind):
        return bar in kinds
    if isinstance(bar, Tier):
        return bar is tier
    not_meant = facts.holds(Fact.NOT_MEANT)
    return {
        Never.CLEARED_POST: facts.cleared_by_nobody is False,
        Never.OFFENSIVE_AND_MEANT: Kind.OFFENSIVE in kinds and not not_meant,
        Never.OWN_SLIP: not_meant,
    }[bar]
