"""``amends doctor``: what is well, what is not, and what to do about it."""

from rich.table import Table
from rich.text import Text

from amends.cli.exits import Code, Stop
from amends.cli.options import AsJson
from amends.cli.screen import show, show_json

STYLES = {"ok": "green", "warn": "yellow", "bad": "bold red"}


def doctor(as_json: AsJson = False) -> None:
    """Check the installation. Ends with 1 where something must be put right."""
    from amends.doctor import examine

    findings = examine()
    if as_json:
        show_json([
            {"verdict": f.verdict.value, "about": f.about, "what": f.what} for f in findings
        ])  # fmt: skip
    else:
        table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, show_header=False)
        for finding in findings:
            verdict = finding.verdict.value
            table.add_row(Text(verdict, style=STYLES[verdict]), finding.about, Text(finding.what))
        show(table)
    if any(finding.verdict.value == "bad" for finding in findings):
        raise Stop(Code.FAILED)


COMMANDS = {"doctor": doctor}
