"""The platforms that the contract is tried on."""

from collections.abc import Iterator

import pytest
from stages import STAGES, Stage

NEEDS_MORE = {"bluesky": pytest.mark.real}


@pytest.fixture(params=[pytest.param(name, marks=NEEDS_MORE.get(name, ())) for name in STAGES])
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """One platform, ready to be asked."""
    with STAGES[request.param]() as built:
        yield built
