"""Somebody with an app: posts to a practice server, changes posts and takes them down by hand."""

from datetime import UTC, datetime
from types import TracebackType

import httpx

POSTS = "app.bsky.feed.post"


class BlueskyPerson:
    """One account in somebody's hands, beside Amends and past everything of ours.

    Raises httpx.HTTPError where the server says no.
    """

    def __init__(self, base_url: str, handle: str, did: str, token: str) -> None:
        self.handle = handle
        self.did = did
        self._base_url = base_url
        self._signed = {"Authorization": f"Bearer {token}"}
        # No proxy of the machine's stands between us and ourselves.
        self._client = httpx.Client(base_url=f"{base_url}/xrpc/", trust_env=False, timeout=30)

    def post(self, text: str, *, picture: bytes | None = None, alt_text: str | None = None) -> str:
        """Post it; returns the record key."""
        record = self.record(text)
        if picture is not None:
            shown = {"image": self._upload(picture), "alt": alt_text or ""}
            record["embed"] = {"$type": "app.bsky.embed.images", "images": [shown]}
        made = self.send("com.atproto.repo.createRecord", {"record": record})
        return str(made["uri"]).rpartition("/")[2]

    def change(self, key: str, text: str) -> None:
        """Put another text in a post's place, as some apps do."""
        self.send("com.atproto.repo.putRecord", {"rkey": key, "record": self.record(text)})

    def delete(self, key: str) -> None:
        """Take a post down."""
        self.send("com.atproto.repo.deleteRecord", {"rkey": key})

    def texts(self) -> list[str]:
        """What can be read on the account today, newest first."""
        return [str(one["value"]["text"]) for one in self.records()]

    def records(self) -> list[dict[str, dict[str, object]]]:
        """The posts on the account, whole, newest first; a hundred at most."""
        answer = self._client.get(
            "com.atproto.repo.listRecords",
            params={"repo": self.did, "collection": POSTS, "limit": 100},
        )
        answer.raise_for_status()
        records: list[dict[str, dict[str, object]]] = answer.json()["records"]
        return records

    def link(self, key: str, base_url: str | None = None) -> str:
        """The post's link, as people would paste it; ``base_url`` where another address is used."""
        return f"{base_url or self._base_url}/profile/{self.handle}/post/{key}"

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()

    def __enter__(self) -> "BlueskyPerson":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def record(self, text: str) -> dict[str, object]:
        """What an app would make of a text."""
        at = datetime.now(UTC).isoformat().replace("+00:00", "Z")
        return {"$type": POSTS, "text": text, "createdAt": at, "langs": ["en"]}

    def _upload(self, picture: bytes) -> object:
        headers = {**self._signed, "Content-Type": "image/png"}
        answer = self._client.post("com.atproto.repo.uploadBlob", content=picture, headers=headers)
        answer.raise_for_status()
        return answer.json()["blob"]

    def send(self, method: str, sent: dict[str, object]) -> dict[str, object]:
        """Any call that changes this account; an empty answer where it has none."""
        whole = {"repo": self.did, "collection": POSTS, **sent}
        answer = self._client.post(method, json=whole, headers=self._signed)
        answer.raise_for_status()
        read: dict[str, object] = answer.json() if answer.content else {}
        return read

    def read(self, method: str, **asked: str) -> dict[str, object]:
        """Any call that anybody may make."""
        answer = self._client.get(method, params=asked)
        answer.raise_for_status()
        read: dict[str, object] = answer.json()
        return read
