"""The link to sign in that an engine mails, taken from the outbox folder."""

import re
from email import message_from_bytes, policy

from paper import Paper

from flows.hands import Hands
from flows.sign_in_mail import mail_links
from integrations.notices.outbox import OutboxCarrier
from integrations.platforms.connections import Connections


def mailed_link(paper: Paper) -> str:
    """The path of the newest."""
    folder = paper.office.settings.outbox
    mail_links(Hands(paper.office, "engine-1", Connections(), OutboxCarrier(folder)))
    newest = max(folder.glob("sign-in.*.eml"), key=lambda file: file.stat().st_mtime_ns)
    letter = message_from_bytes(newest.read_bytes(), policy=policy.default)
    return re.findall(r"/sign-in/[\w-]+", letter.get_body(("plain",)).get_content())[0]
