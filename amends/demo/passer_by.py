"""What a stranger sees of the practice platform: its public page, read without a token."""

from html.parser import HTMLParser

import httpx


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


def page_of(sandbox_url: str, handle: str) -> str:
    """The address of an account's public page."""
    return f"{sandbox_url}/{handle}"


def seen_by_a_stranger(sandbox_url: str, handle: str) -> list[str]:
    """The words of every post on the account's public page, the newest first."""
    answer = httpx.get(page_of(sandbox_url, handle) + "?still", trust_env=False)
    posts = _Posts()
    posts.feed(answer.raise_for_status().text)
    return posts.texts


def status_for_a_stranger(link: str) -> int:
    """With what the link to a post is answered."""
    return httpx.get(link, trust_env=False).status_code
