"""Mastodon.py, with every call bounded, made once, and handed over as the instance answered it."""

from collections.abc import Callable
from urllib.parse import urlsplit

import requests
from mastodon import Mastodon as Library
from mastodon import MastodonNetworkError

from amends.settings import LOOPBACK
from integrations.errors import OutcomeUnknown
from integrations.platforms.bounded import asked, bound, hush
from integrations.platforms.bounded_connection import Bounds


def practised_at(base_url: str) -> str | None:
    """The address, where it is on this machine: then no proxy stands between, and none is asked."""
    return base_url if urlsplit(base_url).hostname in LOOPBACK else None


class _Answer(Exception):
    """Carries an answer out of Mastodon.py, which keeps neither its bytes nor its headers."""

    def __init__(self, response: requests.Response) -> None:
        super().__init__("answered")
        self.response = response


class Instance:
    """One instance, asked with one token or, where ``token`` is None, as a member of the public."""

    def __init__(self, base_url: str, token: str | None, bounds: Bounds) -> None:
        hush()
        self._session = bound(requests.Session(), bounds, practised_at(base_url))
        self._session.headers["Cache-Control"] = "no-cache"
        self._session.hooks["response"] = [_hand_over]
        self._library = Library(
            api_base_url=base_url,
            ratelimit_method="throw",
            version_check_mode="none",
            request_timeout=bounds.read,
            session=self._session,
            user_agent="amends",
        )
        # Not by the constructor: that would read a file of this name where there is one.
        self._library.access_token = token

    def ask(self, call: Callable[[Library], object]) -> requests.Response:
        """Make one call. Raises NotSent, OutcomeUnknown, and Answered for any status but 2xx."""
        return asked(lambda: self._made(call))

    def close(self) -> None:
        """Let go of the connections."""
        self._session.close()

    def _made(self, call: Callable[[Library], object]) -> requests.Response:
        inner: BaseException | None = None
        try:
            call(self._library)
        except MastodonNetworkError as wrapped:
            # Whatever the session raised lies inside, and its text in the wrapping.
            inner = wrapped.__context__
        if isinstance(inner, _Answer):
            return inner.response
        if isinstance(inner, Exception):
            raise inner
        raise OutcomeUnknown("broken-off")


def _hand_over(response: requests.Response, **_sent: object) -> None:
    """Read the answer, within bounds, and leave: what Mastodon.py makes of it is not used."""
    assert response.content is not None
    raise _Answer(response)
