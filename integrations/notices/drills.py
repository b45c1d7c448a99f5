"""The carriers of a drill: whatever they hand over says that it is a drill, before all else."""

import re
from dataclasses import replace
from datetime import timedelta
from html import escape

from amends.settings import DRILL_MARK
from integrations.notices.base import Carrier, Mail
from integrations.notices.texts import Text, TextCarrier

_BANNER = "margin:0;padding:12px 20px;background-color:#ffdd00"
_BODY = re.compile(r"<body[^>]*>")


class DrillMails:
    """Marks each mail right before it leaves, so that none can be written that is not marked."""

    def __init__(self, carrier: Carrier, says: str) -> None:
        self._carrier = carrier
        self._says = says
        self.keeps: timedelta | None = carrier.keeps

    def send(self, mail: Mail) -> None:
        """Hand the marked message over."""
        said = f"{DRILL_MARK}{self._says}"
        marked = replace(
            mail,
            subject=f"{DRILL_MARK}{mail.subject}",
            text=f"{said}\n\n{mail.text}",
            html=_headed(mail.html, said),
        )
        self._carrier.send(marked)

    def find(self, message_id: str) -> bool | None:
        """As the carrier under it says."""
        return self._carrier.find(message_id)

    def check(self) -> tuple[str, ...]:
        """As the carrier under it says."""
        return self._carrier.check()


class DrillTexts:
    """Marks each text in the same way."""

    def __init__(self, carrier: TextCarrier, says: str) -> None:
        self._carrier = carrier
        self._says = says
        self.keeps: timedelta | None = carrier.keeps

    def send_text(self, text: Text) -> None:
        """Hand the marked text over."""
        self._carrier.send_text(replace(text, text=f"{DRILL_MARK}{self._says} {text.text}"))

    def find_text(self, reference: str) -> bool | None:
        """As the carrier under it says."""
        return self._carrier.find_text(reference)

    def check(self) -> tuple[str, ...]:
        """As the carrier under it says."""
        return self._carrier.check()


def _headed(html: str, said: str) -> str:
    banner = f'<p style="{_BANNER}"><b>{escape(said)}</b></p>'
    body = _BODY.search(html)
    at = body.end() if body else 0
    return f"{html[:at]}\n{banner}{html[at:]}"
