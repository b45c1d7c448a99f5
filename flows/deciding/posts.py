"""Which posts a decision is about."""

from collections.abc import Callable

from flows.deciding.desk import Desk
from flows.deciding.questions import nothing_waits
from flows.refusals import NotFoundError
from models.incident import Post
from models.words import DecisionType

NO_POST = "There is no such post in this incident. Look at the incident for the posts it has."


def posts_meant(
    desk: Desk, type_: DecisionType, target: str | None, waits: Callable[[Post], bool], nothing: str
) -> tuple[Post, ...]:
    """The post with this id or link; without one, every post that waits.

    Raises NotFoundError; where no post waits, AlreadyDecidedError with who was quicker, or
    NotNowError with ``nothing``.
    """
    if target:
        found = tuple(post for post in desk.seen.posts if target in (post.id, post.url))
        if not found:
            raise NotFoundError(NO_POST)
        return found
    found = tuple(post for post in desk.seen.posts if waits(post))
    if not found:
        raise nothing_waits(desk, type_, nothing)
    return found
