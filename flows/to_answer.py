"""What waits for one person: the open questions that they may answer, by the rules that decide."""

from collections.abc import Callable

from flows.deciding.attesting import may_attest
from flows.deciding.before import Before
from flows.deciding.confirming import may_confirm
from flows.deciding.questions import may_judge
from models.decisions import Decision
from models.words import DecisionType
from policy.access import Act


def to_answer(by: Before) -> tuple[Decision, ...]:
    """The questions of this incident that this person may answer now, in the order of their
    asking."""
    if by.seen.incident.closed_at is not None:
        return ()
    return tuple(one for one in by.seen.open_decisions() if answers(by, one))


def key_of(question: Decision) -> str:
    """What tells this question from the incident's others; where it stands on a page."""
    return f"{question.type.value}-{question.target or 'incident'}"


def answers(by: Before, question: Decision) -> bool:
    """Whether this person may answer this one. A deletion is never confirmed by who asked for it,
    though they may be among those whom the question names."""
    rule = RULES.get(question.type)
    return rule(by, question) if rule else may_judge(by, question.type, question.target)


def _confirms(by: Before, question: Decision) -> bool:
    return by.may(Act.CONFIRM) and may_confirm(by, question.target)


def _attests(by: Before, question: Decision) -> bool:
    post = next((one for one in by.seen.posts if one.id == question.target), None)
    return post is not None and by.may(Act.ATTEST) and may_attest(by, post)


RULES: dict[DecisionType, Callable[[Before, Decision], bool]] = {
    DecisionType.CONFIRM: _confirms,
    DecisionType.ATTEST: _attests,
    DecisionType.FACTS: lambda by, _: by.may(Act.GIVE_FACTS),
    DecisionType.WORDS: lambda by, _: by.may(Act.WRITE_WORDS),
}
"""Questions that others may answer than the DTU and whoever was asked; or that not all of those
may."""
