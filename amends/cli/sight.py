"""An incident on the screen: what happened to the posts, the words, the notices, and what waits."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from amends.cli.screen import show
from amends.cli.to_settle import show_settlements
from policy.directions import each_line_isolated
from templates.labels import label

ENDED = ("gone", "attested", "kept")
AT_THEIR_OWN_TIME = ("advice", "closing")
BY_ITSELF = ("platform", "mail", "engine")
ABOUT_POSTS = ("confirmation", "decision", "by-hand", "person")

NEEDS = {
    "settle": " --there (or --not-there)",
    "facts": " --wrong … --right … --source …",
    "words": " --text …",
    "advise": " --text …",
    "attest": " (or --refuse)",
    "keep": " --reason … (or --delete, or --edit …)",
}
"""What an answer cannot do without."""

GOOD = frozenset({"gone", "attested", "published", "acknowledged", "done", "closed"})
PRESSING = frozenset({"needs_human", "unknown", "failed", "by_hand", "asked"})


def ended(seen: dict[str, Any]) -> bool:
    """Whether every post is gone, said to be gone, or kept."""
    return all(post["state"] in ENDED for post in seen["posts"])


def person_waits(seen: dict[str, Any]) -> list[dict[str, Any]]:
    """What only a person can move on, apart from what comes at its own time."""
    idle = (*AT_THEIR_OWN_TIME, *BY_ITSELF)
    return [wait for wait in seen["waits"] if wait["waiting_for"] not in idle]


def of_the_posts(waits: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those of the waits that keep a post up."""
    return [wait for wait in waits if wait["waiting_for"] in ABOUT_POSTS]


def show_incident(seen: dict[str, Any]) -> None:
    """All that the person may see, in 80 columns."""
    head = f"{seen['reference']}  severity {seen['severity']}  {', '.join(seen['kinds'])}"
    show(head.rstrip(), style="bold")
    show(_headline(seen))
    show(f"Reported {_when(seen['opened_at'])}")
    if seen["came_of"]:
        show(f"It is about public words of {seen['came_of']}")
    if seen["led_to"]:
        show(f"Its public words are reported: {', '.join(seen['led_to'])}")
    if seen["breach_due_at"] and not (seen["closed_at"] and _is_past(seen["breach_due_at"])):
        show(f"If it is a breach, the Commissioner hears by {_when(seen['breach_due_at'])}")
    for line in map(_request, seen["information_requests"]):
        show(line)
    if seen["investigation_since"]:
        show(f"An investigation has been open since {_when(seen['investigation_since'])}")
    if seen["outside"] and not seen["closed_at"]:
        show(f"A named person speaks to: {'; '.join(seen['outside'])}")
    if took := _clock(seen["clock"]):
        show(took)
    _section("Posts", [_post(post) for post in seen["posts"]])
    _section("Words", _statements(seen["statements"]))
    _section("If asked", [("not for publication", seen["if_asked"])] if seen["if_asked"] else [])
    _section("Copies without words", _without_words(seen["words_on"]))
    _section("Notices", [_notice(one) for one in seen["notices"]])
    _section("Advice", [(d["by"], d["text"]) for d in _said(seen, "advise")])
    _section("Spoken to", [(d["by"], d["text"]) for d in _said(seen, "speak")])
    _show_waits(seen)
    show_settlements(seen["reference"], seen["settlements"])


def _request(one: dict[str, Any]) -> str:
    """A request for information, in a line of its own each."""
    came = f"Information was asked for on {_day(one['received_on'])}"
    if one["answered_at"]:
        return f"{came}, and answered on {_day(one['answered_at'])}. Nothing may be destroyed."
    overdue = " That day has passed." if _is_past(one["due_at"]) else ""
    return f"{came}: answer it by {_day(one['due_on'])}.{overdue} Nothing may be destroyed."


def _day(stamp: str) -> str:
    return f"{datetime.fromisoformat(stamp):%-d %B %Y}"


def _is_past(stamp: str) -> bool:
    return datetime.fromisoformat(stamp) < datetime.now(UTC)


def show_retries(seen: dict[str, Any]) -> None:
    """What is tried again by itself, where there is any."""
    _section("Tried again", [(one["what"], "\n".join(_retry(one))) for one in seen["retries"]])


def _show_waits(seen: dict[str, Any]) -> None:
    """What is waited for, in the order in which it presses; then what is tried again besides."""
    targets = {wait["target"] for wait in seen["waits"] if wait["waiting_for"] in BY_ITSELF}
    rows = [_wait(seen, wait) for wait in seen["waits"]]
    rows += [
        (one["what"], "\n".join(_retry(one)))
        for one in seen["retries"]
        if one["target"] not in targets
    ]
    _section("Waiting", list(dict.fromkeys(rows)))


def show_list(page: dict[str, Any]) -> None:
    """Incidents, a line each, the newest first."""
    if not page["incidents"]:
        show("There is no incident that you may see.")
        return
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    for name in ("reference", "severity", "state", "waiting for", "kinds"):
        table.add_column(name, overflow="fold")
    for one in page["incidents"]:
        table.add_row(
            one["reference"],
            str(one["severity"]),
            Text(one["state"], style=_style(one["state"])),
            one["waiting_for"] or "",
            ", ".join(one["kinds"]),
        )
    show(table)
    if page["next"]:
        show(f"There are more: amends status --before {page['next']}")


def show_entry(entry: dict[str, Any]) -> None:
    """One entry of the timeline; what does not fit a line goes on under its beginning."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row(_time(entry["at"]), Text(f"{entry['sentence']} ({entry['actor']})"))
    show(table)


def _section(title: str, rows: Sequence[tuple[str, str]]) -> None:
    if not rows:
        return
    show()
    show(title, style="bold")
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(overflow="fold", min_width=14, max_width=24)
    table.add_column(overflow="fold")
    for first, second in rows:
        table.add_row(Text(first, style=_style(first)), Text(each_line_isolated(second)))
    show(Padding(table, (0, 0, 0, 2)))


def _post(post: dict[str, Any]) -> tuple[str, str]:
    seen_by = {"own": "us", "public": "a stranger"}
    watchers = " and ".join(seen_by.get(one, one) for one in post["seen_gone_by"])
    by = f"\nseen gone by {watchers}" if watchers else ""
    if post["attested_by"]:
        by += f"\ngone on the word of {post['attested_by']}; nobody could verify it"
    if not post["ours"]:
        by += "\nnot an account of ours"
    return post["state"], post["url"] + by


def _headline(seen: dict[str, Any]) -> str:
    """What presses most, in the words for this very thing."""
    first = next((w for w in seen["waits"] if w["waiting_for"] == seen["waiting_for"]), None)
    said: str | None = first["label"] if first else seen["waiting_for_label"]
    return said or str(seen["state"]).capitalize()


def name_of(statement: dict[str, Any]) -> str:
    """What sort of words they are; those that go in a post's place are the post."""
    if statement["edits"]:
        return "the post put right"
    return "holding line" if statement["kind"] == "checking" else str(statement["kind"])


def account_of(statement: dict[str, Any]) -> str:
    """Where they go out, as platform/handle."""
    return f"{statement['platform']}/{statement['account']}"


def _statements(statements: Sequence[dict[str, Any]]) -> list[tuple[str, str]]:
    """The same words on several accounts are shown once."""
    shown: dict[str, str] = {}
    rows = []
    for one in statements:
        before = shown.get(one["text"] or "")
        rows.append(_statement(one, f"the same words as on {before}" if before else one["text"]))
        shown.setdefault(one["text"] or "", account_of(one))
    return rows


def _statement(one: dict[str, Any], said: str | None) -> tuple[str, str]:
    lines = [f"{name_of(one)} on {account_of(one)}"]
    if one["speaks_for"]:
        lines.append(f"for @{one['speaks_for']}, which is not safe")
    if one["language_note"]:
        lines.append(one["language_note"])
    if one["restores"]:
        lines.append("publishes a post again that was deleted wrongly")
    if one["expires_at"]:
        lines.append(_how_long(one))
    if one["text"] and said:
        lines.append(said)
    if one["cleared_by"]:
        until = f", until {_when(one['cleared_until'])}" if one["cleared_until"] else ""
        lines.append(f"cleared by {', '.join(one['cleared_by'])}{until}")
    if one["length"]:
        lines.append(f"{one['length']} of {one['longest']} characters, as the platform counts")
    if one["url"]:
        lines.append(one["url"])
    if one["published_by_hand_by"]:
        lines.append(f"published by hand by {one['published_by_hand_by']}")
    if one["attested_by"]:
        lines.append(f"not read back: on the word of {one['attested_by']}")
    if one["you_may_clear"]:
        lines += [*changes_of(one), *claims_of(one), *findings_of(one)]
        lines += ["You may clear these words. This statement’s id:", one["id"]]
    return one["state"], "\n".join(lines)


def _without_words(copies: Sequence[dict[str, Any]]) -> list[tuple[str, str]]:
    """The accounts that carried the error and do not say the words, and on whose word."""
    return [(one["carries"], _copy(one)) for one in copies if one["carries"] != "said"]


def _copy(one: dict[str, Any]) -> str:
    lines = [account_of(one)]
    if one["said_on"]:
        lines.append(f"@{one['said_on']} speaks for it")
    if one["waived_by"]:
        why = f": {one['reason']}" if one["reason"] else ""
        lines.append(f"let go by {one['waived_by']}{why}")
    return "\n".join(lines)


def _how_long(line: dict[str, Any]) -> str:
    """Until when a holding line should have been replaced, or that it was."""
    if line["replaced_by"]:
        return "replaced by the words that were due"
    return (
        f"goes out ahead of the words that are due; to be replaced by {_when(line['expires_at'])}"
    )


def changes_of(statement: dict[str, Any]) -> list[str]:
    """What the words put right, a line for each change; nothing where they correct nothing."""
    lines: list[str] = []
    out = ""
    for run in [*statement["difference"], {"how": "same", "text": ""}]:
        if run["how"] == "in" and out:
            lines.append(f"Changed: “{out}” becomes “{run['text']}”")
        elif run["how"] == "in":
            lines.append(f"Added: “{run['text']}”")
        elif out:
            lines.append(f"Left out: “{out}”")
        out = run["text"] if run["how"] == "out" else ""
    return lines


def claims_of(statement: dict[str, Any]) -> list[str]:
    """What the words claim or may claim, and why a claim may not be made; a line each."""
    return [_claim(one) for one in statement["claims"]]


def findings_of(statement: dict[str, Any]) -> list[str]:
    """What was found in the words, a line each: what it does, where, and the very words."""
    return [_finding(statement["text"] or "", one) for one in statement["findings"]]


def _finding(text: str, one: dict[str, Any]) -> str:
    does = "Cannot be sent" if one["then"] == "refused" else f"Look again ({one['finding']})"
    words = " ".join(text[one["start"] : one["end"]].split())
    return f"{does}: {one['sentence']}" + (f" “{words}”" if words else "")


def _claim(one: dict[str, Any]) -> str:
    where = ", ".join(str(number) for number in one["sentences"])
    if one["how"] == "says":
        said = f"Sentence {where} says {one['says']}"
        return f"{said}: {one['why_not']}" if one["why_not"] else f"{said}, and so it is recorded."
    if not one["asked"]:
        return f"Sentence {where} may say {one['says']}, and so it is recorded."
    said = f"Do they say {one['says']}? ({one['claim']}; sentence {where})"
    return f"{said} They may not: {one['why_not']}" if one["why_not"] else said


def _notice(one: dict[str, Any]) -> tuple[str, str]:
    when = one["acknowledged_at"] or one["sent_at"]
    whom = label("role", one["to_role"]) + ("" if one["by"] == "mail" else f", by {one['by']}")
    said = whom + (f" at {_time(when)}" if when else "")
    if one["delivery"]:
        said += f", {label('delivery', one['delivery'])}"
    return one["state"], "\n".join([said, *_ring(one["ring"])])


def _ring(ring: dict[str, Any] | None) -> list[str]:
    if ring is None:
        return []
    return [f"Ring {ring['name']}: {ring['phone'] or 'no number in the register'}"]


def _said(seen: dict[str, Any], type_: str) -> list[dict[str, Any]]:
    """The decisions of this type whose text this person may read."""
    return [d for d in seen["decisions"] if d["type"] == type_ and d["text"]]


def _wait(seen: dict[str, Any], wait: dict[str, Any]) -> tuple[str, str]:
    if wait["waiting_for"] in BY_ITSELF:
        again = [one for one in seen["retries"] if one["target"] == wait["target"]]
        if again:
            return wait["waiting_for"], "\n".join(line for one in again for line in _retry(one))
    lines = [wait["label"].removeprefix("Waiting "), *_about(seen, wait)]
    if wait["because_label"]:
        lines.append(f"asked again: {wait['because_label']}")
    if wait["asked_of"]:
        lines.append(f"asked of {', '.join(label('role', role) for role in wait['asked_of'])}")
    if wait["due_at"]:
        lines.append(f"due {_when(wait['due_at'])}")
    if wait["waiting_for"] in BY_ITSELF:
        lines.append("nothing for you to do: it goes on by itself")
    if hint := _hint(seen, wait):
        lines.append(hint)
    return wait["waiting_for"], "\n".join(lines)


def _about(seen: dict[str, Any], wait: dict[str, Any]) -> list[str]:
    """Which of several posts, or words, it is about; one yes clears the words of them all."""
    if wait["waiting_for"] not in ABOUT_POSTS:
        return []
    about = wait["target"]
    posts = {one["id"]: one["url"] for one in seen["posts"]}
    words = {one["id"]: f"on {account_of(one)}" for one in seen["statements"]}
    return [several[about] for several in (posts, words) if len(several) > 1 and about in several]


def _retry(one: dict[str, Any]) -> list[str]:
    """Why and when it is tried again, in the service's words, and how long that is from now."""
    return [one["sentence"], f"{_from_now(one['next_at'])}, by itself; nothing for you to do"]


def _hint(seen: dict[str, Any], wait: dict[str, Any]) -> str:
    """The command with which this person may answer."""
    if not wait["you_may_answer"] or any(
        one["target"] == wait["target"] for one in seen["settlements"]
    ):
        return ""  # below, with all that is known of it
    verbs = {
        "confirmation": "confirm",
        "decision": "keep",
        "by-hand": "attest",
        "person": "settle",
        "facts": "facts",
        "words": "words",
        "clearance": "clear",
        "advice": "advise",
        "closing": "close",
    }
    verb = verbs.get(wait["waiting_for"])
    if verb is None:
        return ""
    told = f"You may answer: amends {verb} {seen['reference']}"
    if wait["target"] and verb in ("confirm", "keep", "settle", "attest"):
        told += f" --target {wait['target']}"
    return told + _needs(seen, wait, verb)


def _needs(seen: dict[str, Any], wait: dict[str, Any], verb: str) -> str:
    """What the answer cannot do without, for this very thing."""
    if any(one["id"] == wait["target"] for one in seen["statements"]) and verb == "settle":
        return " --there --link …"
    elsewhere = any(p["id"] == wait["target"] and not p["ours"] for p in seen["posts"])
    if elsewhere and verb == "confirm":
        return " --line 54 (or 50, 92, 108; or --no --reason …)"
    return NEEDS.get(verb, "")


def _clock(clock: dict[str, Any]) -> str:
    gone, words = clock["seconds_to_delete"], clock["seconds_to_words"]
    parts = [f"deleted after {gone:.1f} s"] if gone is not None else []
    parts += [f"words out after {words:.1f} s"] if words is not None else []
    return ", ".join(parts).capitalize()


def _style(word: str) -> str:
    if word in GOOD:
        return "green"
    return "bold red" if word in PRESSING else ""


def _when(stamp: str) -> str:
    return f"{datetime.fromisoformat(stamp):%-d %B %Y, %H:%M} UTC"


def _time(stamp: str) -> str:
    return f"{datetime.fromisoformat(stamp):%H:%M:%S} UTC"


SPANS = ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


def _from_now(stamp: str | None) -> str:
    """``in 4 minutes``, by this machine's clock; ``now`` once it is due."""
    left = (datetime.fromisoformat(stamp) - datetime.now(UTC)).total_seconds() if stamp else 0
    for seconds, word in SPANS:
        if left >= seconds:
            count = round(left / seconds)
            return f"in {count} {word}" + ("" if count == 1 else "s")
    return "now"
