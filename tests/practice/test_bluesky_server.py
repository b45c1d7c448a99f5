"""The real Bluesky server: had once, found again after any end, never left behind."""

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from amends.practice.bluesky import BlueskyServer
from amends.practice.installing import _meaning, cache_folder, install, place_of
from amends.practice.node import PracticeError, find_node
from amends.supervise import free_port

real = pytest.mark.real


@pytest.fixture
def server(tmp_path: Path) -> Iterator[BlueskyServer]:
    with BlueskyServer(tmp_path / "server") as started:
        yield started


def test_without_node_one_sentence_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(PracticeError) as missing:
        install()
    assert "make test-real" in str(missing.value)


def test_what_cannot_start_leaves_no_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(PracticeError), BlueskyServer():
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("npm", "sentence"),
    [
        ("npm error code ENOTFOUND", "Check the network"),
        ("npm error code SELF_SIGNED_CERT_IN_CHAIN", "NODE_EXTRA_CA_CERTS"),
        ("npm error gyp ERR! not found: make", "build-essential"),
        ("npm error Something new", "Read its own words"),
    ],
)
def test_what_npm_says_becomes_a_sentence_that_says_what_to_do(npm: str, sentence: str) -> None:
    assert sentence in _meaning(npm)


def test_the_cache_is_where_the_environment_says(tmp_path: Path) -> None:
    assert cache_folder({"AMENDS_CACHE": str(tmp_path)}) == tmp_path
    assert cache_folder({}) == Path.home() / ".cache" / "amends"


@real
def test_without_a_network_one_sentence_says_so_and_nothing_half_is_taken_for_whole(
    tmp_path: Path,
) -> None:
    environ = {
        **os.environ,
        "AMENDS_CACHE": str(tmp_path),
        "npm_config_cache": str(tmp_path / "npm"),
        "npm_config_registry": f"http://127.0.0.1:{free_port(0)}/",
        "npm_config_fetch_retries": "0",
    }
    for _ in range(2):
        with pytest.raises(PracticeError) as unreachable:
            install(environ)
        assert "Check the network" in str(unreachable.value)
        assert not place_of(find_node(), tmp_path).exists()


@real
@pytest.mark.timeout(600)
def test_two_installs_at_once_make_one(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "amends.practice.bluesky", "install"]
    environ = {**os.environ, "AMENDS_CACHE": str(tmp_path)}
    both = [
        subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    said = sorted(one.communicate(timeout=500)[0].splitlines()[-1] for one in both)
    assert [one.returncode for one in both] == [0, 0]
    assert [line.partition(" in ")[0] for line in said] == [
        "Installed it",
        "The Bluesky server is installed",
    ]
    names = {path.name for path in tmp_path.iterdir() if path.is_dir()}
    assert names == {place_of(find_node(), tmp_path).name}


@real
def test_what_is_installed_is_not_installed_again(server: BlueskyServer) -> None:
    started = time.monotonic()
    place, fresh = install()
    assert (place.is_dir(), fresh) == (True, False)
    assert time.monotonic() - started < 1


@real
def test_it_is_reached_from_this_machine_alone(server: BlueskyServer) -> None:
    assert _listens_on(server.port) == {"127.0.0.1"}


@real
def test_killed_or_restarted_it_has_the_same_posts_at_the_same_address(
    server: BlueskyServer,
) -> None:
    server.add_account("dept.test")
    person, address = server.person("dept.test"), server.base_url
    key = person.post("The fund opens on 3 May.")
    server.kill()
    server.start()
    assert person.texts() == ["The fund opens on 3 May."]
    server.restart()
    person.change(key, "The fund opens on 5 June.")
    assert person.texts() == ["The fund opens on 5 June."]
    server.add_account("embassy.test")
    assert server.base_url == address


@real
def test_a_name_that_cannot_be_had_is_explained(server: BlueskyServer) -> None:
    with pytest.raises(PracticeError) as reserved:
        server.add_account("press.test")
    assert "press.test" in str(reserved.value)


@real
def test_it_ends_with_whoever_started_it_and_however(tmp_path: Path) -> None:
    script = (
        "import json, os, pathlib, sys\n"
        "from amends.practice.bluesky import BlueskyServer\n"
        f"server = BlueskyServer(pathlib.Path({str(tmp_path / 'server')!r})).start()\n"
        "print(json.dumps(server.pids), flush=True)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    started = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    pids = json.loads(started.stdout)
    assert len(pids) == 2
    until = time.monotonic() + 20
    while any(_lives(pid) for pid in pids) and time.monotonic() < until:
        time.sleep(0.05)
    assert not [pid for pid in pids if _lives(pid)]


@real
def test_its_temporary_folder_goes_with_it() -> None:
    server = BlueskyServer().start()
    assert (server.folder / "data").is_dir()
    server.stop()
    assert not server.folder.exists()


def _lives(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def _listens_on(port: int) -> set[str]:
    """The addresses that a port is open on, as the kernel lists them."""
    found = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text(encoding="utf-8").splitlines()[1:]:
            _, local, _, state, *_ = line.split()
            address, _, at = local.partition(":")
            if state == "0A" and int(at, 16) == port:
                found.add("127.0.0.1" if address == "0100007F" else address)
    return found
