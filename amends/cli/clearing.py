"""``amends clear``: show the exact words, and send a yes or no to just these."""

import sys
from typing import Annotated, Any

import typer

from amends.cli.client import Client, incident_path
from amends.cli.exits import Code, Stop
from amends.cli.options import AsJson, Reason, Reference, StatementId
from amends.cli.screen import show, show_json

NOTHING = "No words of this incident wait for clearance. See: amends status {reference}"
NO_SUCH = "This incident has no such statement. See: amends status {reference}"
SEVERAL = "Several statements wait. Say which one with --statement: {ids}"
NO = "Nothing was sent."


def clear(
    reference: Reference,
    statement: StatementId = None,
    reject: Annotated[bool, typer.Option("--reject", help="Say no; needs --reason.")] = False,
    reason: Reason = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Clear the words, or reject them. Your answer is for the words shown."""
    client = Client()
    seen = client.get(incident_path(reference))
    about = _meant(seen, statement)
    if not as_json:
        _show_words(about)
    # Asked at a terminal only: a script has said what it wants by running this.
    if not yes and sys.stdin.isatty():
        verb = "Reject" if reject else "Clear"
        if not typer.confirm(f"{verb} these words?"):
            raise Stop(Code.FAILED, NO)
    answer = client.post(
        incident_path(reference, "/clearances"),
        {
            "statement": about["id"],
            "digest": about["digest"],
            "decision": "reject" if reject else "approve",
            "reason": reason,
        },
    )
    if as_json:
        show_json(answer)
    elif reject:
        show("Rejected. New words are asked for.")
    else:
        whole = answer["state"] == "cleared"
        show("Cleared." if whole else "Your yes is recorded. Another person must clear them too.")


def _meant(seen: dict[str, Any], statement: str | None) -> dict[str, Any]:
    """The statement named; else the one that waits for this person, else the one that waits."""
    statements: list[dict[str, Any]] = [one for one in seen["statements"] if one["digest"]]
    if statement:
        named = [one for one in statements if one["id"] == statement]
        if not named:
            raise Stop(Code.BAD_INPUT, NO_SUCH.format(reference=seen["reference"]))
        return named[0]
    found = [one for one in statements if one["you_may_clear"]]
    found = found or [one for one in statements if one["state"] == "waiting"]
    found = found or [one for one in statements if one["state"] in ("cleared", "published")]
    if not found:
        raise Stop(Code.FAILED, NOTHING.format(reference=seen["reference"]))
    if len(found) > 1:
        raise Stop(Code.BAD_INPUT, SEVERAL.format(ids=", ".join(one["id"] for one in found)))
    return found[0]


def _show_words(about: dict[str, Any]) -> None:
    show(f"{about['kind']} on {about['platform']}/{about['account']}", style="bold")
    show()
    for line in (about["text"] or "").splitlines():
        show(f"  {line}")
    show()
    show(f"SHA-256 {about['digest']}")


COMMANDS = {"clear": clear}
