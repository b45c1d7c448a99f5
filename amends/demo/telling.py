"""Tells one story from beginning to end, and leaves nothing behind."""

import shutil
import sys
import tempfile
import textwrap
import threading
from contextlib import AbstractContextManager, ExitStack, suppress
from pathlib import Path

from amends.demo.failing import DemoError
from amends.demo.people import DEE
from amends.demo.screen import Screen
from amends.demo.stage import Stage, open_stage
from amends.demo.stories import USUAL, Story, story_named, titles
from amends.practice.node import PracticeError
from amends.supervise import sigterm_is_ctrl_c

DONE, FAILED, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130

BEFORE = (
    "Everything here runs on this machine: {platforms}; Amends; and Prefect. No account, no "
    "network. The people are played: the demo calls the API for each of them, with a token of "
    "their own."
)


def run(scenario: str | None = None, keep: bool = False) -> int:
    """Tell the story of this name; ``keep`` leaves everything running until Ctrl-C.

    Returns the exit code: 0 told, 1 failed, 2 no such story, 130 interrupted.
    """
    name = scenario or USUAL
    story = story_named(name)
    if story is None:
        choices = textwrap.fill(", ".join(titles()), width=76)
        sys.stderr.write(f"There is no story named {scenario}. Choose one of:\n{choices}\n")
        return BAD_INPUT
    screen, home = Screen(), Path(tempfile.mkdtemp(prefix="amends-demo-"))
    code = INTERRUPTED
    try:
        with sigterm_is_ctrl_c():
            code = tell(story, screen, home, keep=keep)
    finally:
        if (code != FAILED and not keep) or not any(home.iterdir()):
            shutil.rmtree(home, ignore_errors=True)
    if home.exists():
        screen.place("The files stay in", home)
    return code


def show_stories() -> int:
    """Every story, by the name that ``--scenario`` takes."""
    Screen().rows(titles().items(), "bold")
    return DONE


def tell(story: Story, screen: Screen, home: Path, *, keep: bool) -> int:
    """The outermost edge of the demo: whatever fails, everything is ended, and it says why."""
    try:
        with ExitStack() as running:
            _introduce(story, screen, home, keep=keep)
            with screen.waiting("Starting everything …"):
                stage = running.enter_context(_stage_of(story, screen, home))
            story.play(stage, screen)
            screen.say()
            if keep:
                _stay(stage, screen)
            else:
                screen.say(f"To open these pages, leave it running: {_command(story)} --keep")
                screen.say("Other stories: amends demo --list")
            with screen.waiting("Ending everything …"):
                running.close()
    except KeyboardInterrupt:
        screen.say("Interrupted. Everything was ended.")
        return INTERRUPTED
    except Exception as error:
        plain = isinstance(error, (DemoError, PracticeError))
        said = str(error) if plain else f"{type(error).__name__}: {error}"
        screen.wrong(f"The demo failed. {said}")
        if any(home.iterdir()):
            screen.place("What the processes wrote is in", home / "logs")
        return FAILED
    return DONE


def _stage_of(story: Story, screen: Screen, home: Path) -> AbstractContextManager[Stage]:
    return open_stage(home, screen.aside, story.places, story.people)


def _introduce(story: Story, screen: Screen, home: Path, *, keep: bool) -> None:
    screen.title(f"Amends, a demo: {story.title}")
    screen.say(BEFORE.format(platforms=story.platforms))
    screen.say()
    screen.rows(((one.first_name, one.part) for one in story.people), "bold")
    screen.say()
    screen.aside("DTU: the Digital Transformation Unit.")
    screen.place(f"Files, {'which stay' if keep else 'removed at the end'}:", home)


def _stay(stage: Stage, screen: Screen) -> None:
    """Leave it running until Ctrl-C, and say how to call it."""
    screen.say("Everything goes on running. End it with Ctrl-C. To call it as Dee, elsewhere:")
    screen.shell(
        f"export AMENDS_URL={stage.installation.url}",
        f"export AMENDS_TOKEN={stage.player(DEE).token}",
        "amends status",
    )
    with suppress(KeyboardInterrupt):
        threading.Event().wait()


def _command(story: Story) -> str:
    """How this story is told again."""
    usual = story.name in ("", USUAL)
    return "amends demo" if usual else f"amends demo --scenario {story.name}"
