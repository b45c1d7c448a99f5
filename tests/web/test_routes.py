"""Every route is known here by who may call it: a new one fails until it is classified."""

from types import SimpleNamespace
from typing import Any

import pytest
from served import Served

from amends.web.app import create_app

OPEN = {
    "GET /healthz",
    "GET /readyz",
    "POST /api/v1/tokens/claim",
    "GET /ack/{token}",
    "POST /ack/{token}",
    "GET /i/{reference}",
    "GET /static/plain.css",
    "GET /api/v1/openapi.json",
}
"""Routes that need no token: they tell nothing, or take a secret of their own."""


def _routes() -> set[str]:
    nowhere: Any = SimpleNamespace(store=None, settings=SimpleNamespace(drill=None))
    document = create_app(nowhere).openapi()
    return {
        f"{method.upper()} {path}" for path, verbs in document["paths"].items() for method in verbs
    }


@pytest.mark.parametrize("route", sorted(_routes() - OPEN))
def test_a_route_needs_a_token(web: Served, route: str) -> None:
    method, path = route.split()
    answer = web.call(method, path.replace("{reference}", "AM-XXXXX"), json={})
    assert answer.status_code == 401, route
