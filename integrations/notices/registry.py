"""Which carriers an installation uses."""

from pathlib import Path
from typing import TYPE_CHECKING

from amends.settings import NotifyPart, Settings
from integrations.notices.base import Carrier
from integrations.notices.chats import ChatCarrier
from integrations.notices.drills import DrillMails, DrillTexts
from integrations.notices.outbox import OutboxCarrier
from integrations.notices.smtp import SmtpCarrier
from integrations.notices.texts import TextCarrier

if TYPE_CHECKING:
    from integrations.notices.notify import NotifyCarrier


def carrier(settings_smtp: str | None, outbox: Path) -> Carrier:
    """The SMTP server of the settings, else the outbox folder. Raises BadSmtpAddressError."""
    return SmtpCarrier(settings_smtp) if settings_smtp else OutboxCarrier(outbox)


def mail_carrier(settings: Settings) -> Carrier:
    """GOV.UK Notify where the settings have a template for mails; else as ``carrier`` says."""
    notify = settings.notify
    if notify and notify.mail_template:
        return _notify(settings, notify)
    chosen = carrier(settings.smtp, settings.outbox)
    return DrillMails(chosen, settings.drill.says) if settings.drill else chosen


def text_carrier(settings: Settings) -> TextCarrier | None:
    """GOV.UK Notify; the outbox folder where mails go there too; None where no text can leave.
    Those of a drill stay in the outbox folder, whatever mails do."""
    notify = settings.notify
    if notify and notify.text_template:
        return _notify(settings, notify)
    if settings.drill:
        return DrillTexts(OutboxCarrier(settings.outbox), settings.drill.says)
    return OutboxCarrier(settings.outbox) if settings.texts_leave else None


def chat_carrier(settings: Settings) -> ChatCarrier | None:
    """Apprise, where the settings name a chat."""
    if not settings.chats:
        return None
    from integrations.notices.apprise import AppriseCarrier  # only where it is used

    return AppriseCarrier({chat.name: settings.secret(chat.url) for chat in settings.chats})


def _notify(settings: Settings, notify: NotifyPart) -> "NotifyCarrier":
    from integrations.notices.notify import NotifyAccount, NotifyCarrier  # only where it is used

    return NotifyCarrier(
        NotifyAccount(
            settings.secret(notify.key) or "",
            notify.mail_template,
            notify.text_template,
            notify.base_url,
        )
    )
