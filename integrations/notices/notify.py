"""GOV.UK Notify, through its own client: mails and texts, each found again by our reference."""

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import requests
from notifications_python_client import errors
from notifications_python_client.notifications import NotificationsAPIClient
from pydantic import BaseModel

from integrations.errors import NotAuthorised, OutcomeUnknown, OutsideError
from integrations.notices.base import Mail
from integrations.notices.notify_answers import meaning
from integrations.notices.texts import Text
from integrations.platforms.bounded import Answered, asked, bound, hush
from integrations.platforms.bounded_connection import USUAL, Bounds
from integrations.platforms.reading import read_as
from models.words import Delivery

HOME = "https://api.notifications.service.gov.uk"
KEEPS = timedelta(days=6)
"""How long Notify is asked for a message: it keeps each for seven days, unless told otherwise."""

NEVER_LEFT = "technical-failure"
"""The one status that says that Notify gave a message up before it reached anybody's provider."""

DELIVERIES = {
    "delivered": Delivery.DELIVERED,
    "sent": Delivery.HANDED_ON,
    "created": Delivery.UNDER_WAY,
    "sending": Delivery.UNDER_WAY,
    "pending": Delivery.UNDER_WAY,
    "permanent-failure": Delivery.NEVER,
    "temporary-failure": Delivery.NOT_NOW,
    NEVER_LEFT: Delivery.GIVEN_UP,
}
"""What each of its statuses says; one that it may add later is taken for "not yet". The first of
these that any message with our reference has is what counts."""

_KEY = re.compile(
    r".*[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
)


@dataclass(frozen=True)
class NotifyAccount:
    """One service at Notify. The templates hold what we send, and no words of their own: the
    mail's subject is ``((subject))`` and its message ``((body))``; the text's is ``((text))``."""

    key: str = field(repr=False)
    mail_template: str | None = None
    text_template: str | None = None
    base_url: str | None = None


class _Sent(BaseModel):
    id: str


class _Held(BaseModel):
    status: str


class _Page(BaseModel):
    notifications: list[_Held]


class _Template(BaseModel):
    type: str
    body: str
    subject: str | None = None


class NotifyCarrier:
    """Sends mails and texts through one service, a template each. Safe from several threads."""

    keeps: timedelta | None = KEEPS

    def __init__(self, account: NotifyAccount, *, bounds: Bounds = USUAL) -> None:
        hush()
        # Its warnings say 503 of whatever it has no answer to: ours say what it was.
        logging.getLogger("notifications_python_client").setLevel(logging.ERROR)
        self._account = account
        usable = _KEY.fullmatch(account.key) is not None
        base_url = account.base_url.rstrip("/") if account.base_url else None
        self._client = NotificationsAPIClient(account.key) if usable else None
        if self._client:
            bound(self._client.request_session, bounds, base_url)
            self._client.request_session.hooks["response"] = [_hand_over]

    def send(self, mail: Mail) -> None:
        """Hand the mail over; Notify gives it its sender, and its own time."""
        self._make(
            lambda client: client.send_email_notification(
                email_address=mail.to,
                template_id=self._account.mail_template,
                personalisation={"subject": mail.subject, "body": mail.text},
                reference=mail.bare_message_id,
            )
        )

    def send_text(self, text: Text) -> None:
        """Hand the text over."""
        self._make(
            lambda client: client.send_sms_notification(
                phone_number=text.to,
                template_id=self._account.text_template,
                personalisation={"text": text.text},
                reference=text.reference,
            )
        )

    def find(self, message_id: str) -> bool | None:
        """Whether Notify has a mail with this id as its reference."""
        return self._has(message_id.removeprefix("<").removesuffix(">"))

    def find_text(self, reference: str) -> bool | None:
        """Whether Notify has a text with this reference."""
        return self._has(reference)

    def delivery_of(self, reference: str) -> Delivery | None:
        """What became of the message with this reference; None once Notify has forgotten it."""
        bare = reference.removeprefix("<").removesuffix(">")
        statuses = [one.status for one in self._held(bare)]
        said = {DELIVERIES.get(status, Delivery.UNDER_WAY) for status in statuses}
        return next((one for one in dict.fromkeys(DELIVERIES.values()) if one in said), None)

    def check(self) -> tuple[str, ...]:
        """Read the templates, without sending anything."""
        wanted = (
            (self._account.mail_template, "email", ("((subject))", "((body))"), "mail_template"),
            (self._account.text_template, "sms", ("((text))",), "text_template"),
        )
        found = [self._check(*one) for one in wanted if one[0]]
        return tuple(dict.fromkeys(problem for problem in found if problem))

    def _check(self, id_: str | None, type_: str, holds: tuple[str, ...], name: str) -> str | None:
        try:
            answer = self._call(lambda client: client.get_template(id_))
            template = read_as(_Template, answer.content)
        except NotAuthorised:
            return "GOV.UK Notify refused our key. Correct what [notify] key points to."
        except OutsideError as error:
            if error.code == "http-404":
                return f"GOV.UK Notify has no template of that id. Correct [notify] {name}."
            return f"GOV.UK Notify cannot be used ({error.code}). Check the network, and [notify]."
        text = f"{template.subject}\n{template.body}"
        missing = [one for one in holds if one not in text]
        if template.type != type_ or missing:
            return f"The template of [notify] {name} must be of type {type_}, with " + " and ".join(
                holds
            )
        return None

    def _make(self, send: "Callable[[NotificationsAPIClient], object]") -> None:
        answer = self._call(send)
        read_as(_Sent, answer.content)

    def _has(self, reference: str) -> bool:
        return any(one.status != NEVER_LEFT for one in self._held(reference))

    def _held(self, reference: str) -> list[_Held]:
        answer = self._call(lambda client: client.get_all_notifications(reference=reference))
        return read_as(_Page, answer.content).notifications

    def _call(self, send: "Callable[[NotificationsAPIClient], object]") -> requests.Response:
        """Make one call; what Notify refuses is raised as what to do next."""
        client = self._client
        if client is None:
            raise NotAuthorised("no-token")
        try:
            return asked(lambda: _answer_of(client, send))
        except Answered as answered:
            error = meaning(answered, datetime.now(UTC))
        raise error


class _Answer(Exception):
    """Carries an answer out of the client, which keeps neither its status nor its bytes."""

    def __init__(self, response: requests.Response) -> None:
        super().__init__("answered")
        self.response = response


def _hand_over(response: requests.Response, **_sent: object) -> None:
    """Read the answer, within bounds, and leave: what the client makes of it is not used."""
    assert response.content is not None
    raise _Answer(response)


def _answer_of(
    client: NotificationsAPIClient, send: "Callable[[NotificationsAPIClient], object]"
) -> requests.Response:
    inner: BaseException | None = None
    try:
        send(client)
    except _Answer as answer:
        return answer.response
    except errors.HTTPError as wrapped:
        inner = wrapped.__cause__
    if isinstance(inner, Exception):
        raise inner
    raise OutcomeUnknown("broken-off")
