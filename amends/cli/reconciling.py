"""``amends reconcile``: what a restore left open, and letting things be sent again."""

from datetime import datetime
from typing import Annotated, Any

import typer
from rich.table import Table

from amends.cli.client import Client
from amends.cli.exits import Code, Stop
from amends.cli.options import AsJson
from amends.cli.screen import show, show_json, tell

NOT_ON = "Nothing is held back: the installation is not in reconcile mode."
BECAUSE = {
    "restored": "It was restored from a backup of {known_until}.",
    "copied-back": "Its database is older than its record: it knows nothing after {known_until}.",
}
FOUND = {
    None: "not read back yet",
    "there": "it was found there",
    "absent": "it was not found",
    "several": "it was found several times",
    "unreadable": "it could not be read; it is tried again",
    "never-readable": "nobody can read whether it was sent",
}
THEN = {
    "deleted": "deleted, if it is still there",
    "published": "published",
    "sent": "sent",
    "sent-perhaps-again": "sent: perhaps a second time, with the same Message-ID",
    "looked-for-first": "looked for once more, and published only if it is not there",
    "not-sent-again": "not published again: these words are up",
    "a-persons": "nothing by itself: answer with amends settle",
    "still-read": "read back until it is known",
}
KINDS = {"delete": "a deletion", "publish": "words", "notice": "a notice"}


def reconcile(
    lift: Annotated[bool, typer.Option("--lift", help="Let things be sent again.")] = False,
    reason: Annotated[str | None, typer.Option("--reason", help="Why it is safe to.")] = None,
    unread_too: Annotated[
        bool, typer.Option("--unread-too", help="Lift it though not all could be read back.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show what a restore left open; with --lift, let things be sent again."""
    client = Client()
    if not lift:
        seen = client.get("/reconciliation")
        show_json(seen) if as_json else _show(seen)
        return
    if not reason:
        raise Stop(Code.BAD_INPUT, "Give --reason: why it is safe to send again.")
    answer = client.post("/reconciliation", {"reason": reason, "unread_too": unread_too})
    show_json(answer) if as_json else show("Reconcile mode is lifted. What waited is sent now.")


def tell_reconciling(client: Client) -> None:
    """Say on stderr that nothing is sent, where that is so."""
    seen = client.get("/reconciliation")
    if seen["reconciling"]:
        tell(f"{_since(seen)} See: amends reconcile")


def _since(seen: dict[str, Any]) -> str:
    return (
        f"Reconcile mode since {_when(seen['since'])}: nothing is sent. "
        f"Effects not final: {seen['not_final']}, not read back yet: {seen['unread']}."
    )


def _show(seen: dict[str, Any]) -> None:
    if not seen["reconciling"]:
        show(NOT_ON)
        if seen["lifted_by"]:
            show(f"Lifted by {seen['lifted_by']} on {_when(seen['lifted_at'])}: {seen['reason']}")
        return
    show(_since(seen), style="bold")
    show(BECAUSE[seen["because"]].format(known_until=_when(seen["known_until"])))
    if seen["effects"]:
        show()
        show(_table(seen["effects"]))
    show()
    show(_next(seen))


def _table(effects: list[dict[str, Any]]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    for name in ("incident", "what", "read back", "once lifted"):
        table.add_column(name, overflow="fold")
    for one in effects:
        what = f"{KINDS[one['kind']]}, {one['where']}, planned {_when(one['planned_at'])}"
        read = FOUND[one["found"]] + (f": {one['url']}" if one["url"] else "")
        table.add_row(one["incident"], what, read, THEN[one["then"]])
    return table


def _next(seen: dict[str, Any]) -> str:
    if not seen["you_may_lift"]:
        return "The Digital Transformation Unit or an administrator lifts it."
    if seen["unread"]:
        return "Wait until all has been read back, then look again: amends reconcile"
    return "You may lift it: amends reconcile --lift --reason …"


def _when(stamp: str) -> str:
    return f"{datetime.fromisoformat(stamp):%-d %B %Y, %H:%M} UTC"


COMMANDS = {"reconcile": reconcile}
