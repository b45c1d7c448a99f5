"""Tells one story from beginning to end, and leaves nothing behind."""

import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from amends.demo.failing import DemoError
from amends.demo.people import DEE, PEOPLE
from amends.demo.screen import Screen
from amends.demo.stage import Stage, open_stage
from amends.demo.stories import STORIES, USUAL, Story
from amends.practice.node import PracticeError

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
    story = STORIES.get(scenario or USUAL)
    if story is None:
        choices = ", ".join(STORIES)
        sys.stderr.write(f"There is no story named {scenario}. Choose one of: {choices}\n")
        return BAD_INPUT
    screen, home = Screen(), Path(tempfile.mkdtemp(prefix="amends-demo-"))
    code = INTERRUPTED
    try:
        with _sigterm_is_ctrl_c():
            code = tell(story, screen, home, keep=keep)
    finally:
        if (code != FAILED and not keep) or not any(home.iterdir()):
            shutil.rmtree(home, ignore_errors=True)
    if home.exists():
        screen.place("The files stay in", home)
    return code


def tell(story: Story, screen: Screen, home: Path, *, keep: bool) -> int:
    """The outermost edge of the demo: whatever fails, everything is ended, and it says why."""
    try:
        with ExitStack() as running:
            _introduce(story, screen, home, keep=keep)
            with screen.waiting("Starting everything …"):
                stage = running.enter_context(open_stage(home, screen.aside, story.places))
            story.play(stage, screen)
            screen.say()
            if keep:
                _stay(stage, screen)
            else:
                screen.say(f"To open these pages, leave it running: {_command(story)} --keep")
                screen.say(f"Another story: {_others(story)}")
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


def _introduce(story: Story, screen: Screen, home: Path, *, keep: bool) -> None:
    screen.title(f"Amends, a demo: {story.title}")
    screen.say(BEFORE.format(platforms=story.platforms))
    screen.say()
    screen.rows(((one.first_name, one.part) for one in PEOPLE), "bold")
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


def _others(story: Story) -> str:
    return ", ".join(_command(one) for one in STORIES.values() if one is not story)


def _command(story: Story) -> str:
    """How this story is told again."""
    name = next((name for name, one in STORIES.items() if one is story), USUAL)
    return "amends demo" if name == USUAL else f"amends demo --scenario {name}"


@contextmanager
def _sigterm_is_ctrl_c() -> Iterator[None]:
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
