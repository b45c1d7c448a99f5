"""What the tables decide for an incident: the plan that the procedure then carries out."""

from dataclasses import dataclass
from enum import StrEnum

from models.words import Circumstance, DeleteWord, Kind, ReferralWord, Role, StatementKind, Tier


class CorrectionWord(StrEnum):
    """Whether the right facts must be posted too (line 122)."""

    NO = "no"
    REQUIRED = "required"
    IF_WRONG = "if-wrong"
    LATER = "later"
    AGREED = "agreed"


class ClearanceMode(StrEnum):
    """How many people must say yes (lines 76-80)."""

    NOT_NEEDED = "not-needed"
    PRE_CLEARED = "pre-cleared"
    ANY_OF = "any-of"
    ALL_OF = "all-of"


@dataclass(frozen=True)
class ClearanceRule:
    """Who must clear. ``roles`` is empty for the first two modes.

    ``groups`` is the exact rule: one yes from each group, and within a group anyone will do. For
    PRE_CLEARED they are who clears words that depart from the pre-cleared text; where they are
    empty, that is the plan's ``falls_to``.
    """

    mode: ClearanceMode
    roles: tuple[Role, ...] = ()
    groups: tuple[tuple[Role, ...], ...] = ()


@dataclass(frozen=True)
class Plan:
    """The decision for one set of kinds and circumstances.

    ``words_due`` and ``ask_within`` are minutes; None where nothing falls due. ``sources`` are
    lines of the policy. ``table_digest`` is the SHA-256 of the tables that decided. ``told`` never
    holds LINE_MANAGER where ``manager_hears_only_that_security_leads``: that notice is another.
    ``secure`` opens the task to secure the account; ``secure_first`` makes the deletion wait for
    it. ``breach_clock`` says that the DPO's 72 hours run, whatever security decides on words.
    """

    kinds: tuple[Kind, ...]
    severity: int
    delete: DeleteWord
    correct_first: bool
    secure_first: bool
    ask_of: tuple[Role, ...]
    ask_within: int | None
    statement: StatementKind
    correction: CorrectionWord
    clearance: ClearanceRule
    words_due: int | None
    falls_to: tuple[Role, ...]
    told: tuple[Role, ...]
    digest_only: bool
    phone_first: Role | None
    manager_hears_only_that_security_leads: bool
    metadata_only: bool
    may_delete_without_capture: bool
    referral: ReferralWord
    rows: tuple[str, ...]
    sources: tuple[int, ...]
    table_digest: str
    circumstances: tuple[Circumstance, ...] = ()
    tier: Tier = Tier.OFFICIAL
    secure: bool = False
    breach_clock: bool = False

    @property
    def may_delete_at_once(self) -> bool:
        """Whether the first response may delete: only on ``now``, with nothing due before it."""
        return self.delete is DeleteWord.NOW and not self.correct_first and not self.secure_first
