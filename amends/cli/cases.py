"""``amends cases``: what is sealed, for those who work it and for whoever it is about."""

import sys
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
    do: Annotated[
        str | None, typer.Option(help="A move of the case, of those that are yours.")
    ] = None,
    text: Annotated[str | None, typer.Option(help="What you have to say: - reads it in.")] = None,
    about: Annotated[str | None, typer.Option(help="consider: the question.")] = None,
    hand: Annotated[str | None, typer.Option(help="assign: as what.")] = None,
    person: Annotated[str | None, typer.Option(help="assign: who. agree-glass: who asked.")] = None,
    at: Annotated[str | None, typer.Option(help="When, like 2026-06-03T10:00+01:00.")] = None,
    outcome: Annotated[str | None, typer.Option(help="decide, hear: the decision.")] = None,
    health: Annotated[
        str | None, typer.Option(help="answer: what you want us to know of your health.")
    ] = None,
) -> None:
    """Read what is sealed and yours to read, and do what is yours. Each look is recorded."""
    client = Client()
    if reference is None:
        page = client.get("/cases", before=before)
        show_json(page) if as_json else _show_list(page)
        return
    path = f"/cases/{reference_of(reference)}"
    if do is None:
        case = client.get(path)
    elif do in ("ask-glass", "agree-glass"):
        client.post(f"{path}/glass", _given(reason=_read(text) or "", agree_with=person))
        show("HR is told. If there is a case, whoever asked reads it once another person agrees.")
        return
    else:
        said = _given(move=do, text=_read(text), about=about, person=person, at=at)
        decided = {"appeal_outcome" if do == "hear" else "outcome": outcome}
        more = _given(hand=hand, health=health, **decided)
        case = client.post(f"{path}/moves", {**said, **more})
    show_json(case) if as_json else _show_one(case)


def _given(**fields: str | None) -> dict[str, str]:
    return {name: value for name, value in fields.items() if value is not None}


def _read(text: str | None) -> str | None:
    """Long words are read in: what a command line holds stays in the shell's history."""
    return sys.stdin.read() if text == "-" else text


def _show_list(page: dict[str, Any]) -> None:
    if not page["cases"]:
        show(NONE_YET)
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("reference", "state", "route", "since"):
        table.add_column(name)
    for line in page["cases"]:
        table.add_row(line["reference"], line["state"], line["route"] or "", line["considered_at"])
        if line["glass_until"]:
            table.add_row("", GLASS.format(until=_minute(line["glass_until"])))
    show(table)
    if page["next"]:
        show(f"There are more: amends cases --before {page['next']}")


def _show_one(case: dict[str, Any]) -> None:
    show(f"{case['reference']}  {case['state']}  severity {case['severity']}", style="bold")
    if case["glass_until"]:
        show(GLASS.format(until=_minute(case["glass_until"])))
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
        for one in case["questions"]:
            show(f"{one['question']}: {one['ask']}")
    for one in case["hands"]:
        show(f"{one['hand']}: {one['person']}" + (" (until then)" if one["until"] else ""))
    for paper in case["papers"]:
        show()
        show(f"{paper['kind']}, {paper['at'][:16].replace('T', ' ')}", style="bold")
        show(paper["text"])
    if case["due_at"]:
        show()
        show(f"Due: {case['due_at'][:16].replace('T', ' ')}")
    if moves := [one for one in case["you_may"] if one not in REFERRING]:
        show(f"amends cases {case['reference']} --do {' | '.join(moves)} --text …")
    show()
    for entry in case["record"]:
        show(f"{entry['at'][:16].replace('T', ' ')}  {entry['actor']}  {entry['sentence']}")


def _minute(when: str) -> str:
    return when[:16].replace("T", " ")


GLASS = "read in an emergency until {until} UTC"
REFERRING = ("refer", "do-not-refer", "hand-over")

COMMANDS = {"cases": cases}
