"""A link that a person pasted to words that they published: whether it can be to those words."""

from flows.deciding.desk import Desk
from flows.refusals import BadRequestError
from models.links import BadLinkError, KnownAccount, ParsedLink, parse_link, says_nobody
from models.people import Account
from models.statements import Statement

PASTE = "Paste the link to the words, as you see them on the account."
REPORTED = "That is the link to a post that was reported. Paste the link to the new words."
ANOTHER = "That link is not to a post on {account}. Paste the link to the words there."


def require_link(here: Desk, statement: Statement, link: str | None) -> str:
    """The link, to a post on that very account. Makes no request; the engine looks at it.

    Raises BadRequestError.
    """
    if not link or not link.strip():
        raise BadRequestError(PASTE)
    account = here.seen.accounts[statement.account_id]
    parsed = parsed_on(account, link)
    reported = any(
        post.remote_id == parsed.remote_id and post.platform == parsed.platform
        for post in here.seen.posts
        if post.id != statement.edits
    )
    if reported:
        raise BadRequestError(REPORTED)
    return link.strip()


def parsed_on(account: Account, link: str) -> ParsedLink:
    """What the link means, on this account. Raises BadRequestError where it is elsewhere."""
    known = [KnownAccount(account.platform, account.handle, account.base_url)]
    try:
        parsed = parse_link(link, known)
    except BadLinkError as error:
        raise BadRequestError(str(error)) from None
    nameless = parsed.platform == account.platform and says_nobody(parsed)
    if not parsed.configured and not nameless:
        raise BadRequestError(ANOTHER.format(account=f"{account.platform}/{account.handle}"))
    return parsed
