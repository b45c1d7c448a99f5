"""An installation whose amends.toml somebody changes, and which then starts anew."""

from pathlib import Path

from department import Department, settings_of
from paper import Paper

from amends.settings import load
from models.office import Office
from models.register import sync


def rewrite_paper(paper: Paper, old: str, new: str) -> None:
    """Put ``new`` after each ``old`` of the file, and read it again."""
    _put_after(paper.home, old, new)
    paper.close()
    config = paper.home / "amends.toml"
    paper.office = Office(load({"AMENDS_HOME": str(paper.home), "AMENDS_CONFIG": str(config)}))
    sync(paper.office.store, paper.office.settings)


def rewrite_department(department: Department, old: str, new: str) -> None:
    """The same for a department whose engine has not started; its database stays open."""
    _put_after(department.home, old, new)
    department.office.settings = settings_of(department.home, department.secrets)
    sync(department.office.store, department.office.settings)


def _put_after(home: Path, old: str, new: str) -> None:
    config = home / "amends.toml"
    text = config.read_text(encoding="utf-8")
    assert old in text
    config.write_text(text.replace(old, f"{old}\n{new}"), encoding="utf-8")
