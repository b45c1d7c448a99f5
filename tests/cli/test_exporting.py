"""``amends export``: one file, whole or not at all."""

import stat
from pathlib import Path
from typing import Any

import pytest
from bundles import checked
from case_story import appoint
from paper import ADA, ANA, DEE, HAL, ROY, SAM, Paper

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


def test_what_is_held_about_a_person_is_written_for_hr(
    terminal: Any, paper: Paper, tmp_path: Path
) -> None:
    reference = paper.worded()
    made = terminal.run("export", "--subject", ANA, by=HAL)
    assert made.code == Code.DONE, made.err
    path = paper.home / made.out.strip()
    said = checked(tmp_path / "empty", path.read_bytes())
    assert said.returncode == 0, said.stdout
    assert reference.encode() in path.read_bytes()
    refused = terminal.run("export", "--subject", ANA, "--to", "it.zip", by=DEE)
    assert (refused.code, "data protection" in refused.err) == (Code.NOT_ALLOWED, True)
    for wrong in ((), (reference,), (reference, "--level", "foi", "--subject", ANA)):
        assert terminal.run("export", *wrong, by=HAL).code == Code.BAD_INPUT


def test_an_incident_is_held_and_released(terminal: Any, paper: Paper) -> None:
    reference = paper.worded()
    appoint(paper, "lex@dept.example", "legal")
    lex = "lex@dept.example"
    assert terminal.run("retain", reference, by=lex).code == Code.BAD_INPUT
    held = terminal.run("retain", reference, "--reason", "Claim 2026/114", by=lex)
    assert held.code == Code.DONE, held.err
    listed = terminal.run("retain", by=lex)
    assert f"{reference} is held by {lex}: Claim 2026/114" in listed.out
    assert "evidence-withheld" in listed.out
    assert terminal.run("retain", by=DEE).code == Code.NOT_ALLOWED
    assert terminal.run("retain", reference, "--release", by=lex).code == Code.DONE
    assert reference not in terminal.run("retain", by=lex).out
