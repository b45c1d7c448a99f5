"""Mastodon: an instance on this machine; a stranger reads the account's public posts."""

import json

import httpx
from pydantic import BaseModel, TypeAdapter

from amends.practice.mastodon import PracticeMastodon
from integrations.platforms.mastodon_text import plain_text


class _Account(BaseModel):
    id: str


class _Status(BaseModel):
    id: str
    content: str = ""


class MastodonPlace:
    """The department's account on the instance."""

    platform = "mastodon"
    title = "Mastodon"
    ours = True
    by_hand = False

    def __init__(self, instance: PracticeMastodon, handle: str, name: str) -> None:
        self.handle = handle
        self.base_url = instance.base_url
        self.page: str | None = None
        self.credentials = instance.add_account(handle, name)
        self._token = str(json.loads(self.credentials)["access_token"])

    def post(self, text: str) -> str:
        """Post on the account."""
        made = httpx.post(
            f"{self.base_url}/api/v1/statuses",
            data={"status": text, "visibility": "public"},
            headers={"Authorization": f"Bearer {self._token}"},
            trust_env=False,
        )
        status = _Status.model_validate(made.raise_for_status().json())
        return f"{self.base_url}/@{self.handle}/{status.id}"

    def take_down(self, link: str) -> None:
        """Delete the post."""
        httpx.delete(
            f"{self.base_url}/api/v1/statuses/{link.rpartition('/')[2]}",
            headers={"Authorization": f"Bearer {self._token}"},
            trust_env=False,
        ).raise_for_status()

    def seen_by_a_stranger(self) -> list[str]:
        """The account's posts, as the instance lists them for anybody."""
        found = self._read("accounts/lookup", acct=self.handle).raise_for_status()
        account = _Account.model_validate(found.json())
        listed = self._read(f"accounts/{account.id}/statuses").raise_for_status()
        statuses = TypeAdapter(list[_Status]).validate_python(listed.json())
        return [plain_text(one.content) for one in statuses]

    def answer_to_a_stranger(self, link: str) -> str:
        """The instance's status for the post."""
        status = self._read(f"statuses/{link.rpartition('/')[2]}").status_code
        return "404: no such post" if status == 404 else f"{status}"

    def _read(self, path: str, **asked: str) -> httpx.Response:
        return httpx.get(f"{self.base_url}/api/v1/{path}", params=asked, trust_env=False)
