"""Every place where the engine commits or calls, as its source has them."""

import ast
from collections.abc import Iterator
from pathlib import Path

from models.words import EffectKind

ROOT = Path(__file__).parents[2]
ENGINE = ("flows", "amends/engine.py", "models/register.py", "models/anchors.py")
"""What runs where the hands are."""

PEOPLES_DOORS = (
    *("flows/deciding", "flows/tokens.py", "flows/cases.py", "flows/intake.py", "flows/crowd.py"),
    *("flows/report_request.py", "flows/reconcile.py", "flows/signing_in.py", "flows/drafts.py"),
    *("flows/signing_in_elsewhere.py", "flows/previews.py", "flows/legal_holding.py"),
    *("flows/asking_first.py", "flows/subject_access", "flows/asking_for_checks.py"),
    *("flows/dry_run.py", "flows/ending_sessions.py"),
    *("flows/reviewing/moving.py", "flows/reviewing/keys.py"),
)
"""What people do, in a process that sends nothing: a request is kept whole or not at all, which the
tests of the database's faults show at every statement."""


def sources() -> Iterator[Path]:
    """The files of the engine's own code."""
    for one in ENGINE:
        path = ROOT / one
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            if not str(file.relative_to(ROOT)).startswith(PEOPLES_DOORS):
                yield file


def commits() -> set[str]:
    """The names under which the engine commits."""
    return {name for file in sources() for name in named(file, "write")}


def calls() -> set[str]:
    """The points beside the engine's outside calls."""
    flows = {name for file in sources() for name in named(file, "point")}
    outside = [
        name
        for file in sorted((ROOT / "integrations").rglob("*.py"))
        for name in named(file, "point")
    ]
    return flows | set(outside)


def points() -> set[str]:
    """Both sides of each."""
    sides = {f"{name}:{side}-commit" for name in commits() for side in ("before", "after")}
    return sides | calls()


def named(file: Path, verb: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and _is_called(node.func, verb) and node.args:
            yield from _texts(node.args[0])


def _is_called(function: ast.expr, verb: str) -> bool:
    return isinstance(function, ast.Attribute) and function.attr == verb


def _texts(name: ast.expr) -> Iterator[str]:
    """The name, or one for each kind of effect where it has one in it."""
    if isinstance(name, ast.Constant) and isinstance(name.value, str):
        yield name.value
    elif isinstance(name, ast.JoinedStr):
        for kind in EffectKind:
            yield "".join(
                str(part.value) if isinstance(part, ast.Constant) else kind.value
                for part in name.values
            )
