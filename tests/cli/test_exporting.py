"""``amends export``: one file, whole or not at all."""

import stat
from pathlib import Path
from typing import Any

import pytest
from bundles import checked
from paper import ADA, DEE, ROY, SAM, Paper

from amends.cli.exits import Code


def test_an_archive_is_written_for_its_maker_alone(
    terminal: Any, paper: Paper, tmp_path: Path
) -> None:
    reference = paper.worded()
    made = terminal.run("export", reference.lower(), "--level", "foi", by=ROY)
    assert made.code == Code.DONE, made.err
    path = paper.home / made.out.strip()
    assert path.name == f"{reference}-foi.zip"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    key = terminal.run("audit", "key", "--archives")
    fingerprint = key.err.partition("fingerprint is ")[2][:16]
    assert fingerprint in made.err
    said = checked(tmp_path / "empty", path.read_bytes(), "--key", fingerprint)
    assert said.returncode == 0, said.stdout
    again = terminal.run("export", reference, "--level", "foi", by=ROY)
    assert (again.code, "is there already" in again.err) == (Code.BAD_INPUT, True)
    assert paper.said(reference).count("exported") == 1


@pytest.mark.parametrize(
    ("who", "level", "code", "says"),
    [
        (SAM, "foi", Code.BAD_INPUT, "There is no incident"),
        (ADA, "foi", Code.BAD_INPUT, "There is no incident"),
        (ROY, "tribunal", Code.NOT_ALLOWED, "Only the Digital Transformation Unit"),
        (DEE, "everything", Code.BAD_INPUT, "level"),
    ],
)
def test_others_are_refused_in_a_sentence_and_get_no_file(
    terminal: Any, paper: Paper, who: str, level: str, code: Code, says: str
) -> None:
    reference = paper.worded()
    refused = terminal.run("export", reference, "--level", level, "--to", "it.zip", by=who)
    assert refused.code == code
    assert says in refused.err
    assert not (paper.home / "it.zip").exists()
