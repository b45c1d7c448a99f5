"""The demo tells its stories as somebody at a terminal meets them, and leaves nothing behind."""

import importlib.util
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from amends.demo.failing import DemoError
from amends.demo.places.base import Place
from amends.demo.scenarios.reading import scenarios
from amends.demo.screen import Screen
from amends.demo.stage import Stage
from amends.demo.stories import STORIES, Story, titles
from amends.demo.telling import FAILED, run, tell
from amends.practice.node import PracticeError

COMMAND = [sys.executable, "-m", "amends.cli", "demo"]
SECONDS = 170
LINK = re.compile(r" *(http\S+/sign-in/\S+)$")
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")


@pytest.fixture
def room() -> Iterator[Path]:
    """An empty folder with a short name: the engine's socket is in it, and sockets need those."""
    with tempfile.TemporaryDirectory(prefix="demo-") as folder:
        yield Path(folder)


def start(room: Path, *options: str, **environment: str) -> subprocess.Popen[str]:
    """The demo in a process of its own, from an empty folder."""
    return subprocess.Popen(
        [*COMMAND, *options],
        cwd=room,
        env=os.environ | {"TMPDIR": str(room), "NO_COLOR": ""} | environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def home_in(shown: str) -> Path:
    """Where the demo said that its files are."""
    found = re.search(r"Files, [^:]+:\s+(\S+)", shown)
    assert found is not None, shown
    return Path(found[1])


def processes_of(folder: Path) -> list[str]:
    """The command of every process of the installation in this folder."""
    return processes_with(f"AMENDS_HOME={folder}")


def processes_with(variable: str) -> list[str]:
    """The command of every process whose environment has this."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if os.fsencode(variable) in (process / "environ").read_bytes():
                found.append((process / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue
    return found


def assert_nothing_is_left(shown: str) -> None:
    home = home_in(shown)
    assert not home.exists()
    assert processes_of(home) == []
    assert list(home.parent.glob("amends-demo-*")) == []


@pytest.mark.prefect
def test_a_wrong_fact_is_told_to_its_end_and_prefect_shows_it(room: Path) -> None:
    demo = start(room)
    shown, _ = demo.communicate(timeout=SECONDS)

    assert demo.returncode == 0, shown
    assert "closed: the whole story" in shown
    last = shown.partition("closed: the whole story")[2]
    assert "The right information is" in last
    assert "now answers 404: no such post" in last
    assert "Bo, Ana’s line manager" in last
    assert "words wait for you" in last
    assert "seen gone, by our own account" in last
    assert re.search(r"AM-\w{5}  Closed", last)
    assert "/api/v1/openapi.json" in last
    assert "--keep" in last
    assert "Traceback" not in shown
    assert not CONTROL.search(shown)
    assert all(len(line) <= 80 for line in shown.splitlines() if "Files" not in line)
    assert_nothing_is_left(shown)


def test_a_joke_on_the_wrong_account_ends_in_a_referral_that_is_sealed(room: Path) -> None:
    demo = start(room, "--scenario", "wrong-account", AMENDS_PREFECT="off")
    shown, _ = demo.communicate(timeout=SECONDS)

    assert demo.returncode == 0, shown
    story, _, last = shown.partition("closed: the whole story")
    for name in ("Dee", "Bo", "Flo", "Ana"):
        assert re.search(rf"{name} +404: there is no such case", story)
    assert "It is not an official view." in last
    assert "HR’s mailbox" in last
    assert "referred  by Hal, rule 54" in last
    assert "AMENDS_PREFECT=off" in last
    assert "Traceback" not in shown
    assert not CONTROL.search(shown)
    assert_nothing_is_left(shown)


def test_a_story_that_there_is_none_of_is_answered_with_the_choices(room: Path) -> None:
    demo = start(room, "--scenario", "shark")
    shown, _ = demo.communicate(timeout=SECONDS)
    assert demo.returncode == 2
    assert all(name in shown for name in (*STORIES, *scenarios()))
    assert all(len(line) <= 80 for line in shown.splitlines())


def test_the_stories_are_listed_with_what_they_tell(room: Path) -> None:
    demo = start(room, "--list")
    shown, _ = demo.communicate(timeout=SECONDS)
    assert demo.returncode == 0
    for name, title in titles().items():
        assert re.search(rf"{name} +{title}", shown)
    assert all(len(line) <= 80 for line in shown.splitlines())
    assert list(room.iterdir()) == []


@pytest.mark.matrix
@pytest.mark.parametrize("name", sorted(scenarios()))
def test_each_scenario_is_told_to_its_end(name: str, room: Path) -> None:
    demo = start(room, "--scenario", name.lower(), AMENDS_PREFECT="off")
    shown, _ = demo.communicate(timeout=SECONDS)
    assert demo.returncode == 0, shown
    assert scenarios()[name].title in shown
    assert "closed: the whole story" in shown
    assert f"amends demo --scenario {name} --keep" in shown
    assert all(len(line) <= 80 for line in shown.splitlines() if "Files" not in line)
    assert not CONTROL.search(shown)
    assert_nothing_is_left(shown)


def test_ctrl_c_ends_everything(room: Path) -> None:
    demo = start(room, "--keep", AMENDS_PREFECT="off", PYTHONUNBUFFERED="1")
    assert demo.stdout is not None
    shown = ""
    for line in demo.stdout:
        shown += line
        if line.startswith("2  "):
            break
    assert processes_of(home_in(shown))
    demo.send_signal(signal.SIGINT)
    rest, _ = demo.communicate(timeout=SECONDS)
    assert demo.returncode == 130, rest
    assert "Everything was ended" in rest
    assert "Traceback" not in rest
    assert processes_of(home_in(shown)) == []


def enter(link: str) -> str:
    """Who is signed in by this link, as the list of open incidents says."""
    with httpx.Client(trust_env=False) as browser:
        assert browser.get(link).status_code == 200
        assert browser.post(link).status_code == 303
        page = browser.get(httpx.URL(link).join("/incidents"))
    name = re.search(r'class="amends-header__name">([^<]+)<', page.text)
    assert name, page.status_code
    return name[1]


def test_keep_leaves_it_running_until_it_is_told_to_end(room: Path) -> None:
    demo = start(room, "--keep", AMENDS_PREFECT="off", PYTHONUNBUFFERED="1")
    assert demo.stdout is not None
    shown = ""
    for line in demo.stdout:
        shown += line
        if link := LINK.match(line):
            break
    assert demo.poll() is None
    assert processes_of(home_in(shown))
    assert link
    assert enter(link[1]) == "Dee Diaz"
    (asking,) = re.findall(r"^ *(http\S+/sign-in)$", shown, re.MULTILINE)
    sent = httpx.post(asking, data={"email": "bo@dept.example"}, trust_env=False)
    assert sent.status_code == 303
    another = next(found[1] for line in demo.stdout if (found := LINK.match(line)))
    assert enter(another) == "Bo Berg"
    demo.send_signal(signal.SIGTERM)
    demo.communicate(timeout=SECONDS)
    assert demo.returncode == 0
    assert processes_of(home_in(shown)) == []
    assert (home_in(shown) / "outbox").is_dir()


def test_a_demo_that_fails_says_why_and_where_to_look(
    room: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fall(stage: Stage, screen: Screen) -> None:
        raise DemoError("The scenery fell.")

    monkeypatch.setenv("AMENDS_PREFECT", "off")
    assert tell(Story("nothing", fall), Screen(), room, keep=False) == FAILED
    shown = capsys.readouterr().out
    assert "The scenery fell." in shown
    assert str(room / "logs") in shown
    assert (room / "logs" / "engine.log").is_file()
    assert processes_of(room) == []


@pytest.mark.real
def test_a_mistake_on_three_platforms_is_told_to_its_end(room: Path) -> None:
    demo = start(room, "--scenario", "copies", AMENDS_PREFECT="off")
    shown, _ = demo.communicate(timeout=SECONDS)

    assert demo.returncode == 0, shown
    story, _, last = shown.partition("closed: the whole story")
    for name in ("X @dept", "Bluesky @dept.test", "Mastodon @dept"):
        assert f"{name}: The post was kept in full" in story
        assert f"{name}: The words were published." in last
    assert "It sees now, on X, Bluesky, Mastodon" in last
    assert "old link on X now answers 404: no such post" in last
    assert "old link on Bluesky now answers 400: RecordNotFound" in last
    assert "old link on Mastodon now answers 404: no such post" in last
    assert len(re.findall("Bo, Ana’s line manager +Amends AM-", last)) == 1, "not one for each copy"
    assert "Traceback" not in shown
    assert not CONTROL.search(shown)
    assert_nothing_is_left(shown)
    assert processes_with(f"TMPDIR={room}") == []


def test_a_story_whose_servers_cannot_be_had_says_what_to_do(
    room: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    @contextmanager
    def nowhere(say: Callable[[str], None]) -> Iterator[Place]:
        raise PracticeError("Such a server needs more. Run: make more")
        yield

    story = Story("nothing", lambda stage, screen: None, (nowhere,))
    assert tell(story, Screen(), room, keep=False) == FAILED
    shown = capsys.readouterr().out
    assert "The demo failed. Such a server needs more. Run: make more" in shown
    assert "logs" not in shown


def test_a_demo_that_could_not_begin_leaves_no_folder(
    room: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(tempfile, "tempdir", str(room))
    assert run("copies") == FAILED
    assert "Run make demo-copies" in " ".join(capsys.readouterr().out.split())
    assert list(room.iterdir()) == []
