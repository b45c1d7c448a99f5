"""The migrations that this version of Amends knows."""

from pathlib import Path

from alembic.script import ScriptDirectory

MIGRATIONS = Path(__file__).parent / "migrations"


def revisions() -> tuple[str, ...]:
    """Every revision, the oldest first."""
    walked = ScriptDirectory(str(MIGRATIONS)).walk_revisions()
    return tuple(reversed([script.revision for script in walked]))


def knows_revision(revision: str) -> bool:
    """Whether tables of this revision can be brought up to date."""
    return revision in revisions()
