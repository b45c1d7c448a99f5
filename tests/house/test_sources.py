"""What holds for every file of the house."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from amends.settings import ENVIRONMENT

ROOT = Path(__file__).parents[2]
OURS = ("amends", "flows", "integrations", "models", "policy", "templates")
VENDORS = {
    "tweepy": "x",
    "atproto": "bluesky",
    "atproto_client": "bluesky",
    "atproto_core": "bluesky",
    "mastodon": "mastodon",
    "notifications_python_client": "notify",
}
LEFT_TO_OTHERS = re.compile(
    r"\"resolved\": *\"http|index[-]url|https?[:]//[^ \"]*/simpl[e]\b"
    r"|(?<![\w.~-])/(?:roo[t]|hom[e]|User[s]|wor[k]|far[m])/"
)


def _tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--", *patterns],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def _named(path: Path) -> str:
    return str(path.relative_to(ROOT))


MODULES = _tracked(*(f"{package}/**.py" for package in OURS))


@pytest.mark.parametrize("path", MODULES, ids=_named)
def test_a_module_opens_with_one_sentence(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    if path.name == "__init__.py" and not source:
        return
    opening = (ast.get_docstring(ast.parse(source)) or "").partition("\n\n")[0]
    assert opening.endswith("."), "a module says in one sentence what it is for"
    assert not re.search(r"[.?!]\s+[A-Z]", opening), "one sentence; the rest below an empty line"


@pytest.mark.parametrize("path", MODULES, ids=_named)
def test_a_vendors_library_is_imported_only_in_the_file_named_after_it(path: Path) -> None:
    vendors = {VENDORS[name] for name in _imports(path) if name in VENDORS}
    assert vendors <= {path.stem.partition("_")[0]}


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").partition(".")[0]


def test_no_tracked_file_names_a_package_index_or_a_folder_of_one_machine() -> None:
    found = [
        f"{_named(path)}:{number}: {line.strip()[:80]}"
        for path in _tracked()
        for number, line in enumerate(path.read_bytes().decode("utf-8", "replace").splitlines(), 1)
        if LEFT_TO_OTHERS.search(line)
    ]
    assert not found


def test_every_amends_variable_that_is_named_anywhere_is_a_setting() -> None:
    """One that is not would stop Amends at its start."""
    for path in _tracked(*OURS, "docs", "bench", ".ci", "Makefile", "*.md", "*.yaml"):
        text = path.read_bytes().decode("utf-8", "replace")
        assert set(re.findall(r"\bAMENDS_[A-Z]\w+", text)) <= set(ENVIRONMENT), _named(path)


PEOPLE_READ = _tracked("templates", "amends/web", "docs", "README.md", "CHANGELOG.md")


@pytest.mark.parametrize(
    "path", [p for p in PEOPLE_READ if p.suffix in (".md", ".txt", ".html", ".csv")], ids=_named
)
def test_what_people_read_uses_the_words_of_the_glossary(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.findall(r"(?i)\b(?:re)?(?:tweet|ticket|issue)s?\b", text)


def _modules_under(package: str) -> list[str]:
    names = (_named(path).removesuffix(".py").replace("/", ".") for path in MODULES)
    dotted = (name.removesuffix(".__init__") for name in names)
    return [name for name in dotted if name == package or name.startswith(f"{package}.")]


@pytest.mark.parametrize("process", ["amends.cli", "amends.web", "amends.sandbox"])
def test_a_process_starts_without_prefect_and_without_a_platforms_library(process: str) -> None:
    """Prefect's import costs seconds; the web process is to hold nothing that can reach out."""
    names = [name for name in _modules_under(process) if not name.endswith("__main__")]
    program = f"import sys, {', '.join(names or ['amends'])}; print(*sys.modules)"
    ran = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )
    assert not {"prefect", *VENDORS} & set(ran.stdout.split())
