"""What is wrong with an account on Bluesky, in sentences for whoever can put it right."""

from integrations.errors import NotAuthorised, NotSent, OutsideError, TryAgainLater
from integrations.platforms.base import Capabilities, Health
from integrations.platforms.bluesky_shapes import StandingShape

NOTHING = Capabilities(delete=False, publish=False)
PASSWORDS = "Settings, Privacy and security, App passwords"

SENTENCES: dict[str, str] = {
    "no-token": (
        "The credentials of @{handle} cannot be read. Set them to JSON with identifier and "
        "password."
    ),
    "unauthorised": (
        "Bluesky does not accept the password of @{handle}. Make a new one in {page}, then put it "
        "where amends.toml says."
    ),
    "second-factor": (
        "Bluesky wants a second factor with the main password of @{handle}. Make an app password "
        "in {page}, then put it where amends.toml says."
    ),
    "taken-down": "Bluesky has taken down @{handle}. Sign in to Bluesky as @{handle} and appeal.",
    "suspended": "Bluesky has suspended @{handle}. Sign in to Bluesky as @{handle} and appeal.",
    "deactivated": (
        "@{handle} is deactivated. Sign in to Bluesky as @{handle} and reactivate it in Settings, "
        "Account."
    ),
}
NOT_REACHED = "Bluesky could not be reached. Check the network and the firewall, then try again."
NO_ANSWER = "Bluesky did not answer as it should. Try again in a few minutes."
TOO_OFTEN = "Bluesky asks to be left alone until {at:%H:%M} UTC. Try again after that."
REFUSED = "Bluesky refused @{handle}, with the code {code}. Look at its settings on Bluesky."
OTHER_ACCOUNT = (
    "The credentials are those of @{found}, not of @{handle}. Put the right ones where amends.toml "
    "says."
)
STATUSES = {"takendown": "taken-down", "suspended": "suspended", "deactivated": "deactivated"}


def standing(handle: str, account: StandingShape) -> Health:
    """The health of an account that let us in."""
    if account.active:
        return Health(Capabilities())
    code = STATUSES.get(account.status, "inactive")
    return Health(NOTHING, (_sentence(handle, code),))


def unhealthy(handle: str, error: OutsideError, found: str | None) -> Health:
    """The health of an account that did not. ``found`` is whose the credentials are, if known."""
    able = NOTHING if isinstance(error, NotAuthorised) else Capabilities()
    if error.code == "another-account":
        return Health(able, (OTHER_ACCOUNT.format(found=found, handle=handle),))
    if isinstance(error, NotSent):
        answered = error.code.startswith("session-")
        return Health(able, (NO_ANSWER if answered else NOT_REACHED,))
    if isinstance(error, TryAgainLater):
        return Health(able, (TOO_OFTEN.format(at=error.at),))
    if isinstance(error, NotAuthorised):
        return Health(able, (_sentence(handle, error.code),))
    return Health(able, (NO_ANSWER,))


def _sentence(handle: str, code: str) -> str:
    return SENTENCES.get(code, REFUSED).format(handle=handle, page=PASSWORDS, code=code)
