"""``amends doctor``: what is well, what is not, and what to do about it."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from amends.cli.exits import Code, Stop
from amends.cli.options import AsJson
from amends.cli.screen import show, show_json

if TYPE_CHECKING:
    from amends.doctor import Finding

STYLES = {"ok": "green", "warn": "yellow", "bad": "bold red"}


def doctor(as_json: AsJson = False) -> None:
    """Check the installation and each account. Ends with 1 where something must be put right."""
    from amends.doctor import examine

    findings = examine()
    if as_json:
        show_json([
            {"verdict": f.verdict.value, "about": f.about, "topic": f.topic, "what": f.what}
            for f in findings
        ])  # fmt: skip
    else:
        _show([f for f in findings if not f.topic], [f for f in findings if f.topic])
    if any(finding.verdict.value == "bad" for finding in findings):
        raise Stop(Code.FAILED)


def _show(of_all: Sequence["Finding"], of_accounts: Sequence["Finding"]) -> None:
    """The installation as one table; each account as a heading with its lines under it."""
    show(_table((finding, finding.about) for finding in of_all))
    for account, found in groupby(of_accounts, lambda finding: finding.about):
        show()
        show(account, style="bold")
        show(Padding(_table((finding, finding.topic) for finding in found), (0, 0, 0, 2)))
    show()
    show(_summary([*of_all, *of_accounts]))


def _table(lines: Iterable[tuple["Finding", str]]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, show_header=False)
    table.add_column(no_wrap=True, min_width=4)
    table.add_column(no_wrap=True, min_width=len("line managers"))
    table.add_column(overflow="fold")
    for finding, about in lines:
        verdict = finding.verdict.value
        table.add_row(Text(verdict, style=STYLES[verdict]), about, Text(finding.what))
    return table


def _summary(findings: Sequence["Finding"]) -> str:
    bad, warn = (sum(f.verdict.value == one for f in findings) for one in ("bad", "warn"))
    if not bad and not warn:
        return "All is well."
    return f"{bad} to put right, {warn} to know of."


COMMANDS = {"doctor": doctor}
