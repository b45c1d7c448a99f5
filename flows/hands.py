"""What only an engine has: warm platform sessions and a way to send mail.

A step that finds no hands here (a Prefect worker, a script) asks the engines through the database.
"""

import os
import socket
from dataclasses import dataclass

from integrations.errors import NotAuthorised
from integrations.notices.base import Carrier
from integrations.notices.chats import ChatCarrier
from integrations.notices.texts import TextCarrier
from integrations.platforms.base import Connection, Platform
from integrations.platforms.connections import Connections
from models.office import Office
from models.people import Account


@dataclass(frozen=True)
class Hands:
    """The means of one engine. ``owner`` names it on leases: host, process and a boot mark."""

    office: Office
    owner: str
    connections: Connections
    carrier: Carrier
    texts: TextCarrier | None = None
    chats: ChatCarrier | None = None

    def platform(self, account: Account) -> Platform:
        """The warm session of this account. Raises NotAuthorised where its secret is missing."""
        secret = account.credentials and self.office.settings.secret(account.credentials)
        if not secret:
            raise NotAuthorised("no-credentials")
        return self.connections.get(
            Connection(account.platform, account.handle, secret, account.base_url)
        )


_lent: Hands | None = None


def lend(hands: Hands | None) -> None:
    """Act with these from now on in this process; None takes them away."""
    global _lent  # one engine a process; flow code has no other way to be handed it
    _lent = hands


def hands_here() -> Hands | None:
    """The hands of this process, if it is an engine."""
    return _lent


def owner_name() -> str:
    """A name for this process that no other has, and that tells whether it still lives."""
    return f"{socket.gethostname()}/{os.getpid()}/{_boot_mark(os.getpid())}"


def is_dead(owner: str) -> bool:
    """Whether this owner was a process of this host and has ended. Other hosts: never known."""
    host, pid, mark = [*owner.split("/"), "", ""][:3]
    return host == socket.gethostname() and _boot_mark(int(pid or 0)) != mark


def _boot_mark(pid: int) -> str:
    """When the process started, in the kernel's ticks: a pid used again has another mark."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            return file.read().rsplit(")", 1)[1].split()[19]
    except OSError:
        return "alive" if _answers(pid) else ""


def _answers(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, ValueError, OverflowError):
        return False
    except PermissionError:
        return True
    return pid > 0
