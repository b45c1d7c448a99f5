"""Nothing that people can use or meet goes without a page that says what it is."""

import importlib.util
import re
import tomllib
from collections.abc import Callable
from enum import StrEnum
from itertools import chain
from pathlib import Path

import pytest

from amends.settings import ENVIRONMENT, load
from models.moves import MOVES
from models.review import CaseState
from models.standing import StepState
from models.words import (
    EffectState,
    IncidentState,
    Kind,
    NoticeState,
    PostState,
    ReferralState,
    StatementState,
    Step,
    Wait,
)

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
REFERENCE = DOCS / "reference"
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def _pages() -> dict[str, Callable[[], str]]:
    spec = importlib.util.spec_from_file_location("docs_generate", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    pages: dict[str, Callable[[], str]] = module.pages()
    return pages


PAGES = _pages()


def _reference(name: str) -> str:
    return (REFERENCE / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PAGES)
def test_a_generated_page_is_current(name: str) -> None:
    assert _reference(name) == PAGES[name](), f"docs/reference/{name} is old. Run: make docs"


@pytest.mark.parametrize("name", ENVIRONMENT)
def test_every_variable_of_the_environment_is_documented(name: str) -> None:
    assert f"`{name}`" in _reference("settings.md")


@pytest.mark.parametrize("path", sorted((ROOT / "policy").glob("*.csv")), ids=lambda p: p.stem)
def test_every_decision_table_is_documented(path: Path) -> None:
    assert f"## {path.stem}\n" in _reference("tables.md")


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_of_mistake_is_documented(kind: Kind) -> None:
    assert f"### `{kind}`" in _reference("tables.md")


@pytest.mark.parametrize("step", Step)
def test_every_step_of_the_procedure_is_explained(step: Step) -> None:
    page = (DOCS / "explanation" / "procedure-and-policy.md").read_text(encoding="utf-8")
    assert f"| `{step}` |" in page


@pytest.mark.parametrize(
    ("heading", "words"),
    [
        ("Incidents", [*IncidentState, *Wait]),
        ("Posts", PostState),
        ("Statements", StatementState),
        ("Notices", NoticeState),
        ("Effects", EffectState),
        ("Steps", StepState),
        ("Referrals", ReferralState),
        ("Cases", CaseState),
    ],
)
def test_every_state_is_documented(heading: str, words: list[StrEnum]) -> None:
    section = _reference("states.md").partition(f"## {heading}\n")[2].partition("\n## ")[0]
    assert re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE) == _in_page_order(section, words)


def _in_page_order(section: str, words: list[StrEnum]) -> list[str]:
    return sorted(words, key=lambda word: section.find(f"| `{word}` |"))


@pytest.mark.parametrize("state", EffectState)
def test_every_move_of_an_effect_is_documented(state: EffectState) -> None:
    effects = _reference("states.md").partition("## Effects\n")[2]
    row = re.search(rf"^\| `{state}` \|[^|]*\|([^|]*)\|$", effects, re.MULTILINE)
    assert row is not None
    assert set(re.findall(r"`(\w+)`", row[1])) == {to.value for to in MOVES[state]}


def _dependencies() -> list[str]:
    groups = PYPROJECT["dependency-groups"]
    extra = (groups[name] for name in ("dev", "build", "real"))
    optional = PYPROJECT["project"]["optional-dependencies"].values()
    return [*PYPROJECT["project"]["dependencies"], *chain.from_iterable((*optional, *extra))]


@pytest.mark.parametrize("dependency", _dependencies())
def test_every_dependency_says_why_it_is_there(dependency: str) -> None:
    name, versions = _name_and_versions(dependency)
    assert f"| `{name}` | `{versions}` |" in _reference("dependencies.md")


@pytest.mark.parametrize("dependency", _dependencies())
def test_every_dependency_is_pinned_within_its_versions(dependency: str) -> None:
    from packaging.specifiers import SpecifierSet

    name, versions = _name_and_versions(dependency)
    files = (ROOT / "requirements-dev.txt", ROOT / "requirements-real.txt")
    pins = "".join(file.read_text(encoding="utf-8") for file in files)
    pin = re.search(rf"^{re.escape(name)}(?:\[[^]]*\])?==([^ ;]+)", pins, re.MULTILINE)
    assert pin is not None, "Run: make requirements"
    assert SpecifierSet(versions).contains(pin[1]), "Run: make requirements"


def _name_and_versions(dependency: str) -> tuple[str, str]:
    found = re.fullmatch(r"([\w.-]+)(?:\[[^]]*\])?(.*)", dependency)
    assert found is not None
    return found[1], found[2]


def _markdown() -> list[Path]:
    return [*ROOT.glob("*.md"), *DOCS.rglob("*.md")]


@pytest.mark.parametrize("page", _markdown(), ids=lambda p: str(p.relative_to(ROOT)))
def test_every_link_between_pages_leads_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, heading = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        assert there.exists(), target
        if heading:
            assert heading in _headings(there), target


def _whole_configurations() -> list[tuple[str, str]]:
    return [
        (str(page.relative_to(ROOT)), block)
        for page in _markdown()
        for block in re.findall(r"```toml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
        if "[organisation]" in block
    ]


@pytest.mark.parametrize(("page", "block"), _whole_configurations())
def test_every_configuration_shown_works_as_it_stands(
    page: str, block: str, tmp_path: Path
) -> None:
    shown = tmp_path / "amends.toml"
    shown.write_text(block, encoding="utf-8")
    assert load({"AMENDS_CONFIG": str(shown)}).people, page


def _headings(page: Path) -> set[str]:
    lines = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", line.lower()).strip().replace(" ", "-") for line in lines}


@pytest.mark.parametrize(
    "page", sorted(DOCS.rglob("*.md")), ids=lambda path: str(path.relative_to(DOCS))
)
def test_every_page_is_reached_from_the_index(page: Path) -> None:
    index = DOCS / "README.md"
    assert page == index or f"({page.relative_to(DOCS)})" in index.read_text(encoding="utf-8")
