"""What a person must know who says what is true: what was sent, when, and what each look saw."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from rich.padding import Padding
from rich.text import Text

from amends.cli.screen import columns, show
from templates.labels import label

INDENT = 2

HEADS = {
    "words": "Are these words on {where}?",
    "earlier-words": "Are these words, of an earlier plan, on {where}?",
    "by-hand": "Publish these words on {where} by hand",
    "post": "Is this post still on {where}?",
    "mail": "Did the notice to {whom} arrive?",
    "refused-mail": "The notice to {whom} was refused",
}
ANSWERS = {
    ("words", "there"): "If they are there",
    ("words", "not-there"): "If they are not",
    ("earlier-words", "there"): "If they are there",
    ("earlier-words", "not-there"): "If they are not",
    ("by-hand", "there"): "Once they are there",
    ("by-hand", "not-there"): "If Amends should try again",
    ("post", "there"): "If it is there",
    ("post", "not-there"): "If it is not",
    ("mail", "there"): "If it did",
    ("mail", "not-there"): "If it did not",
    ("refused-mail", "there"): "If they were told another way",
    ("refused-mail", "not-there"): "If it should be sent again",
}
LINK = "LINK"
"""What stands in a command for the link that the person pastes."""


def show_settlements(
    reference: str, settlements: Sequence[dict[str, Any]], target: str | None = None
) -> int:
    """All that is known of each, and the commands to copy; of one alone where ``target`` is given.

    Returns how many were shown.
    """
    meant = [one for one in settlements if target in (None, one["target"])]
    for one in meant:
        _show(reference, one, several=len(settlements) > 1)
    return len(meant)


def _show(reference: str, one: dict[str, Any], *, several: bool) -> None:
    show()
    show(_head(one), style="bold")
    for said in filter(None, (one["text"], one["url"])):
        _line(said)
    if one["because_label"]:
        _line(f"Asked again: {one['because_label']}.")
    _part("What was tried", [_attempt(attempt) for attempt in one["attempts"]])
    _part("What was seen", [_look(look) for look in one["looks"]])
    if not one["you_may_answer"]:
        _line("Others were asked about this.")
        return
    for answer in one["answers"]:
        _answer(reference, one, answer, several=several)


def _head(one: dict[str, Any]) -> str:
    whom = label("role", one["to_role"]) if one["to_role"] else ""
    return HEADS[one["of"]].format(where=f"{one['platform']}/{one['account']}", whom=whom)


def _attempt(attempt: dict[str, Any]) -> tuple[str, str]:
    return _span(attempt["at"], attempt["ended_at"]), f"{attempt['sentence']}."


def _look(look: dict[str, Any]) -> tuple[str, str]:
    times = f", {look['times']} times" if look["times"] > 1 else ""
    return _span(look["first_at"], look["last_at"]) + times, f"{look['sentence']}."


def _part(title: str, rows: Sequence[tuple[str, str]]) -> None:
    if not rows:
        return
    _line(title, style="bold")
    for when, said in rows:
        _line(when, deeper=1)
        _line(said, deeper=2)


def _answer(reference: str, one: dict[str, Any], answer: dict[str, Any], *, several: bool) -> None:
    _line(ANSWERS[one["of"], answer["choice"]], style="bold")
    _line(answer["sentence"], deeper=1)
    words = [f"amends settle {reference}"]
    if several:
        words.append(f"--target {one['target']}")
    words.append(f"--{answer['choice']}")
    if answer["choice"] == "there" and one["of"] in ("words", "earlier-words", "by-hand"):
        words.append(f"--link {LINK}")
    for line in _command(words, columns() - 2 * INDENT):
        show(" " * 2 * INDENT + line, style="cyan")  # no space after a backslash


def _command(words: Sequence[str], width: int) -> list[str]:
    """The command in as few lines as fit, each but the last carried on as shells do it."""
    lines = [words[0]]
    for word in words[1:]:
        if len(lines[-1]) + len(word) + 3 <= width:
            lines[-1] += f" {word}"
        else:
            lines[-1] += " \\"
            lines.append(f"  {word}")
    return lines


def _line(said: str, *, deeper: int = 0, style: str = "") -> None:
    show(Padding(Text(said, style=style, overflow="fold"), (0, 0, 0, INDENT * (1 + deeper))))


def _span(first: str, last: str | None) -> str:
    """``2 May 2026, 11:02:10`` to ``11:12:10 UTC``; the day once."""
    begun = datetime.fromisoformat(first)
    ended = datetime.fromisoformat(last) if last else begun
    at = f"{begun:%-d %B %Y, %H:%M:%S}"
    if f"{ended:%H:%M:%S %j}" == f"{begun:%H:%M:%S %j}":
        return f"{at} UTC"
    day = "" if ended.date() == begun.date() else f"{ended:%-d %B, }"
    return f"{at} to {day}{ended:%H:%M:%S} UTC"
