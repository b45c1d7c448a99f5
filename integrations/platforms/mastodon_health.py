"""What is wrong with an account on Mastodon, in sentences for whoever can put it right."""

from integrations.errors import NotAuthorised, NotSent, OutsideError, TryAgainLater
from integrations.platforms.base import Capabilities, Health
from integrations.platforms.mastodon_shapes import AccountShape

ALL = Capabilities(edit=True)
NOTHING = Capabilities(delete=False, publish=False)
PAGE = "Preferences, Development, on the instance"

SENTENCES: dict[str, str] = {
    "no-token": (
        "The credentials of @{handle} cannot be read. Set them to JSON with access_token, from "
        "{page}."
    ),
    "no-instance": (
        "The instance of @{handle} is not known. Set base_url of the account in amends.toml to "
        "the instance’s address, like https://social.example."
    ),
    "unauthorised": (
        "The instance does not accept the credentials of @{handle}. Make a new access token in "
        "{page}, then put it where amends.toml says."
    ),
    "app-permissions": (
        "The token of @{handle} may not write. Make an application with read and write in {page}, "
        "then put its access token where amends.toml says."
    ),
    "suspended": (
        "The instance has suspended @{handle}. Ask its moderators why, and to lift the suspension."
    ),
    "locked": (
        "The instance waits for @{handle} to be confirmed. Sign in there, follow the e-mail that "
        "it sent, or ask its moderators."
    ),
}
NOT_REACHED = (
    "The instance of @{handle} could not be reached. Check base_url, the network and the firewall, "
    "then try again."
)
NO_ANSWER = (
    "The instance of @{handle} did not answer as it should. Check base_url; try again in a few "
    "minutes."
)
TOO_OFTEN = "The instance asks to be left alone until {at:%H:%M} UTC. Try again after that."
REFUSED = "The instance refused @{handle}, with the code {code}. Ask its moderators."
OTHER_ACCOUNT = (
    "The credentials are those of @{found}, not of @{handle}. Put the right ones where amends.toml "
    "says."
)
LIMITED = (
    "The instance has limited @{handle}: only followers see its posts. Ask its moderators why, and "
    "to lift the limit."
)
MOVED = "@{handle} has moved to another account. Register that one in amends.toml instead."


def healthy(handle: str, account: AccountShape) -> Health:
    """The health of an account whose token works and may write."""
    if account.acct.lower() != handle:
        return Health(NOTHING, (OTHER_ACCOUNT.format(found=account.acct, handle=handle),))
    if account.suspended:
        return Health(NOTHING, (SENTENCES["suspended"].format(handle=handle),))
    wrong = [(account.limited, LIMITED), (account.moved, MOVED)]
    return Health(ALL, tuple(words.format(handle=handle) for is_so, words in wrong if is_so))


def unhealthy(handle: str, error: OutsideError) -> Health:
    """The health of an account that the instance would not tell us about."""
    able = NOTHING if isinstance(error, NotAuthorised) else ALL
    if isinstance(error, TryAgainLater):
        return Health(able, (TOO_OFTEN.format(at=error.at),))
    if isinstance(error, NotAuthorised):
        sentence = SENTENCES.get(error.code, REFUSED)
    else:
        sentence = NOT_REACHED if isinstance(error, NotSent) else NO_ANSWER
    return Health(able, (sentence.format(handle=handle, page=PAGE, code=error.code),))
