"""Reads the scenarios' files, each by its number."""

import tomllib
from functools import cache
from pathlib import Path

from amends.demo.scenarios.shapes import Scenario

HERE = Path(__file__).parent


@cache
def scenarios() -> dict[str, Scenario]:
    """Every scenario by its id, in order."""
    found = [_read(path) for path in sorted(HERE.glob("SC*.toml"))]
    return {one.id: one for one in found}


def _read(path: Path) -> Scenario:
    return Scenario.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
