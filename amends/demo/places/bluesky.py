"""Bluesky: its real server; a stranger reads the account's repository, as every reader can."""

import httpx

from amends.practice.bluesky import BlueskyServer
from amends.practice.bluesky_person import POSTS


class BlueskyPlace:
    """The department's account on the real server."""

    platform = "bluesky"
    title = "Bluesky"
    ours = True
    by_hand = False

    def __init__(self, server: BlueskyServer, handle: str) -> None:
        self.handle = handle
        self.base_url = server.base_url
        self.page: str | None = None
        self.credentials = server.add_account(handle)
        self._person = server.person(handle)

    def post(self, text: str) -> str:
        """Post on the account."""
        return self._person.link(self._person.post(text))

    def take_down(self, link: str) -> None:
        """Delete the post's record."""
        self._person.delete(link.rpartition("/")[2])

    def seen_by_a_stranger(self) -> list[str]:
        """The posts in the account's repository."""
        return self._person.texts()

    def answer_to_a_stranger(self, link: str) -> str:
        """The server's own word for a record that it has not."""
        answer = httpx.get(
            f"{self.base_url}/xrpc/com.atproto.repo.getRecord",
            params={
                "repo": self.handle,
                "collection": POSTS,
                "rkey": link.rpartition("/")[2],
            },
            trust_env=False,
        )
        return f"{answer.status_code}: {answer.json()['error']}" if answer.is_error else "200"
