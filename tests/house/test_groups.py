"""Tests of one group run in one worker: they share a server that takes half a minute to start."""

import os

import pytest


@pytest.mark.xdist_group("groups")
def test_a_group_is_known_to_whoever_hands_out_the_tests(request: pytest.FixtureRequest) -> None:
    if "PYTEST_XDIST_WORKER" in os.environ and request.config.getoption("loadgroup"):
        assert request.node.nodeid.endswith("@groups")
