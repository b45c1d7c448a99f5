"""Reading: with credentials, and as a stranger."""

import html
import re
from datetime import UTC, datetime

from amends.sandbox.answers import NO_SUCH_POST, Answer, Json, absent, answer, invalid
from amends.sandbox.rendering import author_json, media_json, post_json
from amends.sandbox.timeline import Account
from amends.sandbox.world import World

Query = dict[str, str]


def me(account: Account) -> Answer:
    """Whose token it is."""
    return answer({"data": author_json(account)})


def get(world: World, post_id: str, query: Query, *, stale: bool = False) -> Answer:
    """One post, with what was asked for beside it."""
    post = world.timeline.find(post_id, deleted_too=stale)
    author = world.timeline.account(post.handle) if post else None
    if post is None or author is None:
        return absent(post_id)
    body: Json = {"data": post_json(post, author, _listed(query, "tweet.fields"))}
    expansions = _listed(query, "expansions")
    includes: Json = {}
    if "author_id" in expansions:
        includes["users"] = [author_json(author)]
    if "attachments.media_keys" in expansions and post.pictures:
        includes["media"] = media_json(post, world.url)
    return answer(body | {"includes": includes} if includes else body)


def timeline(world: World, account_id: str, query: Query) -> Answer:
    """An account's posts, newest first, a page at a time."""
    author = world.timeline.by_id(account_id)
    if author is None:
        return answer({"errors": [{"title": "Not Found Error", "value": account_id}]})
    try:
        size = int(query.get("max_results", "10"))
        start = int(query.get("pagination_token", "0"))
        since = query.get("start_time")
        after = datetime.fromisoformat(since) if since else datetime.min.replace(tzinfo=UTC)
    except ValueError:
        return invalid("A parameter is not in its form.")
    if not 5 <= size <= 100:
        return invalid("max_results must be from 5 to 100.")
    posts = [post for post in world.live_posts(author.handle) if post.created_at >= after]
    page = posts[start : start + size]
    meta: Json = {"result_count": len(page)}
    if page:
        meta |= {"newest_id": page[0].id, "oldest_id": page[-1].id}
    if start + size < len(posts):
        meta["next_token"] = str(start + size)
    fields = _listed(query, "tweet.fields")
    shown = [post_json(post, author, fields) for post in page]
    return answer({"data": shown, "meta": meta} if shown else {"meta": meta})


def oembed(world: World, query: Query, *, stale: bool = False) -> Answer:
    """What a member of the public gets to embed."""
    found = re.search(r"/status/(\d{1,19})$", query.get("url", ""))
    post = world.timeline.find(found[1], deleted_too=stale) if found else None
    if post is None:
        return answer({"error": "Sorry, that page does not exist", "request": "/oembed"}, 404)
    quoted = f'<blockquote class="twitter-tweet"><p>{html.escape(post.text)}</p></blockquote>'
    body: Json = {
        "url": f"https://x.com/{post.handle}/status/{post.id}",
        "author_name": post.handle,
        "html": quoted,
        "type": "rich",
        "version": "1.0",
    }
    return answer(body)


def media(world: World, subject: str, *, stale: bool = False) -> Answer:
    """The bytes of a picture or film, while its post is up."""
    post_id, number = subject.split("/")
    post = world.timeline.find(post_id, deleted_too=stale)
    if post is None or int(number) >= len(post.pictures):
        return NO_SUCH_POST
    picture = post.pictures[int(number)]
    return Answer(200, picture.content, picture.content_type)


def _listed(query: Query, name: str) -> frozenset[str]:
    return frozenset(query.get(name, "").split(","))
