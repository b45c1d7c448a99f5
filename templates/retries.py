"""What is tried again, in a sentence: retries.csv, with the clause that says why."""

import csv
from datetime import datetime
from functools import cache

from models.retries import HELD, Retry
from templates.environment import HERE
from templates.labels import label
from templates.moments import clock
from templates.reasons import because

MAIL = "mail"
NOW = "now"


def retry_sentence(retry: Retry, now: datetime, *, held_by: str) -> str:
    """What waits, for what, until when. ``held_by`` is how whoever holds the account is named."""
    account = retry.account
    facts = {
        "other": label("platform", account.platform if account else MAIL),
        "account": f"@{account.handle}" if account else "",
        "role": label("role", retry.to_role) if retry.to_role else "",
        "by": held_by,
    }
    due = retry.next_at is None or retry.next_at <= now
    times = {
        "next_at": label("next_at", NOW if due else clock(retry.next_at or now, now)),
        "until": clock(retry.next_at or now, now),
        "tries": label("tries", retry.tries),
        "because": because(retry.code, facts) or "",
    }
    return _sentences()[retry.of, _when(retry)].format_map(facts | times)


def _when(retry: Retry) -> str:
    return HELD if retry.code == HELD else retry.state


@cache
def _sentences() -> dict[tuple[str, str], str]:
    with (HERE / "retries.csv").open(encoding="utf-8", newline="") as table:
        return {(row["what"], row["state"]): row["sentence"] for row in csv.DictReader(table)}
