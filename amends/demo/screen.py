"""What the terminal shows: 80 columns, colour only on a terminal, nothing that moves in a pipe."""

import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.padding import Padding
from rich.panel import Panel
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

WIDTH = 80
READING_SECONDS = 2.0
INDENT = 3


class Screen:
    """The one place that prints."""

    def __init__(self) -> None:
        self.live = sys.stdout.isatty()
        width = min(WIDTH, Console().width) if self.live else WIDTH
        self._console = Console(width=width, highlight=False, emoji=False, markup=False)

    def title(self, text: str) -> None:
        """The name of the whole."""
        self._console.print()
        self._console.print(Rule(Text(text, style="bold"), characters="━", style="cyan"))
        self._console.print()

    def say(self, text: str = "", style: str | None = None) -> None:
        """A paragraph; or an empty line."""
        if not text:
            self._console.print()
            return
        self._console.print(Padding(Text(text, style=style or ""), (0, 0, 0, INDENT), expand=False))

    def aside(self, text: str) -> None:
        """A remark that may be passed over."""
        self.say(text, "dim")

    def scene(self, number: int, text: str) -> None:
        """Who does what, at the start of a part."""
        self._console.print()
        line = Text.assemble((f"{number}  ", "bold cyan"), (text, "bold"))
        self._console.print(line)

    def happened(self, seconds: float, who: str, sentence: str) -> None:
        """One line of the timeline, with the seconds since the report."""
        self._console.print(
            Padding(_lines([(seconds, who, sentence)]), (0, 0, 0, INDENT), expand=False)
        )

    def timeline(self, entries: Sequence[tuple[float, str, str]]) -> None:
        """Many of them."""
        self._console.print(Padding(_lines(entries), (0, 0, 0, INDENT), expand=False))

    def heading(self, text: str) -> None:
        """What a part of the last screen is about."""
        self._console.print()
        self._console.print(Text(text, style="bold cyan"))

    def posts(self, title: str, texts: Sequence[str]) -> None:
        """What a stranger sees on the account."""
        self._console.print(Padding(_posts(title, texts, "yellow"), (0, 0, 0, INDENT)))

    def side_by_side(
        self, left: tuple[str, Sequence[str]], right: tuple[str, Sequence[str]]
    ) -> None:
        """What a stranger saw, and what they see."""
        both = Table.grid(expand=True, padding=(0, 1, 0, 0))
        both.add_column(ratio=2)
        both.add_column(ratio=3)
        both.add_row(_posts(*left, "red"), _posts(*right, "green"))
        self._console.print(Padding(both, (0, 0, 0, INDENT)))

    def rows(self, rows: Iterable[tuple[str, str]], first_style: str = "") -> None:
        """Two columns."""
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(no_wrap=True, style=first_style)
        table.add_column(overflow="fold")
        for first, second in rows:
            table.add_row(Text(first), Text(second))
        self._console.print(Padding(table, (0, 0, 0, INDENT), expand=False))

    def shell(self, *lines: str) -> None:
        """What can be pasted into a shell: never wrapped."""
        for line in lines:
            self._console.print(Text(" " * INDENT * 2 + line), soft_wrap=True)

    def place(self, text: str, where: Path) -> None:
        """Where something is: a path is never wrapped."""
        line = Text.assemble(" " * INDENT, (f"{text} {where}", "dim"))
        self._console.print(line, soft_wrap=True)

    def wrong(self, text: str) -> None:
        """What went wrong with the demo itself."""
        self._console.print()
        self._console.print(Text(text, style="bold red"))

    def pause(self) -> None:
        """Time to read; nobody reads along where the output goes to a file."""
        if self.live:
            time.sleep(READING_SECONDS)

    @contextmanager
    def waiting(self, text: str) -> Iterator[None]:
        """While something takes its time: a sign of life on a terminal, else one line."""
        if not self.live:
            self.aside(text)
            yield
            return
        with self._console.status(Text(text, style="dim")):
            yield


def _lines(entries: Sequence[tuple[float, str, str]]) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(justify="right", style="cyan", min_width=8, no_wrap=True)
    table.add_column(min_width=6, no_wrap=True, style="dim")
    table.add_column(overflow="fold")
    for seconds, who, sentence in entries:
        table.add_row(f"{seconds:.2f} s", who, Text(sentence))
    return table


def _posts(title: str, texts: Sequence[str], style: str) -> Panel:
    body = Text("\n\n― ― ―\n\n".join(texts)) if texts else Text("(no posts)", style="dim")
    return Panel(body, title=Text(title), title_align="left", border_style=style)
