"""What the terminal shows: plain, in 80 columns; answers on stdout, complaints on stderr.

Once a drill has answered, each line that a person reads begins with its mark.
"""

import json
import sys
from functools import cache
from typing import Any, Literal, TextIO, cast

from rich.console import Console

from amends.settings import DRILL_MARK

WIDTH = 80


class _Marked:
    """One of the two streams, each of whose lines begins with the mark."""

    def __init__(self, name: Literal["stdout", "stderr"]) -> None:
        self._name = name
        self._fresh = True
        self.encoding = self._stream.encoding

    @property
    def _stream(self) -> TextIO:
        stream: TextIO = getattr(sys, self._name)
        return stream

    def write(self, text: str) -> int:
        """Write it, with the mark at the start of each line."""
        for line in text.splitlines(keepends=True):
            self._stream.write(DRILL_MARK + line if self._fresh else line)
            self._fresh = line.endswith("\n")
        return len(text)

    def flush(self) -> None:
        """Let the terminal have it."""
        self._stream.flush()

    def isatty(self) -> bool:
        """Whether a person reads along."""
        return self._stream.isatty()

    def fileno(self) -> int:
        """Of the stream itself."""
        return self._stream.fileno()


class _Drill:
    """Whether the service that answers is a drill."""

    on = False


def mark_as_drill() -> None:
    """Begin each line with the mark from now on."""
    if not _Drill.on:
        _Drill.on = True
        _out.cache_clear()
        _err.cache_clear()


def marked(question: str) -> str:
    """A question as it is asked: a drill's differs from a live one."""
    return DRILL_MARK + question if _Drill.on else question


def _marking(name: Literal["stdout", "stderr"]) -> TextIO:
    return cast(TextIO, _Marked(name))  # it has what a console asks of one


@cache
def _out() -> Console:
    if _Drill.on:
        width = (Console().width if _narrow() else WIDTH) - len(DRILL_MARK)
        return Console(file=_marking("stdout"), width=width, highlight=False, emoji=False)
    return Console(width=None if _narrow() else WIDTH, highlight=False, emoji=False)


@cache
def _err() -> Console:
    if _Drill.on:
        return Console(file=_marking("stderr"), soft_wrap=True, highlight=False, emoji=False)
    return Console(stderr=True, soft_wrap=True, highlight=False, emoji=False)


def _narrow() -> bool:
    return sys.stdout.isatty() and Console().width < WIDTH


def show(what: Any = "", *, style: str | None = None) -> None:
    """Print to stdout; strings as they are, never as markup."""
    _out().print(what, style=style, markup=False)


def show_whole(text: str) -> None:
    """Print what may be copied, like a link or a path: the terminal breaks the line, we do not."""
    _out().print(text, markup=False, soft_wrap=True)


def columns() -> int:
    """How many characters a line holds."""
    return _out().width


def plain(text: str) -> None:
    """One line for scripts: no wrapping, no colour."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def show_json(value: Any) -> None:
    """The answer as the API gave it."""
    plain(json.dumps(value, indent=2, ensure_ascii=False))


def complain(sentence: str) -> None:
    """What went wrong and what to do, on stderr."""
    _err().print(sentence, markup=False)


def tell(sentence: str) -> None:
    """News beside the answer, on stderr, so that stdout stays the answer alone."""
    _err().print(sentence, markup=False, style="dim")
