"""Whether a post may be taken down now: the plan, who reported, and what people said (pure)."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from models.words import (
    UNCONFIRMED_DELETE_KINDS,
    Choice,
    DeleteWord,
    Kind,
    StatementKind,
)
from policy.plan import Plan


class Verdict(StrEnum):
    """What the first response may do with one post."""

    DELETE = "delete"
    DELETE_UNCONFIRMED = "delete-unconfirmed"
    ASK_CONFIRM = "ask-confirm"
    ASK_KEEP = "ask-keep"
    AFTER_CORRECTION = "after-correction"
    AFTER_SECURING = "after-securing"
    BY_HAND = "by-hand"
    LEAVE = "leave"


@dataclass(frozen=True)
class Said:
    """What bears on one post. ``entitled``: a publisher of the account or the DTU reported it.
    ``own_words``: it is a statement that we published."""

    entitled: bool
    unconfirmed_delete_left: bool
    confirmed: Choice | None = None
    kept: Choice | None = None
    corrected: bool = False
    secured: bool = False
    registered: bool = True
    skipped: bool = False
    own_words: bool = False


def verdict(plan: Plan, said: Said) -> Verdict:
    """What may be done (design §3.5, §8). Refusal is never silent: each answer has a next step."""
    if plan.delete == DeleteWord.NO or said.skipped:
        return Verdict.LEAVE
    if plan.delete == DeleteWord.BY_HAND or not said.registered:
        return Verdict.BY_HAND
    if said.confirmed == Choice.NO or said.kept in (Choice.KEEP, Choice.EDIT):
        return Verdict.LEAVE
    asks = plan.delete == DeleteWord.ASK or _is_ours_to_stand_by(plan.kinds, said)
    if asks and said.kept != Choice.DELETE:
        return Verdict.ASK_KEEP
    if plan.delete == DeleteWord.ASK:
        return Verdict.DELETE
    if not asks and not said.entitled and said.confirmed != Choice.YES:
        return _unconfirmed(plan.kinds, said)
    if plan.correct_first and plan.statement != StatementKind.NONE and not said.corrected:
        return Verdict.AFTER_CORRECTION
    if plan.secure_first and not said.secured:
        return Verdict.AFTER_SECURING
    return Verdict.DELETE


def _is_ours_to_stand_by(kinds: Collection[Kind], said: Said) -> bool:
    """Nothing deletes an apology by itself, unless it does harm: a person says so, by name."""
    return said.own_words and not any(kind in UNCONFIRMED_DELETE_KINDS for kind in kinds)


def _unconfirmed(kinds: Collection[Kind], said: Said) -> Verdict:
    harmful = any(kind in UNCONFIRMED_DELETE_KINDS for kind in kinds)
    if harmful and said.unconfirmed_delete_left:
        return Verdict.DELETE_UNCONFIRMED
    return Verdict.ASK_CONFIRM
