"""``amends status``: one incident or all, once or as it goes on."""

import json
import time
from typing import Annotated, Any

import typer

from amends.cli.client import Client, incident_path, reference_of
from amends.cli.options import AsJson
from amends.cli.reconciling import tell_reconciling
from amends.cli.screen import plain, show, show_json
from amends.cli.sight import show_entry, show_incident, show_list, show_retries

AGAIN_SECONDS = 1.0


def status(
    reference: Annotated[
        str | None, typer.Argument(help="The incident, like AM-7K3QX.", metavar="REF")
    ] = None,
    as_json: AsJson = False,
    watch: Annotated[
        bool,
        typer.Option("--watch", help="Show the timeline, past and to come, until it is closed."),
    ] = False,
    state: Annotated[str | None, typer.Option(help="Only incidents in this state.")] = None,
    kind: Annotated[str | None, typer.Option(help="Only incidents of this kind.")] = None,
    severity: Annotated[int | None, typer.Option(help="Only incidents this serious.")] = None,
    before: Annotated[str | None, typer.Option(help="The page after the one shown.")] = None,
) -> None:
    """Show where an incident stands. Without a reference: each that you may see."""
    client = Client()
    if not as_json:
        tell_reconciling(client)
    if reference is None:
        page = client.get("/incidents", state=state, kind=kind, severity=severity, before=before)
        show_json(page) if as_json else show_list(page)
        return
    seen = client.get(incident_path(reference))
    if watch:
        if not as_json:
            show_retries(seen)
        _watch(client, reference_of(reference), as_json=as_json)
        return
    show_json(seen) if as_json else show_incident(seen)


def _watch(client: Client, reference: str, *, as_json: bool) -> None:
    """Every entry of the timeline, the past ones first; ends when the incident is closed."""
    last = 0
    while True:
        for data in client.events(reference, last):
            entry: dict[str, Any] = json.loads(data)
            last = max(last, entry["id"])
            plain(data) if as_json else show_entry(entry)
            if entry["what"] == "closed":
                if not as_json:
                    show(f"{reference} is closed.")
                return
        time.sleep(AGAIN_SECONDS)
        client.get(incident_path(reference))  # ends with 69 once the service is gone


COMMANDS = {"status": status}
