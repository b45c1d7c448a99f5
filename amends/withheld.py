"""What the web process is not given: whatever signs in to a platform, a carrier or Prefect."""

import os
import sys
from collections.abc import Mapping
from urllib.parse import urlsplit

from amends.settings import Settings

NOT_ITS_OWN = frozenset({"AMENDS_TOKEN", "CREDENTIALS_DIRECTORY"})
"""A person's token, and the folder in which systemd puts secrets."""
SMTP = "AMENDS_MAIL_SMTP"


def without_credentials(settings: Settings, environ: Mapping[str, str]) -> dict[str, str]:
    """The environment of a web process: of the mail server it learns the address alone, since what
    is queued depends on whether there is one."""
    kept = {name: value for name, value in environ.items() if not _withheld(settings, name)}
    if SMTP in kept:
        kept[SMTP] = _unsigned(kept[SMTP])
    return kept


def shed_credentials(settings: Settings, command: list[str]) -> None:
    """Become this command without them, where the environment has any. Taking them out of
    ``os.environ`` is not enough: the memory of the process and /proc would still hold them."""
    bare = without_credentials(settings, os.environ)
    if bare != dict(os.environ):
        os.execve(sys.executable, [sys.executable, "-m", "amends.cli", *command], bare)


def _withheld(settings: Settings, name: str) -> bool:
    ours = name in settings.credential_variables or name in NOT_ITS_OWN
    return ours or name.startswith("PREFECT_")


def _unsigned(address: str) -> str:
    parts = urlsplit(address)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
