"""The stories that the demo can tell; ``--scenario`` picks one."""

from collections.abc import Callable
from dataclasses import dataclass

from amends.demo import wrong_account, wrong_fact
from amends.demo.screen import Screen
from amends.demo.stage import Stage


@dataclass(frozen=True)
class Story:
    """``play`` runs it from the post to the last screen."""

    title: str
    play: Callable[[Stage, Screen], None]


STORIES: dict[str, Story] = {
    "wrong-fact": Story("a wrong fact, from report to proof", wrong_fact.play),
    "wrong-account": Story("a political joke from the wrong account", wrong_account.play),
}
"""Each by its name. A new story is a file of its own, and a line here."""

USUAL = "wrong-fact"
