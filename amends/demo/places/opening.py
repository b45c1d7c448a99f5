"""Opens each platform, with the department's account on it; at the end of the context ends it."""

from collections.abc import Iterator
from contextlib import contextmanager

from amends.demo.installation import HANDLE, NAME
from amends.demo.places.base import Place
from amends.demo.places.x import ANSWER_SECONDS, XPlace
from amends.sandbox.sandbox import Sandbox


@contextmanager
def on_x() -> Iterator[Place]:
    """The practice platform in the place of X."""
    with Sandbox(latency=ANSWER_SECONDS) as sandbox:
        yield XPlace(sandbox, HANDLE, NAME)
