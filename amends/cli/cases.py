"""``amends cases``: what HR alone may read; each look at a case is recorded."""

from typing import Annotated, Any

import typer
from rich.table import Table

from amends.cli.client import Client, reference_of
from amends.cli.options import AsJson
from amends.cli.screen import show, show_json

NONE_YET = "Nothing is for you to read."


def cases(
    reference: Annotated[
        str | None, typer.Argument(help="The incident, like AM-7K3QX.", metavar="REF")
    ] = None,
    as_json: AsJson = False,
    before: Annotated[str | None, typer.Option(help="The page after the one shown.")] = None,
) -> None:
    """Read what is for HR alone. That you looked at a case is recorded."""
    client = Client()
    if reference is None:
        page = client.get("/cases", before=before)
        show_json(page) if as_json else _show_list(page)
        return
    case = client.get(f"/cases/{reference_of(reference)}")
    show_json(case) if as_json else _show_one(case)


def _show_list(page: dict[str, Any]) -> None:
    if not page["cases"]:
        show(NONE_YET)
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("reference", "state", "route", "since"):
        table.add_column(name)
    for line in page["cases"]:
        table.add_row(line["reference"], line["state"], line["route"] or "", line["considered_at"])
    show(table)
    if page["next"]:
        show(f"There are more: amends cases --before {page['next']}")


def _show_one(case: dict[str, Any]) -> None:
    show(f"{case['reference']}  {case['state']}  severity {case['severity']}", style="bold")
    show(", ".join(case["kinds"]))
    show(f"Posted by {case['poster'] or 'a person who is not known'}")
    for post in case["posts"]:
        show(f"{post['state']}  {post['url']}")
    if case["rule"]:
        show()
        show(f"Decided by {case['decided_by']}")
        show(f"Rule: {case['rule']}")
        show(f"Reason: {case['reason']}")
    elif case["state"] == "considering":
        show()
        show("A person decides whether to refer it, with the rule and the reason:")
        show(f"amends refer {case['reference']} --refer --rule … --reason …")
    show()
    for entry in case["record"]:
        show(f"{entry['at'][:16].replace('T', ' ')}  {entry['actor']}  {entry['sentence']}")


COMMANDS = {"cases": cases}
