"""A running engine anchors the record, and goes on with its work where it cannot."""

import logging
from socket import gethostname

import pytest
from department import Department
from waiting import until

from amends import engine
from models.anchor_books import book_of
from models.anchor_keys import public_key
from models.anchoring import anchors_of, last_anchor
from models.verifying import verify_record
from models.words import Wait


def test_a_running_engine_anchors_what_it_does(
    quiet: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "BEAT_SECONDS", 0.1)
    settings = quiet.office.settings
    reference = quiet.report_wrong_fact(quiet.post("The fund opens on 3 May."))
    quiet.start_engine()
    until(lambda: last_anchor(settings) is not None)
    quiet.until_waiting(reference, Wait.CLEARANCE)
    key = public_key(settings.keys / "anchor.pub")
    found = verify_record(
        quiet.office.store, [settings.anchors], [key], own_book=anchors_of(settings).name
    )
    assert found.is_whole
    assert len(found.books) == 1


def test_an_engine_that_cannot_anchor_says_so_and_works_on(
    quiet: Department, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(engine, "BEAT_SECONDS", 0.1)
    quiet.office.settings.anchors.write_text("no folder")
    with caplog.at_level(logging.ERROR, "amends.engine"):
        quiet.start_engine()
        until(lambda: "nothing is anchored: FileExistsError" in caplog.text)
    reference = quiet.report_wrong_fact(quiet.post("The fund opens on 3 May."))
    quiet.until_waiting(reference, Wait.CLEARANCE)


def test_an_engine_that_cannot_read_its_anchors_says_so_and_works(
    quiet: Department, caplog: pytest.LogCaptureFixture
) -> None:
    (anchors_of(quiet.office.settings).folder / f"{book_of(gethostname())}.2026-01.jsonl").mkdir(
        parents=True
    )
    with caplog.at_level(logging.ERROR, "amends.engine"):
        quiet.start_engine()
        until(lambda: "the anchors cannot be read: IsADirectoryError" in caplog.text)
    reference = quiet.report_wrong_fact(quiet.post("The fund opens on 3 May."))
    quiet.until_waiting(reference, Wait.CLEARANCE)
