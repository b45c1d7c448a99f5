"""The outbox folder that stands in for a mail server."""

import email
from dataclasses import replace
from datetime import UTC, datetime
from email.policy import default
from pathlib import Path

import pytest

from integrations.errors import NotSent
from integrations.notices.base import Mail
from integrations.notices.outbox import OutboxCarrier
from integrations.notices.registry import carrier
from integrations.notices.smtp import SmtpCarrier
from integrations.notices.texts import Text

NOW = datetime(2026, 6, 3, 10, 15, tzinfo=UTC)


def outbox(folder: Path) -> OutboxCarrier:
    return OutboxCarrier(folder, clock=lambda: NOW)


def test_a_notice_becomes_one_file_however_often_it_is_sent(tmp_path: Path, mail: Mail) -> None:
    outbox(tmp_path / "outbox").send(mail)
    outbox(tmp_path / "outbox").send(mail)
    [file] = (tmp_path / "outbox").iterdir()
    assert file.name == "am-7k3q2.0192f3@dept.example.eml"
    message = email.message_from_bytes(file.read_bytes(), policy=default)
    assert message["Subject"] == mail.subject
    assert message["Message-ID"] == f"<{mail.message_id}>"


def test_a_link_stays_on_one_line_of_the_file(tmp_path: Path, mail: Mail) -> None:
    link = f"https://amends.dept.example/sign-in/{'k' * 86}?goes_to=/i/AM-7K3Q2"
    long = replace(mail, text=f"Größe: sign in at\n{link}\n", html=f'<a href="{link}">Größe</a>')
    outbox(tmp_path).send(long)
    [file] = tmp_path.iterdir()
    lines = file.read_text(encoding="utf-8").splitlines()
    assert link in lines
    assert f'<a href="{link}">Größe</a>' in lines
    message = email.message_from_bytes(file.read_bytes(), policy=default)
    body = message.get_body(("plain",))
    assert body is not None
    assert body.get_content().splitlines() == long.text.splitlines()


def test_only_its_owner_can_read_the_outbox(tmp_path: Path, mail: Mail) -> None:
    outbox(tmp_path / "outbox").send(mail)
    [file] = (tmp_path / "outbox").iterdir()
    assert file.stat().st_mode & 0o077 == 0
    assert file.parent.stat().st_mode & 0o077 == 0


def test_a_notice_is_found_once_it_is_there(tmp_path: Path, mail: Mail) -> None:
    assert outbox(tmp_path).find(mail.message_id) is False
    outbox(tmp_path).send(mail)
    assert outbox(tmp_path).find(mail.message_id) is True
    assert outbox(tmp_path).find(f"<{mail.message_id}>") is True


def test_a_search_stays_in_the_folder(tmp_path: Path) -> None:
    (tmp_path / "secret.eml").write_text("x")
    assert outbox(tmp_path / "outbox").find("../secret") is False


def test_a_folder_that_cannot_be_used_is_not_sent_to(tmp_path: Path, mail: Mail) -> None:
    (tmp_path / "outbox").write_text("a file, not a folder")
    with pytest.raises(NotSent) as caught:
        outbox(tmp_path / "outbox").send(mail)
    assert str(caught.value) == "outbox-not-writable"
    [problem] = outbox(tmp_path / "outbox").check()
    assert "Notices cannot be written" in problem


def test_an_unfinished_file_is_not_a_notice(tmp_path: Path, mail: Mail) -> None:
    (tmp_path / f"{mail.message_id}.eml.tmp").write_bytes(b"half")
    assert outbox(tmp_path).find(mail.message_id) is False
    outbox(tmp_path).send(mail)
    assert [file.suffix for file in tmp_path.iterdir()] == [".eml"]


def test_check_finds_nothing_wrong_with_a_folder_of_ours(tmp_path: Path) -> None:
    assert outbox(tmp_path / "outbox").check() == ()


def test_the_settings_choose_the_carrier(tmp_path: Path) -> None:
    assert isinstance(carrier("smtp://127.0.0.1:2525", tmp_path), SmtpCarrier)
    assert isinstance(carrier(None, tmp_path), OutboxCarrier)


def test_a_text_is_kept_as_a_file_that_is_found_again(tmp_path: Path) -> None:
    kept = OutboxCarrier(tmp_path)
    text = Text("0123abcd", "+447700900123", "Amends AM-7K3Q2: please read")
    assert kept.find_text(text.reference) is False
    kept.send_text(text)
    kept.send_text(text)
    assert kept.find_text(text.reference) is True
    (file,) = tmp_path.glob("*.txt")
    assert file.read_text(encoding="utf-8") == f"To: {text.to}\n\n{text.text}\n"
    assert file.stat().st_mode & 0o077 == 0
