"""The practice platform starts, is restarted and stops without leaving anything behind."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import pytest
import requests

from amends.sandbox import Sandbox

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("wanted", [signal.SIGTERM, signal.SIGINT])
def test_the_command_prints_its_address_and_stops_when_told(wanted: signal.Signals) -> None:
    command = [sys.executable, "-m", "amends.sandbox", "--port", "0", "--latency-ms", "1"]
    environ = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environ
    ) as process:
        url = process.stdout.readline().strip()
        held = socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])))
        assert requests.get(url + "/").status_code == 200
        process.send_signal(wanted)
        output, errors = process.communicate(timeout=10)
        held.close()
    assert (process.returncode, output, errors) == (0, "", "")


def test_a_port_that_is_taken_is_said_in_a_sentence(sandbox: Sandbox) -> None:
    port = sandbox.url.rpartition(":")[2]
    command = [sys.executable, "-m", "amends.sandbox", "--port", port]
    environ = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, env=environ, check=False)
    assert done.returncode == 1
    assert done.stderr == f"Port {port} is taken. Stop what uses it, or choose another: --port N\n"


def test_it_listens_on_this_machine_only(sandbox: Sandbox) -> None:
    assert sandbox.url.startswith("http://127.0.0.1:")
    assert sandbox._server.server_address[0] == "127.0.0.1"


def test_started_again_it_is_the_same_platform(sandbox: Sandbox) -> None:
    post = sandbox.add_post("dept", "Hello")
    url = sandbox.url
    sandbox.stop()
    with pytest.raises(requests.ConnectionError):
        requests.get(url + "/")
    sandbox.start()
    assert sandbox.url == url
    assert requests.get(post.url).status_code == 200


def test_stopping_lets_go_of_those_who_wait_for_an_answer(sandbox: Sandbox) -> None:
    sandbox.fail("oembed", "hang")
    ended = threading.Event()

    def wait() -> None:
        with pytest.raises(requests.ConnectionError):
            requests.get(sandbox.url + "/oembed")
        ended.set()

    thread = threading.Thread(target=wait)
    thread.start()
    deadline = time.monotonic() + 5
    while not sandbox.calls("oembed") and time.monotonic() < deadline:
        time.sleep(0.01)
    sandbox.stop()
    assert ended.wait(5)
    thread.join()


def test_two_requests_share_a_connection(sandbox: Sandbox) -> None:
    with closing(HTTPConnection(sandbox.url.removeprefix("http://"))) as connection:
        connection.connect()
        ours = connection.sock
        for _ in range(2):
            connection.request("GET", "/oembed")
            assert connection.getresponse().read()
        assert connection.sock is ours
