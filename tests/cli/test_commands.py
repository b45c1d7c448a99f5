"""What people type: the answer on stdout, one sentence on stderr, and the exit code."""

import json
import subprocess
import sys
from pathlib import Path
from shutil import copytree, ignore_patterns
from typing import Any

import pytest
from attacker import take_the_guards_away
from paper import ANA, BO, CY, DEE, HAL, SAM

from amends.cli import programs
from amends.cli.exits import Code, Stop
from amends.cli.reporting import _outcome
from models.incident import Post
from models.words import DecisionType, Kind, PostState, Role, StatementState
from policy import tables


def test_a_report_prints_its_reference(terminal: Any) -> None:
    ended = terminal.run("report", terminal.paper.link(), "--kind", "typo", by=ANA)
    assert ended.code == 0
    assert ended.out.startswith("AM-")
    again = terminal.run("report", terminal.paper.link(), "--kind", "typo", "--json", by=CY)
    assert json.loads(again.out)["created"] is False


def test_what_the_service_cannot_use_is_bad_input(terminal: Any) -> None:
    link = terminal.run("report", "nonsense", "--kind", "typo", by=ANA)
    assert (link.code, link.out) == (2, "")
    assert link.err.startswith("Enter the link to the post")
    kind = terminal.run("report", terminal.paper.link(), "--kind", "mistake", by=ANA)
    assert kind.code == 2
    assert "'typo'" in kind.err
    assert terminal.run("report", terminal.paper.link(), by=ANA).code == 2
    assert terminal.run("status", "AM-XXXXX", by=ANA).code == 2


def test_without_a_token_it_is_not_allowed(terminal: Any) -> None:
    ended = terminal.run("status")
    assert ended.code == 12
    assert "amends token create" in ended.err
    wrong = terminal.run("status", AMENDS_TOKEN="wrong")
    assert wrong.code == 12
    assert "AMENDS_TOKEN" in wrong.err


def test_a_service_that_is_down_leaves_what_to_do_by_hand(cut_off: Any) -> None:
    ended = cut_off.run("report", "https://x.com/a/status/1", "--kind", "typo", AMENDS_TOKEN="x")
    assert (ended.code, ended.out) == (69, "")
    assert "+44 20 7946 0000" in ended.err
    assert max(len(line) for line in ended.err.splitlines()) <= 80


def test_a_service_that_is_down_leaves_it_even_without_a_configuration(cut_off: Any) -> None:
    ended = cut_off.run("status", AMENDS_TOKEN="x", AMENDS_CONFIG="/nowhere.toml")
    assert ended.code == 69
    assert "duty officer" in ended.err


def test_waiting_ends_with_10_when_a_person_must_act(terminal: Any) -> None:
    reference = terminal.paper.worded()
    terminal.paper.set_posts(reference, PostState.GONE)
    _engine_has_told(terminal, reference)
    ended = terminal.run("report", terminal.paper.link(), "--kind", "factual", "--wait", by=ANA)
    assert ended.code == 10
    assert "gone" in ended.out


def test_waiting_goes_on_while_another_copy_moves_by_itself(terminal: Any) -> None:
    paper = terminal.paper
    links = (paper.link(1), paper.link(2, "embassy"))
    reference = paper.planned(*links)
    first, second = paper.seen(reference).posts
    paper.ask(reference, DecisionType.ATTEST, first.id, Role.PUBLISHER)
    with paper.office.store.write("by-hand") as tx:
        tx.get_one(Post, first.id).state = PostState.BY_HAND
    seen = json.loads(terminal.run("status", reference, "--json", by=ANA).out)
    assert _outcome(seen) is None
    with paper.office.store.write("gone") as tx:
        tx.get_one(Post, second.id).state = PostState.GONE
    seen = json.loads(terminal.run("status", reference, "--json", by=ANA).out)
    assert _outcome(seen) is Code.WAITING_FOR_A_PERSON


def test_waiting_goes_on_until_it_shows_whether_a_person_must_act() -> None:
    mail = {"waiting_for": "mail", "target": "notice"}
    drafting = {"waiting_for": "engine", "target": ""}
    seen = {"state": "waiting", "posts": [{"id": "post", "state": "gone"}], "waits": [mail]}
    assert _outcome(seen) is Code.DONE
    assert _outcome(seen | {"waits": [mail, drafting]}) is None


def _engine_has_told(terminal: Any, reference: str) -> None:
    from models.words import DecisionType

    terminal.paper.tell(reference, BO, Role.LINE_MANAGER)
    terminal.paper.ask(reference, DecisionType.ADVISE, "", Role.DTU)


def test_waiting_ends_with_0_once_it_is_gone_and_nobody_is_waited_for(terminal: Any) -> None:
    reference = terminal.paper.worded()
    terminal.paper.set_posts(reference, PostState.GONE)
    terminal.paper.set_statement(reference, StatementState.PUBLISHED)
    _engine_has_told(terminal, reference)
    link = terminal.paper.link()
    ended = terminal.run("report", link, "--kind", "factual", "--wait", "--json", by=ANA)
    assert ended.code == 0
    assert json.loads(ended.out)["posts"][0]["state"] == "gone"


def test_status_shows_one_or_all(terminal: Any) -> None:
    reference = terminal.paper.worded()
    one = terminal.run("status", reference.lower(), by=DEE)
    assert "Waiting for" in one.out
    assert terminal.paper.link() in one.out
    assert max(len(line) for line in one.out.splitlines()) <= 80
    assert "asked of a second reader" in one.out
    assert reference in terminal.run("status", by=DEE).out
    listed = json.loads(terminal.run("status", "--json", by=DEE).out)
    assert listed["incidents"][0]["reference"] == reference
    short = json.loads(terminal.run("status", reference[3:], "--json", by=DEE).out)
    assert short["reference"] == reference


def test_status_says_the_same_words_once_and_what_each_wait_is_about(terminal: Any) -> None:
    paper = terminal.paper
    links = (paper.link(1), paper.link(2, "embassy"))
    reference = paper.worded(*links)
    for post in paper.seen(reference).posts:
        paper.ask(reference, DecisionType.ATTEST, post.id, Role.PUBLISHER)
    paper.set_posts(reference, PostState.BY_HAND)
    shown = terminal.run("status", reference, by=DEE).out
    assert shown.count("Please disregard an earlier post on this account.") == 1
    assert shown.count("the same words as on x/") == 1
    waiting = shown.partition("\nWaiting\n")[2]
    assert all(link in waiting for link in links)
    assert max(len(line) for line in shown.splitlines()) <= 80


def test_status_of_nothing_says_so(terminal: Any) -> None:
    ended = terminal.run("status", by=SAM)
    assert (ended.code, ended.out) == (0, "There is no incident that you may see.\n")


def test_watching_ends_when_it_is_closed(terminal: Any) -> None:
    paper = terminal.paper
    reference = paper.planned(kinds=(Kind.NOT_A_MISTAKE,))
    paper.tell(reference, BO, Role.LINE_MANAGER)
    for words in (
        ("skip", reference, "preserve", "--reason", "Nothing to keep."),
        ("advise", reference, "--text", "A proper post."),
        ("close", reference),
    ):
        assert terminal.run(*words, by=DEE).code == 0
    ended = terminal.run("status", reference, "--watch", by=DEE)
    assert ended.code == 0
    assert ended.out.splitlines()[-1] == f"{reference} is closed."
    lines = terminal.run("status", reference, "--watch", "--json", by=DEE).out.splitlines()
    assert [json.loads(line)["what"] for line in lines][-1] == "closed"


def test_clearing_shows_the_words_and_sends_their_digest(terminal: Any) -> None:
    reference = terminal.paper.worded()
    digest = terminal.paper.digest(reference)
    ended = terminal.run("clear", reference, by=DEE)
    assert ended.code == 0
    assert "Please disregard an earlier post on this account. We are sorry." in ended.out
    assert digest in ended.out
    again = terminal.run("clear", reference, by=DEE)
    assert again.code == 1
    assert "cleared these words" in again.err


def test_the_same_words_on_several_accounts_are_read_once_and_cleared_together(
    terminal: Any,
) -> None:
    paper = terminal.paper
    reference = paper.worded(paper.link(1), paper.link(2, "embassy"))
    ended = terminal.run("clear", reference, by=DEE)
    assert ended.code == 0
    assert ended.out.count("Please disregard an earlier post on this account.") == 1
    assert "apology on x/dept, x/embassy" in ended.out
    assert max(len(line) for line in ended.out.splitlines()) <= 80
    assert ended.out.splitlines()[-2:] == ["x/dept: Cleared.", "x/embassy: Cleared."]
    assert {one.state for one in paper.seen(reference).statements} == {StatementState.CLEARED}


def test_a_script_that_clears_one_of_several_says_which(terminal: Any) -> None:
    paper = terminal.paper
    reference = paper.worded(paper.link(1), paper.link(2, "embassy"))
    ended = terminal.run("clear", reference, "--json", by=DEE)
    assert ended.code == 2
    assert "Say which one with --statement" in ended.err
    assert {one.state for one in paper.seen(reference).statements} == {StatementState.WAITING}


def test_clearing_your_own_post_is_not_allowed(terminal: Any) -> None:
    reference = terminal.paper.worded()
    assert terminal.run("clear", reference, by=ANA).code == 12


def test_what_the_words_claim_is_shown_and_said_with_the_clearance(terminal: Any) -> None:
    reference = terminal.paper.worded(by=SAM)
    text = "Nous sommes désolés. Le message a été supprimé."
    written = terminal.run("words", reference, "--text", text, "--language", "fr", by=CY)
    assert written.code == 0
    ended = terminal.run("clear", reference, by=DEE)
    assert ended.code == 2
    assert "Do they say that it has been removed?" in " ".join(ended.out.split())
    assert "--claims" not in ended.err
    assert "has-been-removed (that it has been removed)" in ended.err
    ended = terminal.run("clear", reference, "--claims", "has-been-removed", by=DEE)
    assert ended.code == 1
    assert "Not every copy has been seen gone." in ended.err
    assert terminal.run("clear", reference, "--claims", "none", by=DEE).code == 0


def test_words_that_are_not_true_are_refused_with_what_is_missing(terminal: Any) -> None:
    reference = terminal.paper.worded(by=SAM)
    ended = terminal.run("words", reference, "--text", "It was a drill.", by=CY)
    assert ended.code == 1
    assert "Sentence 1 says that it was a drill" in ended.err
    assert "amends establish REFERENCE drill-owner-confirmed" in ended.err


def test_rejecting_needs_a_reason(terminal: Any) -> None:
    reference = terminal.paper.worded()
    assert terminal.run("clear", reference, "--reject", by=DEE).code == 2
    ended = terminal.run("clear", reference, "--reject", "--reason", "Wrong date.", by=DEE)
    assert ended.code == 0
    assert "Rejected." in ended.out


def test_every_decision_has_a_verb(terminal: Any) -> None:
    paper = terminal.paper
    reference = paper.worded(by=SAM)
    post = paper.post(reference).id
    paper.tell(reference, DEE, Role.DTU_DUTY)
    for words in (
        ("confirm", reference, "--target", post),
        ("keep", reference, "--target", post, "--reason", "Fair."),
        ("facts", reference, "--wrong", "a", "--right", "b", "--source", "https://a.example/x"),
        ("establish", reference, "cleared-by-nobody", "--reason", "Cy said so."),
        ("words", reference, "--text", "We are sorry. Please disregard it."),
        ("hold", reference, "--account", "x/dept", "--minutes", "5", "--reason", "Wait."),
        ("hold", reference, "--account", "x/dept", "--lift"),
        ("waive", reference, "--reason", "Nobody saw it."),
        ("ack", reference),
        ("reclassify", reference, "--kind", "typo,factual"),
    ):
        ended = terminal.run(*words, by=DEE)
        assert (ended.code, ended.err) == (0, ""), words
        assert ended.out.startswith(reference)
    paper.set_posts(reference, PostState.NEEDS_HUMAN)
    assert terminal.run("settle", reference, "--not-there", "--target", post, by=DEE).code == 0
    paper.set_posts(reference, PostState.BY_HAND)
    attested = terminal.run("attest", reference, by=CY)
    assert attested.code == 0
    assert "for each post that you were asked about" in attested.out


def test_a_post_elsewhere_is_confirmed_with_a_line_and_may_be_refused(terminal: Any) -> None:
    paper = terminal.paper
    reference = paper.planned("https://x.com/somebody/status/78", by=SAM, poster=ANA)
    post = paper.post(reference).id
    paper.ask(reference, DecisionType.CONFIRM, post, Role.DTU_DUTY)
    shown = terminal.run("status", reference, by=DEE).out
    assert f"amends confirm {reference} --target {post}" in " ".join(shown.split())
    assert "--line 54" in shown
    assert "not an account of ours" in shown
    assert terminal.run("confirm", reference, by=DEE).code == 2
    assert terminal.run("confirm", reference, "--line", "54", by=DEE).code == 0
    refused = terminal.run("attest", reference, "--refuse", "--reason", "Mine.", by=ANA)
    assert (refused.code, refused.err) == (0, "")
    assert "A person decides" in refused.out


def test_deciding_what_is_anothers_is_not_allowed(terminal: Any) -> None:
    reference = terminal.paper.worded()
    ended = terminal.run("close", reference, by=ANA)
    assert ended.code == 12
    assert len(ended.err.splitlines()) == 1


def test_closing_too_early_fails_with_what_is_left(terminal: Any) -> None:
    reference = terminal.paper.planned()
    ended = terminal.run("close", reference, by=DEE)
    assert ended.code == 1
    assert "delete" in ended.err


def test_refer_is_hrs(terminal: Any) -> None:
    reference = terminal.paper.planned(kinds=(Kind.PARTIAL,))
    terminal.paper.consider(reference)
    words = ("refer", reference, "--do-not-refer", "--rule", "Line 54", "--reason", "A slip.")
    assert terminal.run(*words, by=DEE).code == 2
    ended = terminal.run(*words, by=HAL)
    assert ended.code == 0
    assert "not" not in ended.out


def test_a_first_token_needs_nothing_and_a_second_needs_one(terminal: Any) -> None:
    first = terminal.run("token", "create", "--person", ANA)
    assert first.code == 0
    token = first.out.strip()
    assert terminal.run("status", AMENDS_TOKEN=token).code == 0
    assert terminal.run("token", "create", "--person", ANA).code == 12
    assert terminal.run("token", "create", "--person", ANA, AMENDS_TOKEN=token).code == 0
    assert terminal.run("token", "create", "--person", BO, AMENDS_TOKEN=token).code == 12
    assert terminal.run("token", "create", "--person", "zed@dept.example").code == 2


def test_hrs_first_token_goes_by_mail_to_hr(terminal: Any) -> None:
    import re

    ended = terminal.run("token", "create", "--person", HAL)
    assert (ended.code, ended.out) == (0, "")
    assert "hr@dept.example" in ended.err
    (mail,) = (terminal.paper.home / "outbox").glob("*.eml")
    text = mail.read_text(encoding="utf-8")
    assert "To: hr@dept.example" in text
    code = re.search(r"\b(?:[0-9a-f]{6}-){3}[0-9a-f]{6}\b", text)
    assert code is not None
    assert code[0] not in ended.err
    claimed = terminal.run("token", "claim", code[0])
    assert terminal.run("status", AMENDS_TOKEN=claimed.out.strip()).code == 0
    assert terminal.run("token", "claim", code[0]).code == 2


def test_an_interrupted_command_ends_with_130(terminal: Any) -> None:
    import os
    import signal
    import time

    reference = terminal.paper.planned()
    environment = os.environ | {
        "AMENDS_URL": terminal.web.url,
        "AMENDS_TOKEN": terminal.web.token(DEE),
        "AMENDS_CONFIG": str(terminal.paper.home / "amends.toml"),
    }
    with subprocess.Popen(
        [sys.executable, "-m", "amends.cli", "status", reference, "--watch"],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert "The report was accepted." in process.stdout.readline()
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == 130


def test_the_record_is_verified_and_a_change_in_it_is_found(terminal: Any) -> None:
    terminal.paper.report()
    whole = terminal.run("audit", "verify")
    assert whole.code == 0
    assert "Every chain is whole." in whole.out
    with terminal.paper.office.store.engine.begin() as connection:
        take_the_guards_away(connection)
        connection.exec_driver_sql("UPDATE entry SET actor = 'nobody@dept.example'")
    broken = terminal.run("audit", "verify")
    assert broken.code == 1
    assert "not what was written" in broken.out


def test_hr_reads_a_case_and_everyone_else_reads_that_there_is_nothing(terminal: Any) -> None:
    reference = terminal.paper.worded()
    terminal.paper.consider(reference)
    listed = terminal.run("cases", by=HAL)
    assert listed.code == 0
    assert reference in listed.out
    read = terminal.run("cases", reference, by=HAL)
    assert f"amends refer {reference} --refer" in read.out
    again = terminal.run("cases", reference, by=HAL)
    assert HAL in again.out  # the look before this one is in the record
    for person in (DEE, ANA):
        hidden = terminal.run("cases", reference, by=person)
        assert hidden.code == 2
        assert reference not in hidden.out


def test_help_fits_the_screen_and_lists_every_verb(cut_off: Any) -> None:
    ended = cut_off.run("--help")
    assert ended.code == 0
    assert max(len(line) for line in ended.out.splitlines()) <= 80
    for verb in (
        "report", "status", "clear", "advise", "confirm", "keep", "attest", "settle",
        "reclassify", "skip", "waive", "elsewhere", "undo", "refer", "cases", "hold", "close",
        "ack", "doctor", "token", "demo", "up", "web", "engine",
    ):  # fmt: skip
        assert f"  {verb} " in ended.out


@pytest.mark.parametrize("library", ["prefect", "tweepy", "fastapi", "sqlalchemy"])
def test_the_command_line_starts_without_it(library: str) -> None:
    program = "import amends.cli, amends.cli.app, sys; print(*sys.modules)"
    ran = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )
    assert library not in ran.stdout.split()


@pytest.mark.parametrize("start", [programs.up, programs.web, programs.engine])
def test_a_table_that_cannot_be_used_stops_the_start(
    start: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "policy"
    copytree(tables.HERE, folder, ignore=ignore_patterns("*.py", "__pycache__"))
    response = folder / "response.csv"
    text = response.read_text(encoding="utf-8").replace("one-reader", "one-raeder", 1)
    response.write_text(text, encoding="utf-8")
    monkeypatch.setattr(tables, "HERE", folder)
    tables.load.cache_clear()
    try:
        with pytest.raises(Stop, match="one-raeder") as stopped:
            start()
    finally:
        tables.load.cache_clear()
    assert stopped.value.code == 1
    assert "response.csv, line" in stopped.value.sentence


def test_arabic_words_are_set_apart_on_the_screen_line_by_line(terminal: Any) -> None:
    reference = terminal.paper.worded(by=SAM)
    arabic = "نعتذر عن منشور سابق على الحساب \u2066@dept\u2069 وعن اللبس الذي سبّبه لكم. "
    arabic = f"{arabic}{'يُرجى تجاهله. ' * 4}شكراً."
    written = terminal.run("words", reference, "--text", arabic, "--language", "ar", by=CY)
    assert written.code == 0
    ended = terminal.run("clear", reference, by=DEE)
    shown = [line.strip() for line in ended.out.splitlines() if "نعتذر" in line or "شكراً" in line]
    assert len(shown) > 1
    assert all(line.startswith("\u2068") and line.endswith("\u2069") for line in shown)


def test_words_that_turn_other_words_around_are_refused(terminal: Any) -> None:
    reference = terminal.paper.worded(by=SAM)
    ended = terminal.run("words", reference, "--text", "We are \u202eyrros.", by=CY)
    assert ended.code == 2
    assert "turns the writing around (U+202E)" in " ".join(ended.err.split())
