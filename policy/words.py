"""The closed words of the decision tables that rows and pages do not share."""

from enum import StrEnum


class Severity(StrEnum):
    """How serious; ``content`` takes the other kinds' severity, ``none`` has none of its own."""

    ONE = "1"
    TWO = "2"
    THREE = "3"
    FOUR = "4"
    CONTENT = "content"
    NONE = "none"


class Order(StrEnum):
    """What comes before the deletion, or beside it."""

    AS_IS = "as-is"
    CORRECT_FIRST = "correct-first"
    SECURE_FIRST = "secure-first"
    SECURE_IF_INTRUDER_IN = "secure-if-intruder-in"
    SECURE_BESIDE = "secure-beside"


class Due(StrEnum):
    """When words fall due, where that is no number of minutes."""

    AS_THE_SPECIALIST_SAYS = ""
    NEXT_DAY = "next-day"
    NEVER = "none"


class YesNo(StrEnum):
    """Yes or no."""

    YES = "yes"
    NO = "no"


class Topic(StrEnum):
    """What a statement is about, for the clearance table (lines 78-80)."""

    ESTABLISHED_LINE = "established-line"
    NO_PRESS_LINE = "no-press-line"
    LINE_BEING_AGREED = "line-being-agreed"
    MINISTERIAL_MOVEMENTS = "ministerial-movements"
    REBUTTAL = "rebuttal"
    OUTSIDE_EXPERTISE = "outside-expertise"
    CLASSIFIED_DATA = "classified-data"


class Guidance(StrEnum):
    """The three answers of the clearance table (lines 78-80)."""

    GO_AHEAD = "go-ahead"
    SEEK_GUIDANCE = "seek-guidance"
    DO_NOT = "do-not"


class Claim(StrEnum):
    """Something that public words may say only where recorded facts make it true."""

    POSTED_BY_MISTAKE = "posted-by-mistake"
    NOT_AN_OFFICIAL_VIEW = "not-an-official-view"
    WAS_WRONG = "was-wrong"
    WE_HAVE_CORRECTED = "we-have-corrected"
    HAS_BEEN_REMOVED = "has-been-removed"
    UNAUTHORISED = "unauthorised"
    WAS_NOT_HACKED = "was-not-hacked"
    NO_PERSONAL_DATA = "no-personal-data"
    WAS_A_DRILL = "was-a-drill"
    INVESTIGATION_UNDER_WAY = "investigation-under-way"


class Fact(StrEnum):
    """A recorded fact that a claim rests on; each is a field of ``policy.claims.Facts``."""

    NOT_MEANT = "not-meant-by-poster-or-publisher"
    CLEARED_BY_NOBODY = "cleared-by-nobody"
    TIER_OFFICIAL = "tier-official"
    POSTER_SAID_PERSONAL = "poster-said-personal"
    WRONG_RIGHT_AND_SOURCE_RECORDED = "wrong-right-and-source-recorded"
    CORRECTION_CONFIRMED_EVERYWHERE = "correction-confirmed-everywhere"
    THIS_IS_THE_CORRECTION = "this-is-the-correction"
    EVERY_COPY_GONE = "every-copy-gone"
    UNAUTHORISED_VERIFIED = "unauthorised-verified"
    NOT_HACKED_VERIFIED = "not-hacked-verified"
    DPO_SAYS_NO_PERSONAL_DATA = "dpo-says-no-personal-data"
    DRILL_OWNER_CONFIRMED = "drill-owner-confirmed"
    INVESTIGATION_OPENED = "investigation-opened"


class Never(StrEnum):
    """What bars a claim, beside a kind or a tier."""

    CLEARED_POST = "cleared-post"
    OFFENSIVE_AND_MEANT = "offensive-and-meant"
    OWN_SLIP = "own-slip"


class Finding(StrEnum):
    """Something that is found in public words before they go out."""

    CONDITIONAL_APOLOGY = "conditional-apology"
    BLAMES = "blames"
    NAMES_POSTER = "names-poster"
    MAY_NAME_POSTER = "may-name-poster"
    NAMES_OUTCOME = "names-outcome"
    MISSPELT = "misspelt"
    UNKNOWN_WORD = "unknown-word"
    BAD_LINK = "bad-link"
    BARE_LINK = "bare-link"
    UNKNOWN_HOST = "unknown-host"
    UNKNOWN_HANDLE = "unknown-handle"
    TOO_LONG = "too-long"
    NO_APOLOGY = "no-apology"
    NO_REPAIR = "no-repair"
    NO_OLD_CLAIM = "no-old-claim"
    NO_RIGHT_CLAIM = "no-right-claim"
    LONG_SENTENCE = "long-sentence"
    NOT_PLAIN = "not-plain"
    MORE_THAN_A_TYPO = "more-than-a-typo"
    NO_ALT_TEXT = "no-alt-text"
