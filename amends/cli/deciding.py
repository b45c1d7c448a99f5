"""One verb for each human decision about posts and words."""

from typing import Annotated, Any

import typer

from amends.cli.client import Client, incident_path, reference_of
from amends.cli.exits import Code, Stop
from amends.cli.options import (
    AsJson,
    Circumstances,
    Kinds,
    Reason,
    Reference,
    StatementId,
    Target,
    listed,
)
from amends.cli.screen import show, show_json

KEPT = {
    "delete": "the post will be deleted.",
    "edit": "the post stays, and is put right once the words are cleared.",
    "keep": "the post stays.",
}


def send(reference: str, body: dict[str, Any], said: str, *, as_json: bool) -> None:
    """Send the decision and say that it is recorded."""
    answer = Client().post(incident_path(reference, "/decisions"), body)
    show_json(answer) if as_json else show(f"{reference_of(reference)}: {said}")


def confirm(
    reference: Reference,
    target: Target = None,
    no: Annotated[bool, typer.Option("--no", help="Do not delete; needs --reason.")] = False,
    line: Annotated[
        int | None,
        typer.Option(
            help="For a post that is not on an account of ours: the line of the policy that it "
            "breaks, 50, 54, 92 or 108."
        ),
    ] = None,
    reason: Reason = None,
    as_json: AsJson = False,
) -> None:
    """Confirm a deletion that somebody else asked for."""
    choice = "no" if no else "yes"
    body = {
        "type": "confirm",
        "target": target,
        "choice": choice,
        "line": line,
        "reason": reason,
    }
    send(reference, body, "the post stays." if no else "confirmed.", as_json=as_json)


def keep(
    reference: Reference,
    target: Target = None,
    delete: Annotated[bool, typer.Option("--delete", help="Delete it instead.")] = False,
    edit: Annotated[
        str | None,
        typer.Option("--edit", help="Put a typo right: the whole text as it should be."),
    ] = None,
    reason: Reason = None,
    as_json: AsJson = False,
) -> None:
    """Keep a post, with a reason; with --delete have it deleted; with --edit put right in place."""
    if edit is not None and delete:
        raise Stop(Code.BAD_INPUT, "Use --delete or --edit, not both.")
    choice = "delete" if delete else "edit" if edit is not None else "keep"
    body = {"type": "keep", "target": target, "choice": choice, "reason": reason, "text": edit}
    send(reference, body, KEPT[choice], as_json=as_json)


def attest(
    reference: Reference,
    target: Target = None,
    refuse: Annotated[
        bool,
        typer.Option("--refuse", help="Say that you will not delete it; --reason if you like."),
    ] = False,
    reason: Reason = None,
    as_json: AsJson = False,
) -> None:
    """Say that a post is gone, after deleting it by hand; or that you will not delete it."""
    choice = "will-not" if refuse else "gone"
    body = {"type": "attest", "target": target, "choice": choice, "reason": reason}
    gone = "recorded, for each post that you were asked about. We look where we can."
    if target:
        gone = "recorded. We look where we can."
    said = "recorded. A person decides what to do." if refuse else gone
    send(reference, body, said, as_json=as_json)


def facts(
    reference: Reference,
    wrong: Annotated[str, typer.Option(help="What the post says that is wrong.")],
    right: Annotated[str, typer.Option(help="What is right instead.")],
    source: Annotated[str | None, typer.Option(help="A link to where that can be read.")] = None,
    as_json: AsJson = False,
) -> None:
    """Give the facts that a correction needs."""
    body = {"type": "facts", "wrong": wrong, "right": right, "source_url": source}
    send(reference, body, "the facts are recorded.", as_json=as_json)


def establish(
    reference: Reference,
    fact: Annotated[
        str, typer.Argument(help="The fact, like not-hacked-verified.", metavar="FACT")
    ],
    no: Annotated[bool, typer.Option("--no", help="Record that it is not so.")] = False,
    reason: Reason = None,
    as_json: AsJson = False,
) -> None:
    """Record a fact that public words may rest on; for others, --reason says who told you."""
    body = {
        "type": "establish", "target": fact, "choice": "no" if no else "yes", "reason": reason,
    }  # fmt: skip
    send(reference, body, "the fact is recorded.", as_json=as_json)


def words(
    reference: Reference,
    text: Annotated[str, typer.Option(help="The words, exactly as they should go out.")],
    statement: StatementId = None,
    account: Annotated[
        str | None, typer.Option(help="For which account, as platform/handle.")
    ] = None,
    language: Annotated[str | None, typer.Option(help="Of the words, like en or fr.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write the words, for others to clear. Earlier clearances are void."""
    body = {
        "type": "words",
        "text": text,
        "target": statement,
        "account": account,
        "language": language,
    }
    send(reference, body, "the words are recorded and wait for clearance.", as_json=as_json)


def advise(
    reference: Reference,
    text: Annotated[str | None, typer.Option("--text", help="The advice.")] = None,
    reason: Reason = None,
    as_json: AsJson = False,
) -> None:
    """Record the Digital Transformation Unit's advice."""
    body = {"type": "advise", "text": text or reason}
    send(reference, body, "the advice is recorded.", as_json=as_json)


def reclassify(
    reference: Reference,
    kinds: Kinds,
    circumstances: Circumstances = None,
    reason: Reason = None,
    as_json: AsJson = False,
) -> None:
    """Change the kind of mistake. What is not yet done is planned anew."""
    body = {
        "type": "reclassify",
        "kinds": listed(kinds),
        "circumstances": listed(circumstances) if circumstances else None,
        "reason": reason,
    }
    send(reference, body, "reclassified.", as_json=as_json)


def skip(
    reference: Reference,
    step: Annotated[str, typer.Argument(help="The step, like verify.", metavar="STEP")],
    reason: Reason = None,
    as_json: AsJson = False,
) -> None:
    """Skip a step of the procedure, with a reason."""
    body = {"type": "skip", "target": step, "reason": reason}
    send(reference, body, f"{step} is skipped.", as_json=as_json)


def waive(
    reference: Reference, statement: StatementId = None, reason: Reason = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Let public words go, with a reason."""
    body = {"type": "waive", "target": statement, "reason": reason}
    send(reference, body, "no words will go out.", as_json=as_json)


def elsewhere(
    reference: Reference,
    account: Annotated[
        str, typer.Argument(help="The other account, as platform/handle.", metavar="ACCOUNT")
    ],
    statement: StatementId = None,
    reason: Reason = None,
    as_json: AsJson = False,
) -> None:
    """Have another account of ours say the words, where the account itself is not safe."""
    body = {"type": "elsewhere", "target": statement, "account": account, "reason": reason}
    send(reference, body, f"{account} will say the words, once cleared.", as_json=as_json)


def holding_line(
    reference: Reference,
    removal_note: Annotated[
        bool, typer.Option("--removal-note", help="Send the removal note of this kind instead.")
    ] = False,
    text: Annotated[
        str | None, typer.Option(help="Your own words, for one other person to clear.")
    ] = None,
    language: Annotated[str | None, typer.Option(help="Of your words, like en or fr.")] = None,
    reason: Reason = None,
    as_json: AsJson = False,
) -> None:
    """Say at once, on every account, that the post is being checked."""
    body = {
        "type": "holding-line",
        "choice": "removal-note" if removal_note else "checking",
        "text": text,
        "language": language,
        "reason": reason,
    }
    said = "the words wait for one other person." if text else "the words go out now."
    send(reference, body, said, as_json=as_json)


def foi(
    reference: Reference,
    received: Annotated[
        str | None, typer.Option(help="The day on which it came in, like 2026-11-23.")
    ] = None,
    answered: Annotated[
        bool, typer.Option("--answered", help="Say that it was answered instead.")
    ] = False,
    target: Annotated[
        str | None, typer.Option(help="The id of the request, if there are several.")
    ] = None,
    reason: Reason = None,
    as_json: AsJson = False,
) -> None:
    """Note that information about the incident was asked for, under the Act; or answered."""
    if answered == (received is not None):
        raise Stop(Code.BAD_INPUT, "Use --received DAY, or --answered.")
    choice = "answered" if answered else "received"
    body = {
        "type": "foi", "choice": choice, "received_on": received, "target": target,
        "reason": reason,
    }  # fmt: skip
    noted = "noted. Its clock runs, and nothing may be destroyed: see amends status."
    said = "noted. Its clock has stopped." if answered else noted
    send(reference, body, said, as_json=as_json)


def undo(reference: Reference, target: Target = None, reason: Reason = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Publish a post again that was deleted wrongly, once others have cleared it."""
    body = {"type": "undo", "target": target, "reason": reason}
    send(reference, body, "the post’s words wait for clearance.", as_json=as_json)


def speak(
    reference: Reference,
    whom: Annotated[str, typer.Argument(help="Whom: a platform, a partner.", metavar="WHOM")],
    text: Annotated[
        str, typer.Option(help="What was agreed, with their reference number if they gave one.")
    ],
    as_json: AsJson = False,
) -> None:
    """Record that you spoke to somebody outside the department."""
    body = {"type": "speak", "target": whom, "text": text}
    send(reference, body, "it is recorded.", as_json=as_json)


def close(reference: Reference, reason: Reason = None, as_json: AsJson = False) -> None:
    """Close an incident; --reason is the short review."""
    send(reference, {"type": "close", "reason": reason}, "closed.", as_json=as_json)


COMMANDS = {
    "confirm": confirm,
    "keep": keep,
    "attest": attest,
    "facts": facts,
    "establish": establish,
    "words": words,
    "advise": advise,
    "reclassify": reclassify,
    "skip": skip,
    "waive": waive,
    "elsewhere": elsewhere,
    "holding-line": holding_line,
    "foi": foi,
    "undo": undo,
    "speak": speak,
    "close": close,
}
