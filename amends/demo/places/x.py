"""X: the practice platform, which answers as X does; a stranger reads its public page."""

from collections.abc import Mapping
from dataclasses import replace
from html.parser import HTMLParser

import httpx

from amends.sandbox.sandbox import Sandbox

ANSWER_SECONDS = 0.15
"""How long it takes to answer, as a real one does."""


class XPlace:
    """An account on the practice platform."""

    platform = "x"
    by_hand = False

    def __init__(
        self, sandbox: Sandbox, handle: str, name: str, title: str = "X", *, ours: bool = True
    ) -> None:
        self.handle, self.title, self.ours = handle, title, ours
        self._sandbox = sandbox
        self.base_url = sandbox.url
        self.page: str | None = f"{sandbox.url}/{handle}"
        self.credentials = sandbox.add_account(handle, name).secret

    def shows(self, profile: Mapping[str, str]) -> None:
        """Have the account say this of itself, in X's own fields."""
        timeline = self._sandbox.timeline
        known = timeline.account(self.handle)
        assert known is not None, "it was opened with the place"
        more = tuple((name, value) for name, value in profile.items() if name != "name")
        name = profile.get("name", known.name)
        timeline.add_account(replace(known, name=name, profile=more))

    def post(self, text: str) -> str:
        """Post on the account."""
        answer = httpx.post(
            f"{self.base_url}/sandbox/posts",
            json={"handle": self.handle, "text": text},
            trust_env=False,
        )
        return str(answer.raise_for_status().json()["url"])

    def take_down(self, link: str) -> None:
        """Delete the post in its owner's own app."""
        if post := self._sandbox.timeline.find(link.rpartition("/")[2]):
            self._sandbox.timeline.delete(post)

    def seen_by_a_stranger(self) -> list[str]:
        """The posts on the account's public page."""
        answer = httpx.get(f"{self.page}?still", trust_env=False)
        posts = _Posts()
        posts.feed(answer.raise_for_status().text)
        return posts.texts

    def answer_to_a_stranger(self, link: str) -> str:
        """The status of the post's own page."""
        status = httpx.get(link, trust_env=False).status_code
        return "404: no such post" if status == 404 else f"{status}: it is there"


class _Posts(HTMLParser):
    """Collects the text of each post on a page."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A post's words are the paragraphs of class ``text``."""
        if tag == "p" and ("class", "text") in attrs:
            self._inside = True
            self.texts.append("")

    def handle_endtag(self, tag: str) -> None:
        """They end with their paragraph."""
        if tag == "p":
            self._inside = False

    def handle_data(self, data: str) -> None:
        """They may come in pieces."""
        if self._inside:
            self.texts[-1] += data
