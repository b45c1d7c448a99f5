"""The public pages of the practice platform: what a passer-by would see."""

import re
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from amends.sandbox.answers import Answer, html
from amends.sandbox.rendering import EXTENSIONS
from amends.sandbox.timeline import Post
from amends.sandbox.world import World

HERE = Path(__file__).parent
POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; media-src 'self'"

_PAGE = re.compile(r"/(?:(?P<handle>\w{1,50})(?:/status/(?P<id>\d{1,19}))?)?")


def page(world: World, path: str, query: dict[str, str]) -> Answer | None:
    """The timeline, an account's posts, or one post; None where there is no such page."""
    if path == "/style.css":
        return Answer(200, (HERE / "style.css").read_bytes(), "text/css; charset=utf-8")
    if not (found := _PAGE.fullmatch(path)):
        return None
    handle, post_id = found["handle"], found["id"]
    account = world.timeline.account(handle) if handle else None
    if handle and account is None:
        return _shown(world, [], "This account does not exist", 404, live=False)
    if post_id:
        post = world.timeline.find(post_id)
        if post is None:
            return _shown(world, [], "This post does not exist", 404, live=False)
        return _shown(world, [post], f"Post by @{post.handle}", 200, live=False)
    title = f"Posts by @{account.handle}" if account else "Latest posts"
    posts = world.timeline.of(account.handle if account else None)
    return _shown(world, posts[:100], title, 200, live="still" not in query)


def _shown(world: World, posts: list[Post], title: str, status: int, *, live: bool) -> Answer:
    text = _template().render(
        posts=[(post, world.timeline.account(post.handle)) for post in posts],
        title=title,
        live=live,
        drill=world.drill,
        missing=status == 404,
        extensions=EXTENSIONS,
    )
    plain = html(text, status)
    return Answer(status, plain.body, plain.content_type, {"Content-Security-Policy": POLICY})


@cache
def _template() -> Template:
    loader = FileSystemLoader(HERE)
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined).get_template(
        "page.html"
    )
