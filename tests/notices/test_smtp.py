"""Mail through a real server on this machine, in fair weather and in every foul one."""

import dataclasses
import email
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import default
from threading import Thread
from typing import Any

import pytest

from integrations.errors import (
    NotAuthorised,
    NotSent,
    OutcomeUnknown,
    OutsideError,
    Refused,
    TryAgainLater,
)
from integrations.notices.base import Mail, UnsafeMailError
from integrations.notices.smtp import BadSmtpAddressError, SmtpCarrier, read_address

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
NOW = datetime(2026, 6, 3, 10, 15, tzinfo=UTC)


def carrier(url: str, read_seconds: float = 5) -> SmtpCarrier:
    return SmtpCarrier(url, clock=lambda: NOW, connect_seconds=2, read_seconds=read_seconds)


def received(server: Any) -> EmailMessage:
    [envelope] = server.postbox.received
    message = email.message_from_bytes(envelope.content, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def failure(url: str, mail: Mail, read_seconds: float = 5) -> OutsideError:
    with pytest.raises(OutsideError) as caught:
        carrier(url, read_seconds).send(mail)
    assert "@" not in str(caught.value)
    assert caught.value.__cause__ is None
    return caught.value


@contextmanager
def raw_server(*, greeting: bytes | None) -> Iterator[str]:
    """A socket that listens, and at most says one thing: no mail server at all."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        url = f"smtp://127.0.0.1:{listening.getsockname()[1]}"
        if greeting is None:
            yield url
            return

        def answer() -> None:
            connection, _ = listening.accept()
            with closing(connection):
                connection.sendall(greeting)

        thread = Thread(target=answer, daemon=True)
        thread.start()
        yield url
        thread.join(5)


def test_a_notice_arrives_exactly_once_with_its_headers(server: Any, mail: Mail) -> None:
    carrier(server.url).send(mail)
    message = received(server)
    assert message["Message-ID"] == "<am-7k3q2.0192f3@dept.example>"
    assert message["From"] == "amends@dept.example"
    assert message["To"] == "bo@dept.example"
    assert message["Subject"] == mail.subject
    assert message["Date"].datetime == NOW
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content_type() == "multipart/alternative"
    assert server.postbox.received[0].rcpt_tos == ["bo@dept.example"]


def test_text_and_page_arrive_letter_for_letter(server: Any, mail: Mail) -> None:
    carrier(server.url).send(mail)
    text, html = received(server).iter_parts()
    assert text.get_content_type() == "text/plain"
    assert text.get_content().replace("\r\n", "\n") == mail.text
    assert html.get_content_type() == "text/html"
    assert html.get_content().strip() == mail.html


def test_what_travels_is_plain_ascii_in_short_lines(server: Any, mail: Mail) -> None:
    carrier(server.url).send(mail)
    content = server.postbox.received[0].content
    assert content.isascii()
    assert max(map(len, content.splitlines())) <= 100


def test_the_same_notice_is_the_same_bytes_each_time(server: Any, mail: Mail) -> None:
    carrier(server.url).send(mail)
    carrier(server.url).send(mail)
    first, second = server.postbox.received
    assert first.content == second.content


def test_a_server_that_is_down_was_not_sent_to(server: Any, mail: Mail) -> None:
    server.stop()
    error = failure(server.url, mail)
    assert isinstance(error, NotSent)
    assert error.code == "connection-refused"


def test_a_host_that_does_not_exist_was_not_sent_to(mail: Mail) -> None:
    assert isinstance(failure("smtp://mail.invalid:25", mail), NotSent)


def test_a_server_that_never_greets_was_not_sent_to(mail: Mail) -> None:
    with raw_server(greeting=None) as url:
        error = failure(url, mail)
    assert isinstance(error, NotSent)
    assert error.code == "disconnected"


def test_a_server_that_hangs_up_after_its_greeting_was_not_sent_to(mail: Mail) -> None:
    with raw_server(greeting=b"220 hello\r\n") as url:
        assert isinstance(failure(url, mail), NotSent)


def test_a_server_that_speaks_something_else_was_not_sent_to(mail: Mail) -> None:
    with raw_server(greeting=b"HTTP/1.1 400 Bad Request\r\n\r\n") as url:
        assert isinstance(failure(url, mail), NotSent)


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA", "DONE"])
def test_a_451_is_tried_again_in_a_minute(server: Any, mail: Mail, command: str) -> None:
    server.postbox.answers[command] = "451 bo@dept.example is busy"
    error = failure(server.url, mail)
    assert isinstance(error, TryAgainLater)
    assert error.code == "smtp-451"
    assert error.at == NOW + timedelta(seconds=60)


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA", "DONE"])
def test_a_550_is_refused(server: Any, mail: Mail, command: str) -> None:
    server.postbox.answers[command] = "550 no such person as bo@dept.example"
    error = failure(server.url, mail)
    assert isinstance(error, Refused)
    assert error.code == "smtp-550"


def test_a_530_says_that_we_may_not(server: Any, mail: Mail) -> None:
    server.postbox.answers["MAIL"] = "530 sign in first"
    assert isinstance(failure(server.url, mail), NotAuthorised)


def test_a_connection_dropped_after_the_body_is_unknown(server: Any, mail: Mail) -> None:
    server.postbox.hang_up_after_data = True
    assert isinstance(failure(server.url, mail), OutcomeUnknown)
    assert len(server.postbox.received) == 1


def test_silence_after_the_body_is_unknown(server: Any, mail: Mail) -> None:
    server.postbox.silent_after_data = True
    assert isinstance(failure(server.url, mail, read_seconds=0.3), OutcomeUnknown)
    assert len(server.postbox.received) == 1


def test_an_unreadable_answer_after_the_body_is_unknown(server: Any, mail: Mail) -> None:
    server.postbox.answers["DONE"] = "hm, maybe"
    assert isinstance(failure(server.url, mail), OutcomeUnknown)


def test_a_server_that_cannot_sign_us_in_is_not_sent_to(server: Any, mail: Mail) -> None:
    url = server.url.replace("smtp://", "smtp://user:p%40ss@")
    assert isinstance(failure(url, mail), NotSent)
    assert server.postbox.received == []


def test_the_user_and_password_of_the_setting_sign_us_in(locked_server: Any, mail: Mail) -> None:
    url = locked_server.url.replace("smtp://", "smtp://amends:p%40ss@")
    carrier(url).send(mail)
    assert len(locked_server.postbox.received) == 1


def test_a_wrong_password_says_that_we_may_not(locked_server: Any, mail: Mail) -> None:
    url = locked_server.url.replace("smtp://", "smtp://amends:wrong@")
    error = failure(url, mail)
    assert isinstance(error, NotAuthorised)
    assert error.code == "smtp-535"
    [problem] = carrier(url).check()
    assert problem == "The mail server refused our user name or password. Correct [mail] smtp."


def test_another_machine_without_encryption_is_not_sent_to(server: Any, mail: Mail) -> None:
    """``127.1`` leads to this machine, but does not say so."""
    error = failure(f"smtp://127.1:{server.port}", mail)
    assert isinstance(error, NotSent)
    assert error.code == "tls-not-offered"
    carrier(f"smtp://127.1:{server.port}?tls=off").send(mail)
    assert len(server.postbox.received) == 1


def test_a_server_that_does_not_speak_tls_is_not_sent_to(server: Any, mail: Mail) -> None:
    error = failure(f"smtps://127.0.0.1:{server.port}", mail)
    assert isinstance(error, NotSent)
    assert error.code == "tls"


def test_a_mail_server_does_not_say_what_it_took(server: Any, mail: Mail) -> None:
    assert carrier(server.url).find(mail.message_id) is None


def test_check_finds_nothing_wrong_with_a_good_server_and_sends_nothing(server: Any) -> None:
    assert carrier(server.url).check() == ()
    assert server.postbox.received == []


def test_check_says_what_is_wrong_and_what_to_do(server: Any) -> None:
    server.stop()
    [problem] = carrier(server.url).check()
    assert "cannot be used (connection-refused)" in problem
    assert "[mail] smtp" in problem


@pytest.mark.parametrize(
    ("url", "host", "port", "implicit", "tls"),
    [
        ("smtp://127.0.0.1:2525", "127.0.0.1", 2525, False, False),
        ("smtp://localhost", "localhost", 25, False, False),
        ("smtp://[::1]:2525", "::1", 2525, False, False),
        ("smtp://mail.dept.example:587", "mail.dept.example", 587, False, True),
        ("smtp://mailpit:1025?tls=off", "mailpit", 1025, False, False),
        ("smtps://mail.dept.example", "mail.dept.example", 465, True, True),
    ],
)
def test_an_address_is_read_and_other_machines_are_spoken_to_in_private(
    url: str, host: str, port: int, implicit: bool, tls: bool
) -> None:
    where = read_address(url)
    assert (where.host, where.port) == (host, port)
    assert (where.implicit_tls, where.tls) == (implicit, tls)


def test_a_password_is_read_and_never_shown() -> None:
    where = read_address("smtp://amends:p%40ss%2F1@mail.dept.example")
    assert (where.user, where.password) == ("amends", "p@ss/1")
    assert "p@ss" not in repr(where)


@pytest.mark.parametrize("url", ["mail.dept.example", "http://mail", "smtp://", "smtp://m:x"])
def test_an_address_that_cannot_be_used_says_what_to_write(url: str) -> None:
    with pytest.raises(BadSmtpAddressError, match=r"Write \[mail\] smtp as smtp://host:port"):
        read_address(url)


@pytest.mark.parametrize(
    "wrong",
    [
        {"subject": "hello\r\nBcc: x@y.example"},
        {"subject": "hello\n"},
        {"to": "bo@dept.example\r\nBcc: x@y.example"},
        {"to": "bo@dept.example, eve@y.example"},
        {"to": "Bo <bo@dept.example>"},
        {"sender": "amends@dept.example\n"},
        {"message_id": "a@b\r\nX: y"},
        {"message_id": "../../a@b"},
    ],
)
def test_a_header_cannot_be_smuggled_in(mail: Mail, wrong: dict[str, str]) -> None:
    with pytest.raises(UnsafeMailError) as caught:
        dataclasses.replace(mail, **wrong)
    assert str(caught.value) == next(iter(wrong))


def test_a_mail_keeps_its_content_out_of_its_repr(mail: Mail) -> None:
    assert repr(mail).count("dept.example") == 1
    assert "AM-7K3Q2" not in repr(mail)


def test_a_long_message_id_stays_on_one_line(server: Any, mail: Mail) -> None:
    long = "am-7k3q2." + "0" * 120 + "@dept.example"
    carrier(server.url).send(dataclasses.replace(mail, message_id=f"<{long}>"))
    assert received(server)["Message-ID"] == f"<{long}>"
