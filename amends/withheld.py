"""What the web process is not given: whatever signs in to a platform, a carrier or Prefect."""

import os
import sys
from collections.abc import Mapping
from urllib.parse import urlsplit

from amends.settings import Settings

TOKEN = "AMENDS_TOKEN"
"""A person's."""
FOLDER = "CREDENTIALS_DIRECTORY"
"""Where systemd puts what a unit is given: to the web process its own secret alone, if any."""
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
    ours = name in settings.credential_variables or name == TOKEN
    return ours or name.startswith("PREFECT_") or (name == FOLDER and not _reads_there(settings))


def _reads_there(settings: Settings) -> bool:
    """The secret that the department's own sign-in service gave us is the web process's."""
    return settings.oidc is not None and settings.oidc.client_secret.startswith("credential:")


def _unsigned(address: str) -> str:
    parts = urlsplit(address)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
