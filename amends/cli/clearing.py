"""``amends clear``: show the exact words, and send a yes or no to just these."""

import sys
from collections.abc import Iterator
from typing import Annotated, Any

import typer

from amends.cli.client import Client, incident_path
from amends.cli.exits import Code, Stop
from amends.cli.options import AsJson, Reason, Reference, StatementId, listed
from amends.cli.screen import columns, marked, show, show_json
from amends.cli.sight import account_of, changes_of, claims_of, findings_of, name_of
from policy.directions import lines_apart

NOTHING = "No words of this incident wait for clearance. See: amends status {reference}"
NO_SUCH = "This incident has no such statement. See: amends status {reference}"
SEVERAL = "Several statements wait. Say which one with --statement: {ids}"
NO = "Nothing was sent."


def clear(
    reference: Reference,
    statement: StatementId = None,
    reject: Annotated[bool, typer.Option("--reject", help="Say no; needs --reason.")] = False,
    reason: Reason = None,
    claims: Annotated[
        list[str] | None,
        typer.Option(
            "--claims",
            help="Which of the claims that are asked about the words make, or none; asked at a "
            "terminal.",
        ),
    ] = None,
    confirm: Annotated[
        list[str] | None,
        typer.Option(
            "--confirm",
            help="What you were told to look at again, looked at, and go on with, like "
            "unknown-word; asked at a terminal.",
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Clear the words, or reject them. Your answer is for the words shown.

    Where the same words wait on several accounts, they are shown once, and the answer is for all.
    """
    client = Client()
    meant = _meant(client.get(incident_path(reference)), statement)
    if as_json and len(meant) > 1:
        raise Stop(Code.BAD_INPUT, SEVERAL.format(ids=", ".join(one["id"] for one in meant)))
    for same in _by_words(meant):
        if not as_json:
            _show_words(same)
        # Asked at a terminal only: a script has said what it wants by running this.
        if not yes and sys.stdin.isatty():
            verb = "Reject" if reject else "Clear"
            if not typer.confirm(marked(f"{verb} these words?")):
                raise Stop(Code.FAILED, NO)
        said = _claims(same[0], claims) if not reject else None
        looked = _confirmed(same[0], confirm) if not reject else None
        for about in same:
            answer = client.post(
                incident_path(reference, "/clearances"),
                {
                    "statement": about["id"],
                    "digest": about["digest"],
                    "decision": "reject" if reject else "approve",
                    "reason": reason,
                    "claims": said,
                    "confirmed": looked,
                },
            )
            _tell(about, answer, reject=reject, as_json=as_json, alone=len(meant) == 1)


def _claims(about: dict[str, Any], given: list[str] | None) -> list[str] | None:
    """What the clearer says that the words claim; None where they were neither told nor asked."""
    if given is not None:
        return [one for one in listed(given) if one != "none"]
    asked = [one for one in about["claims"] if one["asked"]]
    if not asked or not sys.stdin.isatty():
        return None
    questions = {one["claim"]: marked(f"Do the words say {one['says']}?") for one in asked}
    return [claim for claim, question in questions.items() if typer.confirm(question)]


def _confirmed(about: dict[str, Any], given: list[str] | None) -> list[str] | None:
    """What the clearer goes on with; None where they were neither told nor asked."""
    if given is not None:
        return listed(given)
    to_look_at = [one for one in about["findings"] if one["then"] == "look-again"]
    if not to_look_at or not sys.stdin.isatty():
        return None
    codes = dict.fromkeys(one["finding"] for one in to_look_at)
    return [code for code in codes if typer.confirm(marked(f"Go on with {code}?"))]


def _tell(
    about: dict[str, Any], answer: dict[str, Any], *, reject: bool, as_json: bool, alone: bool
) -> None:
    if as_json:
        show_json(answer)
        return
    where = "" if alone else f"{account_of(about)}: "
    if reject:
        show(f"{where}Rejected. New words are asked for.")
    elif answer["state"] == "cleared":
        show(f"{where}Cleared.")
    else:
        show(f"{where}Your yes is recorded. Another person must clear them too.")


def _by_words(meant: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Those that say the same thing, together."""
    for said in dict.fromkeys((one["text"], bool(one["edits"])) for one in meant):
        yield [one for one in meant if (one["text"], bool(one["edits"])) == said]


def _meant(seen: dict[str, Any], statement: str | None) -> list[dict[str, Any]]:
    """The statement named; else those that wait for this person, else those that wait."""
    statements: list[dict[str, Any]] = [one for one in seen["statements"] if one["digest"]]
    if statement:
        named = [one for one in statements if one["id"] == statement]
        if not named:
            raise Stop(Code.BAD_INPUT, NO_SUCH.format(reference=seen["reference"]))
        return named
    found = [one for one in statements if one["you_may_clear"]]
    found = found or [one for one in statements if one["state"] == "waiting"]
    found = found or [one for one in statements if one["state"] in ("cleared", "published")]
    if not found:
        raise Stop(Code.FAILED, NOTHING.format(reference=seen["reference"]))
    return found


def _show_words(same: list[dict[str, Any]]) -> None:
    accounts = ", ".join(account_of(one) for one in same)
    show(f"{name_of(same[0])} on {accounts}", style="bold")
    show()
    for line in (same[0]["text"] or "").splitlines():
        for part in lines_apart(line, columns() - 2):
            show(f"  {part}")
    show()
    if note := same[0]["language_note"]:
        show(note)
        show()
    if check := same[0]["taint_check"]:
        show(check["sentence"])
        show()
    for one in same:
        if len(same) > 1:
            show(account_of(one))
        show(f"SHA-256 {one['digest']}")
    for line in (*changes_of(same[0]), *claims_of(same[0]), *findings_of(same[0])):
        show(line)


COMMANDS = {"clear": clear}
