"""``amends retain``: a legal hold, for lawyers and the data protection officer."""

from typing import Annotated, Any

import typer
from rich.table import Table

from amends.cli.client import Client, incident_path, reference_of
from amends.cli.exits import Code, Stop
from amends.cli.options import AsJson, Reason
from amends.cli.screen import show, show_json

WHY = "Say why with --reason: whoever releases it later has to know."


def retain(
    reference: Annotated[
        str | None, typer.Argument(help="The incident, like AM-7K3QX.", metavar="REF")
    ] = None,
    reason: Reason = None,
    release: Annotated[bool, typer.Option("--release", help="It may be erased again.")] = False,
    as_json: AsJson = False,
) -> None:
    """Hold an incident for a court or an inquiry: nothing of it is erased. Alone: what is held."""
    client = Client()
    if reference is None:
        _show(client.get("/retention"), as_json=as_json)
        return
    if release:
        answer = client.post(incident_path(reference, "/hold/release"), {})
        said = f"{reference_of(reference)} goes when its time is up, which it may be already."
    elif reason is None:
        raise Stop(Code.BAD_INPUT, WHY)
    else:
        answer = client.post(incident_path(reference, "/hold"), {"reason": reason})
        said = f"Nothing of {reference_of(reference)} is erased until it is released."
    show_json(answer) if as_json else show(said)


def _show(answer: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        show_json(answer)
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("kept", "days", "note"):
        table.add_column(name)
    for one in answer["kept"]:
        table.add_row(one["record"], str(one["days"]), one["note"])
    show(table)
    for one in answer["holds"]:
        if one["released_at"] is None:
            show(f"{one['reference']} is held by {one['held_by']}: {one['reason']}")


COMMANDS = {"retain": retain}
