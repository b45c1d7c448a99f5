"""Whether every account that carried the error carries the words, and who let one go that does not.

Words that go out ahead of those that are due (a holding line) do not count, and neither does a post
that is published again.
"""

from dataclasses import dataclass
from enum import StrEnum

from models.decisions import Decision
from models.holding_lines import is_ahead
from models.snapshot import Snapshot
from models.statements import Statement
from models.words import DecisionType, StatementKind, StatementState, Step


class Carries(StrEnum):
    """Where the words of one account stand."""

    SAID = "said"
    SAID_ELSEWHERE = "said-elsewhere"
    WAIVED = "waived"
    MISSING = "missing"


@dataclass(frozen=True)
class WordsOn:
    """One account that carried the error. ``statement`` is the one that stands for it, if any;
    ``let_go`` the decision of whoever let its words go."""

    account_id: str
    carries: Carries
    statement: Statement | None = None
    let_go: Decision | None = None

    @property
    def is_the_engines(self) -> bool:
        """Whether nothing waits for it: the engine drafts the words, or asks people for them."""
        nothing = self.statement is None or self.statement.state == StatementState.WITHDRAWN
        return self.carries is Carries.MISSING and nothing


def words_are_due(seen: Snapshot) -> bool:
    """Whether the plan calls for public words."""
    return str((seen.incident.plan or {}).get("statement", "")) not in ("", StatementKind.NONE)


def words_on_each(seen: Snapshot) -> tuple[WordsOn, ...]:
    """Every account of ours that carried the error, in the order of its posts; none where no words
    are due."""
    if not words_are_due(seen):
        return ()
    carried = dict.fromkeys(post.account_id for post in seen.posts if post.account_id)
    skipped = _skipped(seen)
    return tuple(_words_on(seen, account_id, skipped) for account_id in carried)


def _words_on(seen: Snapshot, account_id: str, skipped: Decision | None) -> WordsOn:
    mine = [one for one in seen.statements if _is_for(seen, one, account_id)]
    if out := next((one for one in mine if one.state == StatementState.PUBLISHED), None):
        at_home = out.account_id == account_id
        return WordsOn(account_id, Carries.SAID if at_home else Carries.SAID_ELSEWHERE, out)
    standing = [one for one in mine if one.state != StatementState.WITHDRAWN]
    let_go = [_waiver(seen, one) for one in mine]
    if mine and not standing and all(let_go):
        return WordsOn(account_id, Carries.WAIVED, mine[-1], let_go[-1])
    if skipped is not None:
        return WordsOn(account_id, Carries.WAIVED, None, skipped)
    return WordsOn(account_id, Carries.MISSING, next(iter((standing or mine)[-1:]), None))


def _is_for(seen: Snapshot, one: Statement, account_id: str) -> bool:
    """Whether these words are those that are due for this account, by the plan that now stands."""
    if one.generation != seen.incident.generation or one.restores or is_ahead(one):
        return False
    return (one.speaks_for or one.account_id) == account_id


def _waiver(seen: Snapshot, about: Statement) -> Decision | None:
    waived = (d for d in seen.decisions if d.type == DecisionType.WAIVE and d.target == about.id)
    return next((d for d in waived if d.choice and d.withdrawn_at is None), None)


def _skipped(seen: Snapshot) -> Decision | None:
    """Who let publishing go as a whole."""
    skips = (d for d in seen.decisions if d.type == DecisionType.SKIP and d.choice)
    return next((d for d in skips if d.target == Step.PUBLISH), None)
