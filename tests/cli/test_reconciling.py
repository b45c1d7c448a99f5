"""Backing up, being refused, and lifting reconcile mode, as typed at a terminal."""

from pathlib import Path
from typing import Any

from department import DEE, SAM

from flows.held_back import begin
from models.reconciliation import WentBack


def test_a_backup_prints_its_file_and_a_restore_says_who_is_in_the_way(terminal: Any) -> None:
    made = terminal.run("backup")
    assert made.code == 0, made.err
    archive = Path(made.out.strip())
    assert archive.is_file()
    assert "keep a copy of" in made.err
    assert terminal.run("backup", str(archive)).code == 1
    in_use = terminal.run("restore", str(archive), "--over")
    assert in_use.code == 1
    assert "in use" in in_use.err
    assert terminal.run("restore", str(archive.with_name("none.tar"))).code == 1


def test_what_a_restore_left_open_is_shown_and_lifted(terminal: Any) -> None:
    assert "not in reconcile mode" in terminal.run("reconcile", by=DEE).out
    with terminal.paper.office.store.write("begin") as tx:
        begin(tx, WentBack.RESTORED, tx.now())
    assert "Reconcile mode since" in terminal.run("status", by=SAM).err
    assert "nothing is sent" in terminal.run("reconcile", by=DEE).out
    assert terminal.run("reconcile", "--lift", by=DEE).code == 2
    assert terminal.run("reconcile", "--lift", "--reason", "Looked.", by=SAM).code == 12
    assert terminal.run("reconcile", "--lift", "--reason", "Looked.", by=DEE).code == 0
    assert "Reconcile mode" not in terminal.run("status", by=SAM).err
