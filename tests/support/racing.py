"""People who press at the same moment, over the real API, each on a connection of their own."""

import http.client
import json
import random
import re
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from served import API, Served

SPREAD_SECONDS = 0.004
"""How far apart the presses of one moment may lie: about as long as one of them takes."""

WHO_AND_WHEN = re.compile(r"^\S.* at \d\d:\d\d UTC on \d{1,2} \w+ \d{4}")


@dataclass(frozen=True)
class Press:
    """One request: who makes it, where, and with what."""

    by: str
    path: str
    body: dict[str, object]
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Pressed:
    """What a press was answered."""

    by: str
    status: int
    answer: dict[str, object]

    @property
    def detail(self) -> str:
        """The sentence of a refusal."""
        return str(self.answer.get("detail", ""))


def press_together(web: Served, presses: Sequence[Press], spread: random.Random) -> list[Pressed]:
    """All of them at one moment, give or take; the answers in the order of the presses."""
    together = threading.Barrier(len(presses))
    port = int(web.url.rpartition(":")[2])
    prepared = [(press, web.token(press.by), spread.random()) for press in presses]

    def one(press: Press, token: str, part: float) -> Pressed:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.connect()
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        body = json.dumps(press.body)
        together.wait()
        time.sleep(SPREAD_SECONDS * part)
        connection.request("POST", API + press.path, body, headers | press.headers)
        answered = connection.getresponse()
        content = json.loads(answered.read())
        connection.close()
        return Pressed(press.by, answered.status, content)

    with ThreadPoolExecutor(len(presses)) as pool:
        return [one.result() for one in [pool.submit(one, *each) for each in prepared]]


def require_one_winner(pressed: Sequence[Pressed]) -> Pressed:
    """One was taken; every other was told who was quicker, and when. Returns the one."""
    won = [one for one in pressed if one.status == 202]
    assert len(won) == 1, [(one.by, one.status, one.detail) for one in pressed]
    for one in pressed:
        if one is not won[0]:
            assert one.status == 409, (one.status, one.answer)
            assert WHO_AND_WHEN.match(one.detail), one.detail
    return won[0]
