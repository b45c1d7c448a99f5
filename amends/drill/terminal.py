"""Questions to whoever holds the drill; each line says that it is one."""

from collections.abc import Callable, Collection, Sequence

from amends.cli.screen import marked, show, show_whole
from amends.drill.failing import EndedEarly

END = "end"
NOBODY = "nobody"


class Terminal:
    """One keyboard and one screen. ``read`` shows a question and returns what was typed."""

    def __init__(self, read: Callable[[str], str] = input) -> None:
        self._read = read

    def say(self, text: str = "", *, loud: bool = False) -> None:
        """A paragraph; or an empty line."""
        show(text, style="bold" if loud else None)

    def place(self, text: str) -> None:
        """What may be copied, like a link or a path: never broken into lines."""
        show_whole(text)

    def ask(self, question: str, usual: str = "") -> str:
        """What was typed; ``usual`` for a bare Enter. Raises EndedEarly at ``end``, or where the
        keyboard is gone."""
        hint = f" [{usual}]" if usual else ""
        try:
            typed = self._read(marked(f"{question}{hint} ")).strip()
        except (EOFError, KeyboardInterrupt):
            raise EndedEarly from None
        if typed.lower() == END:
            raise EndedEarly
        return typed or usual

    def yes(self, question: str) -> bool:
        """Whether they say yes; asked again until they say either."""
        while True:
            typed = self.ask(f"{question} (yes or no)").lower()
            if typed in ("yes", "y", "no", "n"):
                return typed[0] == "y"

    def one_of(self, question: str, choices: Sequence[str], also: Collection[str] = ()) -> str:
        """One of the choices, by its number, or a word of ``also``; the first for a bare Enter."""
        for number, choice in enumerate(choices, start=1):
            self.say(f"  {number}  {choice}")
        while True:
            typed = self.ask(question, "1").lower()
            if typed in also:
                return typed
            if typed.isdecimal() and 1 <= int(typed) <= len(choices):
                return choices[int(typed) - 1]
