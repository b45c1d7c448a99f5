"""Which carrier an installation uses."""

from pathlib import Path

from integrations.notices.base import Carrier
from integrations.notices.outbox import OutboxCarrier
from integrations.notices.smtp import SmtpCarrier


def carrier(settings_smtp: str | None, outbox: Path) -> Carrier:
    """The SMTP server of the settings, else the outbox folder. Raises BadSmtpAddressError."""
    return SmtpCarrier(settings_smtp) if settings_smtp else OutboxCarrier(outbox)
