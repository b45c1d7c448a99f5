"""The names of the house are its own: no file or package stands in the way of another."""

import importlib.metadata
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OURS = ("amends", "flows", "integrations", "models", "policy", "templates")


def _installed_names() -> dict[str, set[str]]:
    return {
        name: set(owners) for name, owners in importlib.metadata.packages_distributions().items()
    }


@pytest.mark.parametrize("name", OURS)
def test_no_other_distribution_owns_our_package(name: str) -> None:
    assert _installed_names().get(name, set()) <= {"amends"}


def test_no_file_in_flows_shares_a_name_with_python_or_a_dependency() -> None:
    """Prefect puts flows/ first on sys.path: flows/email.py would replace Python's own."""
    files = {path.stem for path in (ROOT / "flows").glob("*.py")} - {"__init__"}
    taken = set(sys.stdlib_module_names) | set(_installed_names())
    assert not files & taken
