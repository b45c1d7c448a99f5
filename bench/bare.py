"""The bare script: tweepy alone, making the same four calls as Amends, over the same adapter."""

import requests
import tweepy

from integrations.platforms.bounded import Answered, asked, bound
from integrations.platforms.bounded_connection import Bounds
from integrations.platforms.reading import read_as
from integrations.platforms.x_answers import says_absent
from integrations.platforms.x_capture import WHOLE_POST
from integrations.platforms.x_shapes import PostAnswer
from integrations.platforms.x_stranger import XStranger
from integrations.platforms.x_token import token_parts
from models.words import Presence


class BareScript:
    """One account's warm connections. It writes nothing down."""

    def __init__(self, handle: str, secret: str, base_url: str) -> None:
        bounds = Bounds()
        token = token_parts(secret) or {}
        self._client = tweepy.Client(**token, return_type=requests.Response)
        bound(self._client.session, bounds, base_url)
        self._stranger = XStranger(handle, base_url, bounds=bounds)

    def delete(self, remote_id: str) -> None:
        """Read it, delete it, and see that it is gone as ourselves and as a stranger."""
        kept = asked(lambda: self._client.get_tweet(remote_id, user_auth=True, **WHOLE_POST))
        assert kept.content
        asked(lambda: self._client.delete_tweet(remote_id, user_auth=True))
        assert self._is_absent(remote_id), "the bare script still sees the post"
        assert self._stranger.presence(remote_id) == Presence.GONE

    def _is_absent(self, remote_id: str) -> bool:
        try:
            answer = asked(lambda: self._client.get_tweet(remote_id, user_auth=True))
        except Answered as answered:
            return says_absent(answered)
        return read_as(PostAnswer, answer.content).says_absent
