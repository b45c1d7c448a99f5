"""The report shows, for each kind and pair: first response, who is told and who clears."""

import subprocess
import sys

from policy.people import Register
from policy.report import HEADER, every_set, table


def lines(register: Register) -> dict[str, list[str]]:
    header, *rows = table(register).splitlines()
    assert header == HEADER
    return {cells[0]: cells[1:] for cells in (row.split(" | ") for row in rows)}


def test_the_report_has_a_line_for_each_kind_and_pair(
    full: Register, one_officer: Register
) -> None:
    for register in (full, one_officer):
        rows = lines(register)
        sys.stdout.write(f"\n{table(register)}\n")  # read it with pytest -s
        assert list(rows) == ["+".join(kinds) for kinds in every_set()]
        assert all(all(cells) for cells in rows.values())
        assert "NOBODY" not in table(register)


def test_the_report_says_what_the_first_response_may_do(full: Register) -> None:
    first = {kinds: cells[1] for kinds, cells in lines(full).items()}
    assert first["wrong-account"] == "capture-full, delete now"
    assert first["classified"] == "capture-metadata, delete now"
    assert first["false-alarm"] == "capture-full, correct-first, delete now"
    assert first["leaver"] == "capture-full, secure, delete now"
    assert first["offensive"] == "capture-full, ask dtu-duty within 10 min"
    assert first["personal-account"] == "capture-full, delete by-hand"
    assert first["factual+safety"] == "capture-full, delete now"


def test_the_report_says_who_is_told(full: Register) -> None:
    told = {kinds: cells[2] for kinds, cells in lines(full).items()}
    assert told["typo"] == "digest: dtu-mailbox"
    assert told["partial+classified"] == "security, dtu-mailbox"
    assert told["wrong-account"] == "dtu-mailbox, manager"


def test_the_report_says_that_nobody_is_left(nobody_else: Register) -> None:
    assert "NOBODY" in lines(nobody_else)["factual"][-1]


def test_the_report_can_be_read_from_the_command_line() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "policy.report"], capture_output=True, text=True, check=True
    )
    assert run.stdout.startswith(HEADER)
