"""The stories that the demo can tell; ``--scenario`` picks one."""

from collections.abc import Callable
from dataclasses import dataclass

from amends.demo import copies, wrong_account, wrong_fact
from amends.demo.people import BY_FIRST_NAME, PEOPLE, Person
from amends.demo.places.opening import (
    PlaceOpener,
    accounts_of,
    on_bluesky,
    on_mastodon,
    on_x,
)
from amends.demo.scenarios.playing import play
from amends.demo.scenarios.reading import scenarios
from amends.demo.scenarios.shapes import Scenario
from amends.demo.screen import Screen
from amends.demo.stage import Stage

ON_X = "a practice platform that answers as X does"


@dataclass(frozen=True)
class Story:
    """``play`` runs it from the post to the last screen; ``places`` opens what it is played on."""

    title: str
    play: Callable[[Stage, Screen], None]
    places: tuple[PlaceOpener, ...] = (on_x,)
    platforms: str = ON_X
    people: tuple[Person, ...] = PEOPLE
    name: str = ""


STORIES: dict[str, Story] = {
    "wrong-fact": Story("a wrong fact, from report to proof", wrong_fact.play, name="wrong-fact"),
    "copies": Story(
        "a wrong fact on three platforms at once",
        copies.play,
        (on_x, on_bluesky, on_mastodon),
        "a practice platform that answers as X does; Bluesky’s real server; an imitation of "
        "Mastodon",
        name="copies",
    ),
    "wrong-account": Story(
        "a political joke from the wrong account", wrong_account.play, name="wrong-account"
    ),
}
"""Each by its name. A new story is a file of its own, and a line here."""

USUAL = "wrong-fact"


def titles() -> dict[str, str]:
    """What each story is about, by the name that tells it."""
    told = {name: story.title for name, story in STORIES.items()}
    return told | {one.id: one.title for one in scenarios().values()}


def story_named(name: str) -> Story | None:
    """The story; a scenario's number may be written in any case."""
    scenario = scenarios().get(name.upper())
    return STORIES.get(name) or (story_of(scenario) if scenario else None)


def story_of(scenario: Scenario) -> Story:
    """A scenario as a story of the demo."""

    def tell(stage: Stage, screen: Screen) -> None:
        play(scenario, stage, screen)

    places = accounts_of(scenario.accounts)
    return Story(scenario.title, tell, places, ON_X, cast_of(scenario), scenario.id)


def cast_of(scenario: Scenario) -> tuple[Person, ...]:
    """The usual people, and the extras."""
    return (*PEOPLE, *(BY_FIRST_NAME[name] for name in scenario.extras))
