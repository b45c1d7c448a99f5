"""What the terminal shows: plain, in 80 columns; answers on stdout, complaints on stderr."""

import json
import sys
from functools import cache
from typing import Any

from rich.console import Console

WIDTH = 80


@cache
def _out() -> Console:
    return Console(width=None if _narrow() else WIDTH, highlight=False, emoji=False)


@cache
def _err() -> Console:
    return Console(stderr=True, soft_wrap=True, highlight=False, emoji=False)


def _narrow() -> bool:
    return sys.stdout.isatty() and Console().width < WIDTH


def show(what: Any = "", *, style: str | None = None) -> None:
    """Print to stdout; strings as they are, never as markup."""
    _out().print(what, style=style, markup=False)


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
