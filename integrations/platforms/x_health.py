"""What is wrong with an account on X, in sentences for whoever can put it right."""

from integrations.errors import NotAuthorised, NotSent, OutsideError, TryAgainLater
from integrations.platforms.base import Capabilities, Health

NOTHING = Capabilities(delete=False, publish=False)
KEYS_PAGE = "X’s developer portal"

SENTENCES: dict[str, str] = {
    "no-token": (
        "The credentials of @{handle} cannot be read. Set them to JSON with consumer_key, "
        "consumer_secret, access_token and access_token_secret."
    ),
    "unauthorised": (
        "X does not accept the credentials of @{handle}. Make new ones in {page}, then put them "
        "where amends.toml says."
    ),
    "app-permissions": (
        "The app of @{handle} may not write. Give it “Read and write” in {page}, then make the "
        "access token again."
    ),
    "app-access": "The app of @{handle} is not enrolled. Attach it to a project in {page}.",
    "no-credit": "X’s credit for @{handle} has run out. Add credit in {page}.",
    "suspended": "X has suspended @{handle}. Sign in to X as @{handle} and appeal.",
    "locked": "X has locked @{handle}. Sign in to X as @{handle} and unlock it.",
}
NOT_REACHED = "X could not be reached. Check the network and the firewall, then try again."
NO_ANSWER = "X did not answer as it should. Try again in a few minutes."
TOO_OFTEN = "X asks to be left alone until {at:%H:%M} UTC. Try again after that."
REFUSED = "X refused @{handle}, with the code {code}. Look the app up in {page}."
OTHER_ACCOUNT = (
    "The credentials are those of @{found}, not of @{handle}. Put the right ones where amends.toml "
    "says."
)


def healthy(handle: str, found: str, access: str) -> Health:
    """The health of an account whose token works. ``access`` is X's own word: read, read-write…"""
    if found.lower() != handle:
        problem = OTHER_ACCOUNT.format(found=found, handle=handle)
        return Health(NOTHING, (problem,))
    if access == "read":
        problem = SENTENCES["app-permissions"].format(handle=handle, page=KEYS_PAGE)
        return Health(NOTHING, (problem,))
    return Health(Capabilities())


def unhealthy(handle: str, error: OutsideError) -> Health:
    """The health of an account that X would not tell us about."""
    able = NOTHING if isinstance(error, NotAuthorised) else Capabilities()
    if isinstance(error, NotSent):
        return Health(able, (NOT_REACHED,))
    if isinstance(error, TryAgainLater):
        return Health(able, (TOO_OFTEN.format(at=error.at),))
    if isinstance(error, NotAuthorised) or error.code in SENTENCES:
        sentence = SENTENCES.get(error.code, REFUSED)
        filled = sentence.format(handle=handle, page=KEYS_PAGE, code=error.code)
        return Health(able, (filled,))
    return Health(able, (NO_ANSWER,))
