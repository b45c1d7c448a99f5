"""What another kind of mistake leaves behind of an incident, as pure functions (design §3)."""

from collections.abc import Collection

from models.decisions import Decision
from models.incident import Post
from models.words import Because, Choice, DecisionType, DeleteWord, PostState
from policy.plan import Plan

REPLANNED = (DecisionType.CONFIRM, DecisionType.KEEP, DecisionType.FACTS, DecisionType.WORDS)
"""Questions that a new plan puts anew."""

ANSWERED_ANEW = (None, Choice.KEEP, Choice.EDIT, Choice.NO)


def is_taken_back(question: Decision, plan: Plan, by_hand: Collection[str]) -> bool:
    """Whether the question, or its answer, stands no longer under this plan. ``by_hand`` are the
    words that people were asked to publish."""
    if question.withdrawn_at is not None:
        return False
    asked_anew = question.type in REPLANNED and question.choice in ANSWERED_ANEW
    moot = question.target in by_hand or _is_moot(question, plan)
    return asked_anew or (moot and question.choice is None)


def was_refused(question: Decision) -> bool:
    """Whether it was asked because somebody would not delete the post."""
    return question.because == Because.WILL_NOT


def is_judged_anew(post: Post, refused: Collection[str]) -> bool:
    """That it stays, or that somebody would not delete it, was said of another kind of mistake."""
    return post.state in (PostState.ASKED, PostState.KEPT) or post.id in refused


def _is_moot(question: Decision, plan: Plan) -> bool:
    """Nobody need delete by hand what the new plan leaves up."""
    return question.type == DecisionType.ATTEST and plan.delete == DeleteWord.NO
