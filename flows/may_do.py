"""What else one person may do with an incident, asked or not, by the rules that decide."""

from dataclasses import dataclass

from flows.deciding.before import Before
from flows.deciding.establishing import knows, may_establish
from flows.deciding.holding import may_hold
from flows.deciding.skipping import NEVER
from flows.deciding.speaking_at_once import lines_at_once
from flows.deciding.speaking_elsewhere import sisters, stands_alone
from flows.deciding.undoing import may_undo
from models.holding_lines import is_ahead, still_holds
from models.incident import Post
from models.people import Account
from models.standing import StepState, standing
from models.statements import Statement
from models.words import StatementKind, StatementState, Step
from policy.access import Act
from policy.at_once import AtOnce
from policy.words import Fact

UNDONE = frozenset({StepState.WORKING, StepState.WAITING})
UNSENT = frozenset(
    {
        StatementState.DRAFTED,
        StatementState.WAITING,
        StatementState.CLEARED,
        StatementState.NEEDS_HUMAN,
    }
)
"""Words that may still be let go. Whether they are on their way is known when it is tried."""


@dataclass(frozen=True)
class MayDo:
    """Each empty where there is nothing of it that this person may do now.

    ``others_know`` are the facts of ``facts`` for which they must say who told them; ``lines`` come
    with whose yes each needs; ``words`` are those that may be let go, or let stand. ``elsewhere``
    are words that one of ``sisters`` can say instead, ``again`` the posts that can be published
    again; ``outside``: to note whom they spoke to, ``requests``: for information.
    """

    reclassify: bool = False
    give_facts: bool = False
    facts: tuple[Fact, ...] = ()
    others_know: frozenset[Fact] = frozenset()
    steps: tuple[Step, ...] = ()
    words: tuple[Statement, ...] = ()
    accounts: tuple[Account, ...] = ()
    lines: tuple[tuple[StatementKind, AtOnce], ...] = ()
    elsewhere: tuple[Statement, ...] = ()
    sisters: tuple[Account, ...] = ()
    again: tuple[Post, ...] = ()
    outside: bool = False
    requests: bool = False

    def __bool__(self) -> bool:
        return self != MayDo()


def may_do(by: Before) -> MayDo:
    """What is open to them. Of a closed incident nothing is decided any more; requests for
    information come in about it all the same."""
    requests = by.may(Act.NOTE_REQUEST)
    if by.seen.incident.closed_at is not None:
        return MayDo(requests=requests)
    others = sisters(by) if by.may(Act.SPEAK_ELSEWHERE) else ()
    facts = tuple(fact for fact in Fact if may_establish(by, fact))
    return MayDo(
        reclassify=by.may(Act.RECLASSIFY),
        give_facts=by.may(Act.GIVE_FACTS),
        facts=facts,
        others_know=frozenset(fact for fact in facts if not knows(by, fact)),
        steps=_steps(by) if by.may(Act.SKIP) else (),
        words=tuple(one for one in by.seen.statements if _may_go(by, one))
        if by.may(Act.WAIVE)
        else (),
        accounts=tuple(one for one in by.seen.accounts.values() if may_hold(by, one)),
        lines=lines_at_once(by),
        elsewhere=tuple(one for one in by.seen.statements if _moves(one)) if others else (),
        sisters=others,
        again=may_undo(by),
        outside=by.may(Act.SPEAK_OUTSIDE),
        requests=requests,
    )


def _moves(one: Statement) -> bool:
    return one.state in UNSENT and stands_alone(one)


def _steps(by: Before) -> tuple[Step, ...]:
    found = standing(by.seen).steps
    return tuple(one.step for one in found if one.state in UNDONE and one.step not in NEVER)


def _may_go(by: Before, one: Statement) -> bool:
    out = is_ahead(one) and one.state == StatementState.PUBLISHED and still_holds(by.seen, one)
    return one.state in UNSENT or out
