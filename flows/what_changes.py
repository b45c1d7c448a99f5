"""What another kind of mistake would change, said before it is done; from the same tables."""

from collections.abc import Collection
from dataclasses import dataclass

from flows.left_behind import is_judged_anew, is_taken_back, was_refused
from flows.refusals import BadRequestError
from models.decisions import Decision
from models.incident import Incident, Post
from models.publishing import is_left_behind
from models.snapshot import Snapshot
from models.statements import Statement
from models.words import Circumstance, DeleteWord, Kind, Role, StatementState, Tier
from policy.clearing import task_by_hand
from policy.decide import decide
from policy.plan import Plan
from policy.reader import PolicyError
from policy.stored import plan_of


@dataclass(frozen=True)
class Changes:
    """One plan beside the other, and what becomes of what there is.

    ``told`` are the roles that hear besides those who heard: who heard stays told. ``words`` are
    taken back, ``questions`` put anew (answered ones too, where the answer was for another kind),
    ``posts`` judged anew; ``out`` are words that are out, and stay. ``same`` where nothing is
    changed at all.
    """

    before: Plan
    after: Plan
    told: tuple[Role, ...]
    words: tuple[Statement, ...]
    questions: tuple[Decision, ...]
    posts: tuple[Post, ...]
    out: tuple[Statement, ...]
    same: bool


def what_changes(
    seen: Snapshot, kinds: Collection[Kind], circumstances: Collection[Circumstance]
) -> Changes:
    """What these kinds would change now. Raises BadRequestError, as the change itself would."""
    incident = seen.incident
    tiers = {account.tier for account in seen.posted_on}
    tier = Tier.PERSONAL_OFFICIAL if Tier.PERSONAL_OFFICIAL in tiers else Tier.OFFICIAL
    after = _decided(kinds, circumstances, tier)
    before = plan_of(incident) or _decided(*_now(incident), tier)
    by_hand = {one.id for one in seen.statements if task_by_hand(seen, one)}
    taken_back = tuple(one for one in seen.decisions if is_taken_back(one, after, by_hand))
    refused = {one.target for one in taken_back if was_refused(one)}
    return Changes(
        before=before,
        after=after,
        told=tuple(role for role in after.told if role not in before.told),
        words=tuple(
            one
            for one in seen.statements
            if is_left_behind(one.state, in_peoples_hands=one.id in by_hand)
        ),
        questions=taken_back,
        posts=tuple(one for one in seen.posts if is_judged_anew(one, refused)),
        out=tuple(one for one in seen.statements if one.state == StatementState.PUBLISHED),
        same=_now(incident) == (set(kinds), set(circumstances)),
    )


def deletes_more(changes: Changes) -> bool:
    """Whether posts that stay up now would be deleted at once."""
    return changes.after.delete == DeleteWord.NOW and changes.before.delete != DeleteWord.NOW


def _now(incident: Incident) -> tuple[set[Kind], set[Circumstance]]:
    return (
        {Kind(one) for one in incident.kinds},
        {Circumstance(one) for one in incident.circumstances},
    )


def _decided(kinds: Collection[Kind], circumstances: Collection[Circumstance], tier: Tier) -> Plan:
    try:
        return decide(kinds, circumstances, tier=tier)
    except PolicyError as error:
        raise BadRequestError(str(error)) from None
