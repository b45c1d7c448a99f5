"""Which posts a decision is about."""

from collections.abc import Callable

from flows.deciding.desk import Desk
from flows.refusals import NotFoundError, NotNowError
from models.incident import Post

NO_POST = "There is no such post in this incident. Look at the incident for the posts it has."


def posts_meant(
    desk: Desk, target: str | None, waiting: Callable[[Post], bool], nothing: str
) -> tuple[Post, ...]:
    """The post with this id or link; without one, every post that waits.

    Raises NotFoundError, and NotNowError with ``nothing`` where no post waits.
    """
    if target:
        found = tuple(post for post in desk.seen.posts if target in (post.id, post.url))
        if not found:
            raise NotFoundError(NO_POST)
        return found
    found = tuple(post for post in desk.seen.posts if waiting(post))
    if not found:
        raise NotNowError(nothing)
    return found
