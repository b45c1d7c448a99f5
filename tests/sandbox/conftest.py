"""A practice platform."""

from collections.abc import Iterator

import pytest

from amends.sandbox import Sandbox


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """One with the account @dept."""
    with Sandbox() as sandbox:
        sandbox.add_account("dept", "Dept for Examples")
        yield sandbox
