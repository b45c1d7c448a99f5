"""The platforms that the contract is tried on."""

from collections.abc import Iterator

import pytest
from stages import STAGES, Stage

from amends.sandbox import Sandbox


@pytest.fixture(params=list(STAGES))
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """One platform, ready to be asked."""
    with Sandbox() as sandbox:
        built = STAGES[request.param](sandbox)
        yield built
        built.platform.close()
