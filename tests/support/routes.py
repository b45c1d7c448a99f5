"""Every route that the web process has, read from the app itself."""

from types import SimpleNamespace
from typing import Any

from fastapi.routing import iter_route_contexts

from amends.web.app import create_app


def all_routes() -> set[str]:
    """Each as ``METHOD /path``, the pages too, which no description of the API has."""
    nowhere: Any = SimpleNamespace(store=None)
    return {
        f"{method} {context.path}"
        for context in iter_route_contexts(create_app(nowhere).routes)
        for method in context.methods or ()
        if method != "HEAD"
    }
