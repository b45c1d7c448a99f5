"""The duty officer at two in the morning: all that is known on one screen, and what to type."""

import os
import pty
import re
import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest
from paper import ANA, DEE, WORDS, Paper

from flows.reading_back import ask_settlement
from models.columns import new_id
from models.effects import Attempt, Effect
from models.looks import Saw, note_look
from models.words import EffectKind, EffectState, NoticeState, Outcome, Role, StatementState


def _lost(paper: Paper, reference: str, kind: EffectKind, target: str) -> str:
    """An act of which nobody knows whether it was done, in front of a person; its effect's id."""
    seen = paper.seen(reference)
    account = seen.posts[0].account_id if kind == EffectKind.PUBLISH else None
    with paper.office.store.write("lose") as tx:
        now = tx.now()
        effect = Effect(
            id=new_id(), incident_id=seen.incident.id, kind=kind, target=target,
            account_id=account, state=EffectState.NEEDS_HUMAN, idempotency_key=new_id(),
            payload_sealed=b"", digest="", attempts=1, planned_at=now,
        )  # fmt: skip
        tx.add(effect)
        tx.flush()
        tx.add(Attempt(
            effect_id=effect.id, number=1, fence=1, started_at=now - timedelta(minutes=11),
            ended_at=now - timedelta(minutes=10), outcome=Outcome.UNKNOWN, code="timeout",
        ))  # fmt: skip
        code = "http-503" if kind == EffectKind.PUBLISH else None
        saw = Saw.UNREADABLE if code else Saw.NEVER_READABLE
        for _ in range(3):
            note_look(tx, effect.incident_id, effect.id, saw, code)
            tx.flush()
        ask_settlement(tx, effect)
        return effect.id


@pytest.fixture
def lost(terminal: Any) -> str:
    """Words that may or may not be on the account; the incident's reference."""
    paper = terminal.paper
    reference: str = paper.worded()
    paper.set_statement(reference, StatementState.NEEDS_HUMAN)
    _lost(paper, reference, EffectKind.PUBLISH, paper.seen(reference).statements[0].id)
    return reference


def _said(shown: str) -> str:
    return " ".join(shown.split())


@pytest.mark.parametrize("verb", ["status", "settle"])
def test_all_that_is_known_is_on_one_screen(terminal: Any, lost: str, verb: str) -> None:
    ended = terminal.run(verb, lost, by=DEE)
    assert ended.code == (10 if verb == "settle" else 0), ended.err
    said = _said(ended.out)
    assert "Are these words on x/dept?" in said
    assert WORDS in said
    assert "Nobody knows whether it was done: X did not answer in time." in said
    assert ", 3 times" in said
    assert "Nobody could read whether the words were there: X had a fault of its own" in said
    assert f"amends settle {lost} --there --link LINK" in said
    assert f"amends settle {lost} --not-there" in said
    assert "the same words are sent once more" in said
    assert max(len(line) for line in ended.out.splitlines()) <= 80
    assert len(ended.out.splitlines()) <= 60


def test_after_the_answer_it_says_what_will_happen(terminal: Any, lost: str) -> None:
    ended = terminal.run("settle", lost, "--not-there", by=DEE)
    assert ended.code == 0, ended.err
    assert "We look once more." in _said(ended.out)
    again = terminal.run("settle", lost, "--there", "--link", "https://x.com/dept/1", by=DEE)
    assert (again.code, again.out) != (0, "")
    nothing = terminal.run("settle", lost, by=DEE)
    assert nothing.code == 0
    assert "nothing waits for a person to say what is true" in nothing.out


def test_who_may_not_answer_is_shown_no_command(terminal: Any, lost: str) -> None:
    shown = terminal.run("status", lost, by=ANA).out
    assert "Are these words on x/dept?" in shown
    assert "Others were asked about this." in shown
    assert "amends settle" not in shown


def test_a_link_elsewhere_is_refused_in_a_sentence(terminal: Any, lost: str) -> None:
    link = terminal.paper.link(7, "embassy")
    ended = terminal.run("settle", lost, "--there", "--link", link, by=DEE)
    assert ended.code == 2
    assert "That link is not to a post on x/dept." in ended.err


def test_a_notice_names_whom_it_was_for_and_no_address(terminal: Any) -> None:
    paper = terminal.paper
    reference = paper.planned()
    notice = paper.tell(reference, DEE, Role.DTU_DUTY, state=NoticeState.UNKNOWN)
    _lost(paper, reference, EffectKind.NOTICE, notice)
    shown = terminal.run("settle", reference, by=DEE).out
    said = _said(shown)
    assert "Did the notice to the duty officer" in said
    assert "Nobody can look for a mail once it has left" in said
    assert "Somebody who has it already gets it twice." in said
    assert DEE not in shown


def test_on_a_narrow_screen_every_line_fits_and_commands_can_be_copied(
    terminal: Any, lost: str
) -> None:
    """What a telephone shows: 40 columns."""
    shown = _on_a_screen(terminal, 40, "settle", lost)
    assert max(len(line) for line in shown.splitlines()) <= 40
    assert f"amends settle {lost} --there \\\n" in shown
    copied = shown.replace("\\\n", " ")
    assert f"amends settle {lost} --not-there" in " ".join(copied.split())


def _on_a_screen(terminal: Any, width: int, *words: str) -> str:
    ours, theirs = pty.openpty()
    environment = {name: v for name, v in os.environ.items() if not name.startswith("AMENDS_")} | {
        "AMENDS_HOME": str(terminal.paper.home),
        "AMENDS_CONFIG": str(terminal.paper.home / "amends.toml"),
        "AMENDS_URL": terminal.web.url,
        "AMENDS_TOKEN": terminal.web.token(DEE),
        "COLUMNS": str(width),
        "TERM": "xterm",
    }
    ran = subprocess.Popen(
        [sys.executable, "-m", "amends.cli", *words],
        env=environment, stdin=subprocess.DEVNULL, stdout=theirs, stderr=subprocess.PIPE,
        cwd=terminal.paper.home,
    )  # fmt: skip
    os.close(theirs)
    shown = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:
            break
        if not part:
            break
        shown += part
    os.close(ours)
    ran.communicate(timeout=60)
    return re.sub("\x1b\\[[0-9;]*m", "", shown.decode().replace("\r\n", "\n"))
