"""The calls of the AT Protocol, through atproto, within bounds and to one address."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import requests
from atproto_client.client.base import ClientBase
from atproto_client.models.base import ParamsModelBase as Parameters
from atproto_client.request import Request, RequestBase, Response

from integrations.platforms.bounded import asked, bound, hush
from integrations.platforms.bounded_connection import Bounds

JSON = "application/json"


class _BoundedRequest(Request):  # type: ignore[misc]
    """What atproto sends with, in the place of its own, which follows redirects."""

    def __init__(self, session: requests.Session) -> None:
        RequestBase.__init__(self)
        self._session = session

    def get(
        self,
        url: str,
        *,
        headers: dict[str, str],
        params: dict[str, str] | None = None,
        data: None = None,
    ) -> Response:
        """Raises NotSent, Answered and OutcomeUnknown; the content is the answer's bytes."""
        return self._ask("GET", url, headers, params=params)

    def post(
        self,
        url: str,
        *,
        headers: dict[str, str],
        content: str | None = None,
        params: None = None,
        data: None = None,
    ) -> Response:
        """Raises NotSent, Answered and OutcomeUnknown; the content is the answer's bytes."""
        return self._ask("POST", url, headers, content=content)

    def close(self) -> None:
        """Let go of the connections."""
        self._session.close()

    def _ask(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        *,
        params: dict[str, str] | None = None,
        content: str | None = None,
    ) -> Response:
        body = None if content is None else content.encode()
        answer = asked(
            lambda: self._session.request(
                method, url, params=params, data=body, headers=self.get_headers(dict(headers))
            )
        )
        return Response(True, answer.status_code, answer.content, dict(answer.headers.items()))


@dataclass(frozen=True)
class Answer:
    """What the service said, byte for byte."""

    content: bytes = field(repr=False)
    headers: dict[str, str] = field(repr=False)


class Service:
    """One server of the AT Protocol. Safe to use from several threads.

    Every call raises NotSent, OutcomeUnknown, and Answered where the server says no.
    """

    def __init__(self, address: str, bounds: Bounds, base_url: str | None = None) -> None:
        hush()
        self._session = bound(requests.Session(), bounds, base_url)
        self._client = ClientBase(address, _BoundedRequest(self._session))

    def move(self, address: str) -> None:
        """Ask this server from now on."""
        self._client.update_base_url(address)

    def query(self, method: str, asked_for: Parameters | None, token: str | None = None) -> Answer:
        """Read something; ``token`` where it is ours to ask."""
        return _answer(self._client.invoke_query(method, asked_for, headers=_signed(token)))

    def procedure(self, method: str, sent: str | None, token: str | None = None) -> Answer:
        """Change something; ``sent`` is JSON."""
        encoding = {} if sent is None else {"content": sent, "input_encoding": JSON}
        return _answer(self._client.invoke_procedure(method, headers=_signed(token), **encoding))

    def close(self) -> None:
        """Let go of the connections."""
        self._session.close()


def _signed(token: str | None) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} if token else {}


def _answer(response: Response) -> Answer:
    assert isinstance(response.content, bytes)
    return Answer(response.content, response.headers)
