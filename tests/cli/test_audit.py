"""The record checked at the command line: each finding is a sentence that says which entry."""

import json
from pathlib import Path
from typing import Any

import pytest
from attacker import take_the_guards_away
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from models.anchor_keys import pem_of
from models.audit import chain_of_incident


def attack(terminal: Any, statement: str) -> None:
    """As the owner of the tables."""
    with terminal.paper.office.store.engine.begin() as connection:
        take_the_guards_away(connection)
        connection.exec_driver_sql(statement)


@pytest.fixture
def anchored(cut_off: Any) -> Any:
    """A terminal at a record with one incident and one anchor."""
    cut_off.paper.report()
    made = cut_off.run("audit", "anchor")
    assert made.code == 0, made.err
    assert made.out.startswith("Anchor 1 of ")
    return cut_off


def words(ended: Any) -> str:
    """What was printed, without its line breaks."""
    return " ".join(ended.out.split())


def test_a_whole_record_says_how_far_it_is_anchored(anchored: Any) -> None:
    whole = anchored.run("audit", "verify")
    assert (whole.code, whole.err) == (0, "")
    assert "Every chain is whole." in whole.out
    assert "Anchored up to" in whole.out
    assert "newer than the last anchor" not in whole.out
    anchored.paper.report(anchored.paper.link(2))
    later = anchored.run("audit", "verify")
    assert later.code == 0
    assert "Entries newer than the last anchor: 1. Nothing vouches for them yet." in words(later)


def test_without_an_anchor_it_says_what_cannot_be_seen(cut_off: Any) -> None:
    cut_off.paper.report()
    ended = cut_off.run("audit", "verify")
    assert ended.code == 0
    assert "There is no anchor" in ended.out


def test_a_chain_taken_away_is_named(anchored: Any) -> None:
    (incident,) = anchored.paper.incidents()
    chain = chain_of_incident(incident.id)
    attack(anchored, "DELETE FROM entry")
    ended = anchored.run("audit", "verify")
    assert ended.code == 1
    assert f"The whole of {chain} was taken away: anchor 1 of" in words(ended)
    assert ended.err.startswith("The record has been changed.")


def test_a_change_is_named_and_told_to_scripts_too(anchored: Any) -> None:
    attack(anchored, "UPDATE entry SET actor = 'nobody@dept.example' WHERE seq = 1")
    ended = anchored.run("audit", "verify", "--json")
    assert ended.code == 1
    told = json.loads(ended.out)
    (one,) = told["breaks"]
    assert (told["whole"], one["what"], one["entry"]) == (False, "changed", 1)
    assert one["sentence"] == f"Entry 1 of {one['chain']} is not what was written."
    assert told["anchored"][0]["number"] == 1


def test_an_anchor_file_taken_away_is_found(anchored: Any) -> None:
    for path in (anchored.paper.home / "anchors").glob("*.jsonl"):
        path.unlink()
    ended = anchored.run("audit", "verify")
    assert ended.code == 1
    assert "Anchors 1 to 1 of" in words(ended)
    assert "were cut off the end of its file" in words(ended)


def test_a_copy_and_a_key_kept_elsewhere_are_used(anchored: Any, tmp_path: Path) -> None:
    printed = anchored.run("audit", "key")
    assert printed.code == 0
    key, copy = tmp_path / "kept.pub", tmp_path / "copy.jsonl"
    key.write_text(printed.out)
    (source,) = (anchored.paper.home / "anchors").glob("*.jsonl")
    copy.write_bytes(source.read_bytes())
    source.unlink()
    ended = anchored.run("audit", "verify", "--anchors", str(copy), "--key", str(key))
    assert ended.code == 0, ended.out
    assert "Anchored up to" in ended.out


def test_anchors_of_another_key_are_not_believed(anchored: Any, tmp_path: Path) -> None:
    other = tmp_path / "other.pub"
    other.write_bytes(pem_of(Ed25519PrivateKey.generate().public_key()))
    ended = anchored.run("audit", "verify", "--key", str(other))
    assert ended.code == 1
    assert "was signed with a key that was not given" in words(ended)


def test_a_path_that_is_not_there_is_bad_input(anchored: Any, tmp_path: Path) -> None:
    missing = str(tmp_path / "nowhere.jsonl")
    assert anchored.run("audit", "verify", "--anchors", missing).code == 2
    nonsense = tmp_path / "nonsense.pub"
    nonsense.write_text("nonsense")
    ended = anchored.run("audit", "verify", "--key", str(nonsense))
    assert ended.code == 2
    assert "not an Ed25519 key" in ended.err


def test_the_grants_are_printed_for_a_role_of_any_name(cut_off: Any) -> None:
    ended = cut_off.run("database", "grants", 'a"b')
    assert ended.code == 0
    assert 'GRANT SELECT, INSERT ON entry TO "a""b";' in ended.out


def test_the_tables_are_made_by_their_owner(cut_off: Any) -> None:
    cut_off.paper.office.store.migrate("base")
    assert cut_off.run("database", "migrate").code == 0
    assert cut_off.paper.office.store.is_current()
