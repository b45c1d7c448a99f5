"""The stories that the demo can tell; ``--scenario`` picks one."""

from collections.abc import Callable
from dataclasses import dataclass

from amends.demo import copies, wrong_account, wrong_fact
from amends.demo.places.opening import PlaceOpener, on_bluesky, on_mastodon, on_x
from amends.demo.screen import Screen
from amends.demo.stage import Stage


@dataclass(frozen=True)
class Story:
    """``play`` runs it from the post to the last screen; ``places`` opens what it is played on."""

    title: str
    play: Callable[[Stage, Screen], None]
    places: tuple[PlaceOpener, ...] = (on_x,)
    platforms: str = "a practice platform that answers as X does"


STORIES: dict[str, Story] = {
    "wrong-fact": Story("a wrong fact, from report to proof", wrong_fact.play),
    "copies": Story(
        "a wrong fact on three platforms at once",
        copies.play,
        (on_x, on_bluesky, on_mastodon),
        "a practice platform that answers as X does; Bluesky’s real server; an imitation of "
        "Mastodon",
    ),
    "wrong-account": Story("a political joke from the wrong account", wrong_account.play),
}
"""Each by its name. A new story is a file of its own, and a line here."""

USUAL = "wrong-fact"
