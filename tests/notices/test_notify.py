"""GOV.UK Notify: what it is given, what its answers mean, and how a lost answer is settled."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from practice_notify import MAIL_TEMPLATE, TEXT_TEMPLATE, PracticeNotify

from integrations.errors import (
    NotAuthorised,
    NotSent,
    OutcomeUnknown,
    OutsideError,
    Refused,
    TryAgainLater,
)
from integrations.notices.base import Mail
from integrations.notices.deliveries import TellsDelivery
from integrations.notices.notify import NotifyAccount, NotifyCarrier
from integrations.notices.texts import Text, UnsafeTextError
from models.words import Delivery

MAIL = Mail(
    message_id="am-7k3q2.0123abcd@dept.example", sender="amends@dept.example",
    to="bo@dept.example", subject="Amends AM-7K3Q2: please read",
    text="Read this: https://amends.dept.example/i/AM-7K3Q2\n", html="<p>Read this</p>",
)  # fmt: skip
TEXT = Text("0123abcd", "+447700900123", "Amends AM-7K3Q2: please read")


@pytest.fixture
def notify() -> Iterator[PracticeNotify]:
    made = PracticeNotify().start()
    yield made
    made.stop()


def account(notify: PracticeNotify) -> NotifyAccount:
    return NotifyAccount(notify.key, MAIL_TEMPLATE, TEXT_TEMPLATE, notify.url)


@pytest.fixture
def carrier(notify: PracticeNotify) -> NotifyCarrier:
    return NotifyCarrier(account(notify))


def test_a_mail_and_a_text_arrive_with_our_reference(
    notify: PracticeNotify, carrier: NotifyCarrier
) -> None:
    carrier.send(MAIL)
    carrier.send_text(TEXT)
    mail, text = notify.messages
    assert (mail.to, mail.subject, mail.text) == (MAIL.to, MAIL.subject, MAIL.text)
    assert (mail.reference, mail.type) == (MAIL.message_id, "email")
    assert (text.to, text.text, text.reference, text.type) == (
        TEXT.to, TEXT.text, TEXT.reference, "sms",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("fault", "error", "code"),
    [
        ("400", Refused, "http-400"),
        ("403", NotAuthorised, "unauthorised"),
        ("429", TryAgainLater, "rate-limit"),
        ("429-today", Refused, "daily-limit"),
        ("500", OutcomeUnknown, "http-500"),
        ("500-after", OutcomeUnknown, "http-500"),
        ("cut-before", OutcomeUnknown, "broken-off"),
        ("cut-after", OutcomeUnknown, "broken-off"),
    ],
)
def test_an_answer_is_raised_as_what_to_do_next(
    notify: PracticeNotify,
    carrier: NotifyCarrier,
    fault: str,
    error: type[OutsideError],
    code: str,
) -> None:
    notify.fail(fault)
    with pytest.raises(error) as raised:
        carrier.send_text(TEXT)
    assert type(raised.value) is error
    assert str(raised.value) == code
    assert raised.value.__cause__ is raised.value.__context__ is None
    assert notify.sends == 1, "nothing is tried again within the call"
    assert carrier.find_text(TEXT.reference) is fault.endswith("-after")


def test_a_window_that_is_used_up_is_waited_for(
    notify: PracticeNotify, carrier: NotifyCarrier
) -> None:
    notify.fail("429")
    with pytest.raises(TryAgainLater) as raised:
        carrier.send(MAIL)
    assert 30 < (raised.value.at - datetime.now(UTC)).total_seconds() <= 60


def test_what_notify_is_not_there_to_take_was_certainly_not_sent(
    notify: PracticeNotify, carrier: NotifyCarrier
) -> None:
    notify.stop()
    with pytest.raises(NotSent):
        carrier.send(MAIL)


def test_a_message_is_found_by_our_reference_and_no_other(carrier: NotifyCarrier) -> None:
    carrier.send(MAIL)
    assert carrier.find(f"<{MAIL.message_id}>") is True
    assert carrier.find("another@dept.example") is False
    assert carrier.find_text("0123abcd") is False


def test_what_notify_gave_up_never_left_and_may_be_sent_again(
    notify: PracticeNotify, carrier: NotifyCarrier
) -> None:
    notify.fail("gave-up")
    carrier.send_text(TEXT)
    assert carrier.find_text(TEXT.reference) is False
    carrier.send_text(TEXT)
    assert carrier.find_text(TEXT.reference) is True


@pytest.mark.parametrize("key", ["", "a name", "amends-1-2"])
def test_a_key_of_another_shape_is_never_sent(notify: PracticeNotify, key: str) -> None:
    with pytest.raises(NotAuthorised, match="no-token"):
        NotifyCarrier(replace(account(notify), key=key)).send(MAIL)
    assert notify.sends == 0


def test_templates_and_key_are_checked_without_sending(
    notify: PracticeNotify, carrier: NotifyCarrier
) -> None:
    assert carrier.check() == ()
    mine = account(notify)
    (wrong_type,) = NotifyCarrier(replace(mine, text_template=MAIL_TEMPLATE)).check()
    assert "text_template must be of type sms" in wrong_type
    (unknown,) = NotifyCarrier(replace(mine, mail_template=notify.service)).check()
    assert "no template of that id" in unknown
    (refused,) = NotifyCarrier(replace(mine, key=PracticeNotify().key)).check()
    assert "refused our key" in refused
    assert notify.messages == []


def test_neither_the_key_nor_the_message_is_in_what_is_written_out(
    notify: PracticeNotify, carrier: NotifyCarrier, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    notify.fail("cut-after", "400")
    for _ in range(2):
        with pytest.raises(OutsideError):
            carrier.send_text(TEXT)
    carrier.find_text(TEXT.reference)
    for secret in (notify.secret, TEXT.to, TEXT.text, "Bearer"):
        assert secret not in caplog.text
        assert secret not in repr((TEXT, account(notify)))


@pytest.mark.parametrize(
    ("field", "value"), [("to", "ring Bo"), ("text", "two\nlines"), ("reference", "a b")]
)
def test_a_text_that_would_not_be_the_one_meant_is_refused(field: str, value: str) -> None:
    with pytest.raises(UnsafeTextError, match=field):
        replace(TEXT, **{field: value})


@pytest.mark.parametrize(
    ("status", "delivery"),
    [
        ("created", Delivery.UNDER_WAY),
        ("sending", Delivery.UNDER_WAY),
        ("pending", Delivery.UNDER_WAY),
        ("a-status-that-it-may-add", Delivery.UNDER_WAY),
        ("sent", Delivery.HANDED_ON),
        ("delivered", Delivery.DELIVERED),
        ("permanent-failure", Delivery.NEVER),
        ("temporary-failure", Delivery.NOT_NOW),
        ("technical-failure", Delivery.GIVEN_UP),
    ],
)
def test_what_became_of_a_message_is_read_by_our_reference(
    carrier: NotifyCarrier, notify: PracticeNotify, status: str, delivery: Delivery
) -> None:
    assert isinstance(carrier, TellsDelivery)
    assert carrier.delivery_of(TEXT.reference) is None
    notify.fates[TEXT.to] = status
    carrier.send_text(TEXT)
    assert carrier.delivery_of(TEXT.reference) == delivery
