"""Points to which only people, other processes and an older database lead, and one that the matrix
passes on another road. ``tests/procedures/test_crashes_elsewhere.py`` kills at each, on both
sides."""

COMMITS = (
    "ask-about-published",
    "ask-by-hand",
    "ask-engines",
    "ask-words",
    "begin-outside-look",
    "begin-reconciling",
    "claim-link",
    "conclude-link",
    "claim-case-letter",
    "conclude-case-letter",
    "conclude-outside-look",
    "consider-referral",
    "end-evidence",
    "end-incident",
    "expire-clearance",
    "export",
    "forget-messages",
    "forget-ways-in",
    "note-delivery",
    "note-failure",
    "note-gap",
    "purged",
    "remind-case",
    "remove-evidence",
    "remove-incident",
    "settle-for-person",
    "settle-lines",
    "take-from-hands",
    "wake-overdue",
    "was-gone",
)
CALLS = (
    *("outside-look:before-call", "outside-look:after-call"),
    *("case-letter:before-call", "case-letter:after-call"),
)

POINTS = (*(f"{name}:{side}-commit" for name in COMMITS for side in ("before", "after")), *CALLS)
