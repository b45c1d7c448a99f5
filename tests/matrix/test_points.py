"""No commit and no outside call lacks its points: the source is searched for both."""

import ast
from collections.abc import Iterator
from pathlib import Path

import elsewhere
import points

ROOT = points.ROOT
WAYS_OUT = {
    "integrations/platforms/bounded.py": "http",
    "integrations/notices/smtp.py": "mail",
    "integrations/notices/outbox.py": "mail",
}
"""The files in which something leaves this machine, or would; each has both its points."""

NETWORK = {"socket", "smtplib", "http.client", "urllib.request", "httpx", "aiohttp", "urllib3"}
MAY_NAME_THEM = {
    *WAYS_OUT,
    "integrations/platforms/bounded_connection.py",  # what bounded.py sends through
    "flows/hands.py",  # the host's name
    "models/anchoring.py",  # the same
    "models/bell.py",  # a local socket, which only wakes
}


def trees(*folders: str) -> Iterator[tuple[str, ast.Module]]:
    """Every source file of these folders."""
    for folder in folders:
        for file in sorted((ROOT / folder).rglob("*.py")):
            yield str(file.relative_to(ROOT)), ast.parse(file.read_text(encoding="utf-8"))


def imported(tree: ast.Module) -> set[str]:
    """The modules that it imports."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def test_only_the_store_commits() -> None:
    """So no commit lacks its points: ``Store.write`` has both."""
    committing = {
        path
        for path, tree in trees("flows", "integrations", "models", "policy")
        if "migrations" not in path
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr == "commit"
    }
    assert committing == {"models/store.py"}


def test_only_the_ways_out_touch_the_network() -> None:
    touching = {
        path
        for path, tree in trees("flows", "integrations", "models", "policy")
        if imported(tree) & NETWORK
    }
    assert touching <= MAY_NAME_THEM


def test_each_way_out_has_a_point_before_and_after() -> None:
    for path, name in WAYS_OUT.items():
        found = set(points.named(ROOT / path, "point"))
        assert found == {f"{name}:before-call", f"{name}:after-call"}


def test_each_request_is_sent_by_the_one_adapter() -> None:
    """Whatever library asks, its session is a bounded one."""
    making = {
        path
        for path, tree in trees("integrations")
        for node in ast.walk(tree)
        if _makes_a_session(node)
    }
    assert "integrations/notices/notify.py" in making
    for path in making:
        assert "bound(" in Path(ROOT / path).read_text(encoding="utf-8")


def _makes_a_session(node: ast.AST) -> bool:
    """Itself, or through a client that brings its own."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.func.id == "NotificationsAPIClient"
    return (
        isinstance(node, ast.Attribute)
        and node.attr == "Session"
        and isinstance(node.value, ast.Name)
        and node.value.id == "requests"
    )


def test_the_points_of_the_ledger_are_found() -> None:
    """The search itself can fail: these are there."""
    found = points.points()
    assert {"claim-effect:before-commit", "conclude-publish:after-commit"} <= found
    assert {"http:before-call", "mail:after-call", "look:before-call"} <= found
    assert {"delete:before-call", "notice:after-look"} <= found


def test_what_is_killed_elsewhere_is_still_there() -> None:
    """A point that was renamed would be killed nowhere."""
    assert set(elsewhere.POINTS) <= points.points()
