"""The closed words that rows, tables and pages share, each with the label that people read."""

from enum import StrEnum


class Kind(StrEnum):
    """What sort of mistake it was; an incident may have several (policy lines 46-126)."""

    TYPO = "typo"
    FACTUAL = "factual"
    WRONG_ACCOUNT = "wrong-account"
    PRIVATE_MESSAGE = "private-message"
    PREMATURE = "premature"
    FALSE_ALARM = "false-alarm"
    OFF_POLICY = "off-policy"
    PARTIAL = "partial"
    HOST_POLITICS = "host-politics"
    OFFENSIVE = "offensive"
    BAD_TIMING = "bad-timing"
    COPYRIGHT_COMMERCIAL = "copyright-commercial"
    LEGAL = "legal"
    CLASSIFIED = "classified"
    SAFETY = "safety"
    PERSONAL_DATA = "personal-data"
    INTRUDER = "intruder"
    LEAVER = "leaver"
    UNATTENDED = "unattended"
    INSIDER_UNKNOWN = "insider-unknown"
    IMPERSONATION = "impersonation"
    SHARED = "shared"
    ARGUMENT = "argument"
    PERSONAL_ACCOUNT = "personal-account"
    NOISE = "noise"
    NOT_A_MISTAKE = "not-a-mistake"


SECRET_KINDS = frozenset({Kind.CLASSIFIED, Kind.SAFETY, Kind.PERSONAL_DATA})
"""Kinds whose detail may never be repeated in anything we send."""

UNCONFIRMED_DELETE_KINDS = SECRET_KINDS | {Kind.INTRUDER}
"""Kinds for which anyone's report may delete once, flagged and reviewed (design §8)."""


class Role(StrEnum):
    """A job that the tables name. Relations (line manager, owner) count as roles here."""

    DTU = "dtu"
    DTU_DUTY = "dtu-duty"
    MEDIA_OFFICE = "media-office"
    PRESS_DUTY = "press-duty"
    SECURITY = "security"
    IT_SECURITY = "it-security"
    POST_SECURITY = "post-security"
    DPO = "dpo"
    LEGAL = "legal"
    HR = "hr"
    POLICY_OWNER = "policy-owner"
    SUBJECT_OWNER = "subject-owner"
    GEOGRAPHIC_DIRECTOR = "geographic-director"
    COMMUNICATIONS_DIRECTOR = "communications-director"
    PROPRIETY = "propriety"
    PRIVATE_OFFICE = "private-office"
    ADMIN = "admin"
    AUDITOR = "auditor"
    # Relations, worked out per incident:
    LINE_MANAGER = "line-manager"
    ACCOUNT_OWNER = "account-owner"
    PUBLISHER = "publisher"
    POSTER = "poster"
    ONE_READER = "one-reader"


class Employer(StrEnum):
    """Who employs a person; each has its own route for possible misconduct (line 126)."""

    FCO = "fco"
    FCO_SERVICES = "fco-services"
    LOCALLY_ENGAGED = "locally-engaged"
    OTHER_DEPARTMENT = "other-department"
    CONTRACTOR = "contractor"
    MINISTER = "minister"
    SPECIAL_ADVISER = "special-adviser"


class Tier(StrEnum):
    """How official an account is. Personal accounts are never registered (lines 20-40)."""

    OFFICIAL = "official"
    PERSONAL_OFFICIAL = "personal-official"


class PosterKnown(StrEnum):
    """What a report says of who posted."""

    REPORTER = "reporter"
    NAMED = "named"
    UNKNOWN = "unknown"


class Audience(StrEnum):
    """Who could see a post on its platform."""

    PUBLIC = "public"
    UNLISTED = "unlisted"
    FOLLOWERS = "followers"
    NAMED = "named"


class Circumstance(StrEnum):
    """A recorded fact about the post that raises severity or changes what is said."""

    PEOPLE_MAY_ACT = "people-may-act"
    EMERGENCY_FACT = "emergency-fact"
    POLITICAL_OR_OFFENSIVE = "political-or-offensive"
    NAMES_STATE_OR_PERSON = "names-state-or-person"
    SAFETY_OR_MARKETS = "safety-or-markets"
    ELECTION_PERIOD = "election-period"
    INCITES = "incites"
    NOTICED = "noticed"
    SECURITY_ACCOUNT = "security-account"
    KEEP_AND_CORRECT = "keep-and-correct"
    LINE_79_TOPIC = "line-79-topic"
    INTRUDER_STILL_IN = "intruder-still-in"
    PUBLISHED_SOURCE = "published-source"
    COPYRIGHT = "copyright"
    PERSON_IDENTIFIABLE = "person-identifiable"
    CREDENTIALS_SHOWN = "credentials-shown"


class DeleteWord(StrEnum):
    """What the table says about taking the post down."""

    NOW = "now"
    ASK = "ask"
    BY_HAND = "by-hand"
    NO = "no"


class StatementKind(StrEnum):
    """Which public words a kind of mistake calls for (lines 120-122)."""

    NONE = "none"
    APOLOGY = "apology"
    CORRECTION = "correction"
    APOLOGY_AND_CORRECTION = "apology-and-correction"
    HOLDING_LINE = "holding-line"
    REMOVAL_NOTE = "removal-note"
    NOTE = "note"
    CHECKING = "checking"  # the holding line that goes out while facts are checked


class ReferralWord(StrEnum):
    """Whether possible misconduct is to be considered by a person (lines 54-56)."""

    NO = "no"
    CONSIDER = "consider"


class IncidentState(StrEnum):
    """Where an incident stands as a whole."""

    ACCEPTED = "accepted"
    WORKING = "working"
    WAITING = "waiting"
    CLOSED = "closed"


class Wait(StrEnum):
    """What an incident waits for; the Prefect state of a run is named after it."""

    CONFIRMATION = "confirmation"
    DECISION = "decision"
    BY_HAND = "by-hand"
    PERSON = "person"
    PLATFORM = "platform"
    FACTS = "facts"
    WORDS = "words"
    CLEARANCE = "clearance"
    REPLACEMENT = "replacement"
    ADVICE = "advice"
    MAIL = "mail"
    CLOSING = "closing"
    ENGINE = "engine"


WAIT_LABELS: dict[Wait, str] = {
    Wait.CONFIRMATION: "Waiting for a second person to confirm",
    Wait.DECISION: "Waiting for a decision to delete or keep",
    Wait.BY_HAND: "Waiting for someone to delete it by hand",
    Wait.PERSON: "Waiting for a person to say what is true",
    Wait.PLATFORM: "Waiting for the platform",
    Wait.FACTS: "Waiting for the right facts",
    Wait.WORDS: "Waiting for someone to write the words",
    Wait.CLEARANCE: "Waiting for clearance",
    Wait.REPLACEMENT: "Waiting for the words that replace a holding line",
    Wait.ADVICE: "Waiting for advice",
    Wait.MAIL: "Waiting for the message service",
    Wait.CLOSING: "Waiting to be closed",
    Wait.ENGINE: "Waiting for the engine",
}


PUBLISH_BY_HAND = "Waiting for someone to publish the words by hand, and to give the link"
"""What people read instead of ``Wait.PERSON``, where the words only a person can publish wait."""

LOOK_AT_WORDS = "Waiting for someone to deal with published words that repeat what must not be said"
"""What people read instead of ``Wait.CONFIRMATION``, where words went out before the mistake turned
out to be secret, personal or dangerous."""

EDIT_BY_HAND = "Waiting for someone to put the post right by hand, and to give its link"
"""The same, where the words go in the place of a post."""


class PostState(StrEnum):
    """What is known of one post, in the words of the interface."""

    LIVE = "live"
    ASKED = "asked"
    DELETING = "deleting"
    GONE = "gone"
    ATTESTED = "attested"
    BY_HAND = "by_hand"
    UNKNOWN = "unknown"
    NEEDS_HUMAN = "needs_human"
    KEPT = "kept"


class Presence(StrEnum):
    """The three answers to "is it there?" (design §3.6)."""

    PRESENT = "present"
    GONE = "gone"
    UNKNOWN = "unknown"


class StatementState(StrEnum):
    """Where public words stand."""

    DRAFTED = "drafted"
    WAITING = "waiting"
    CLEARED = "cleared"
    PUBLISHED = "published"
    UNKNOWN = "unknown"
    NEEDS_HUMAN = "needs_human"
    WITHDRAWN = "withdrawn"


class NoticeState(StrEnum):
    """Where a message to the chain stands."""

    QUEUED = "queued"
    SENT = "sent"
    UNKNOWN = "unknown"
    FAILED = "failed"
    ACKNOWLEDGED = "acknowledged"


class Delivery(StrEnum):
    """What a carrier says became of a message that it took."""

    UNDER_WAY = "under-way"
    DELIVERED = "delivered"
    HANDED_ON = "handed-on"  # to a network that gives no receipt
    NEVER = "never"  # no such number or address
    NOT_NOW = "not-now"  # the phone was off, or the mailbox full, for as long as it was tried
    GIVEN_UP = "given-up"  # the carrier itself failed


UNDELIVERED = frozenset({Delivery.NEVER, Delivery.NOT_NOW, Delivery.GIVEN_UP})


class Medium(StrEnum):
    """How a message travels. Mail wakes nobody."""

    MAIL = "mail"
    TEXT = "text"
    CHAT = "chat"


class EffectKind(StrEnum):
    """An act on the outside world."""

    DELETE = "delete"
    PUBLISH = "publish"
    NOTICE = "notice"


class EffectState(StrEnum):
    """The life of an effect (design §6)."""

    PLANNED = "planned"
    AUTHORISED = "authorised"
    INFLIGHT = "inflight"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    RETRY = "retry"
    UNKNOWN = "unknown"
    NEEDS_HUMAN = "needs_human"
    ABANDONED = "abandoned"
    WITHDRAWN = "withdrawn"


class Outcome(StrEnum):
    """How one attempt ended, in the classes of the ledger's table."""

    DONE = "done"
    NOT_SENT = "not-sent"
    NOT_DONE = "not-done"
    REFUSED = "refused"
    NOT_AUTHORISED = "not-authorised"
    UNKNOWN = "unknown"


class CaptureDepth(StrEnum):
    """How much was kept before deletion."""

    FULL = "full"
    METADATA = "metadata"


class DecisionType(StrEnum):
    """A human decision: a question that waits as a row, or one that a person takes unasked."""

    CONFIRM = "confirm"  # a second person agrees to the deletion
    KEEP = "keep"  # delete or keep, where the table says ask
    ATTEST = "attest"  # a named person says that it is gone
    SETTLE = "settle"  # the ledger could not read the truth
    FACTS = "facts"  # the wrong and the right claim, with a source
    ESTABLISH = "establish"  # a fact that public words may rest on
    WORDS = "words"  # no template fits: a person writes them
    HOLDING_LINE = "holding-line"  # words go out ahead of those that are due
    REPLACE = "replace"  # what replaces them
    ADVISE = "advise"
    RECLASSIFY = "reclassify"
    SKIP = "skip"
    WAIVE = "waive"
    ELSEWHERE = "elsewhere"  # a sister account says the words
    UNDO = "undo"  # a post deleted wrongly is published again
    SPEAK = "speak"  # a named person spoke to somebody outside the department
    HOLD = "hold"
    CLOSE = "close"
    REFER = "refer"


class Because(StrEnum):
    """Why a person is asked anew."""

    STILL_THERE = "still-there"
    WILL_NOT = "will-not"
    NOT_THERE = "not-there"
    ANOTHER_ACCOUNT = "another-account"
    WORDS_DIFFER = "words-differ"
    OLDER = "older"
    NOT_FOUND = "not-found"
    UNREADABLE = "unreadable"
    SEVERAL = "several"
    UNTRUE = "untrue"


class Choice(StrEnum):
    """The answers that a decision can have."""

    YES = "yes"
    NO = "no"
    DELETE = "delete"
    KEEP = "keep"
    EDIT = "edit"
    GONE = "gone"
    WILL_NOT = "will-not"
    THERE = "there"
    NOT_THERE = "not-there"
    GIVEN = "given"
    REFER = "refer"
    DO_NOT_REFER = "do-not-refer"


class ReferralState(StrEnum):
    """Where the consideration of possible misconduct stands; HR alone sees it."""

    CONSIDERING = "considering"
    REFERRED = "referred"
    NOT_REFERRED = "not-referred"
    HANDED_OVER = "handed-over"


class Step(StrEnum):
    """A line of the procedure; the order is that of design §3."""

    TELL = "tell"
    PRESERVE = "preserve"
    DELETE = "delete"
    VERIFY = "verify"
    WORD = "word"
    CLEAR = "clear"
    PUBLISH = "publish"
    REFER = "refer"
    ADVISE = "advise"
    CLOSE = "close"
