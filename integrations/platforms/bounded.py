"""HTTP that always ends: every wait is bounded, nothing is retried, no redirect is followed."""

import logging
from collections.abc import Callable, Mapping
from http.cookiejar import DefaultCookiePolicy
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.exceptions import HTTPError

from integrations.errors import OutcomeUnknown, OutsideError
from integrations.platforms.bounded_connection import Bounds, PlainConnection, TlsConnection
from models import faults

POOL = 64
TALKATIVE = (
    *("requests", "requests_oauthlib", "oauthlib", "tweepy", "urllib3"),
    *("atproto", "atproto_client", "httpx", "httpcore"),
)


class Answered(Exception):
    """The server answered with something other than success. The text is the status alone."""

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        super().__init__(str(status))
        self.status = status
        self.headers = headers
        self.body = body


class BoundedAdapter(HTTPAdapter):
    """Sends one request within bounds; to ``base_url``, where one is given, and nowhere else."""

    def __init__(self, bounds: Bounds, base_url: str | None = None) -> None:
        self._bounds = bounds
        self._base_url = base_url.rstrip("/") if base_url else None
        plain = type("Plain", (PlainConnection,), {"bounds": bounds})
        tls = type("Tls", (TlsConnection,), {"bounds": bounds})
        self._pools = {
            "http": type("PlainPool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
            "https": type("TlsPool", (HTTPSConnectionPool,), {"ConnectionCls": tls}),
        }
        super().__init__(pool_connections=8, pool_maxsize=POOL, max_retries=0)

    def init_poolmanager(self, *args: object, **kwargs: object) -> None:
        """Use connections that keep the bounds."""
        super().init_poolmanager(*args, **kwargs)  # type: ignore[arg-type]
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, proxy: str, **kwargs: object) -> PoolManager:
        """Use connections that keep the bounds through a proxy, too."""
        manager: PoolManager = super().proxy_manager_for(proxy, **kwargs)
        manager.pool_classes_by_scheme = self._pools
        return manager

    def send(  # type: ignore[override]
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: object = None,
        verify: bool | str = True,
        cert: str | tuple[str, str] | None = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Raises NotSent, Answered for any status but 2xx, and what ``requests`` raises."""
        if self._base_url:
            request = request.copy()
            request.url = self._base_url + (request.path_url or "/")
            proxies = None  # a practice server is on this machine
        faults.point("http:before-call")
        response = super().send(
            request,
            stream=True,
            timeout=(self._bounds.connect, self._bounds.read),
            verify=verify,
            cert=cert,
            proxies=proxies,
        )
        faults.point("http:after-call")
        if 200 <= response.status_code < 300:
            return response
        with response:
            raise Answered(response.status_code, response.headers, response.content)


def bound(
    session: requests.Session, bounds: Bounds, base_url: str | None = None
) -> requests.Session:
    """Bound everything that the session does. It keeps no cookies and reads no password files."""
    session.mount("https://", BoundedAdapter(bounds, base_url))
    session.mount("http://", BoundedAdapter(bounds, base_url))
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.headers["Accept-Encoding"] = "identity"
    session.auth = _as_nobody
    return session


def asked(send: Callable[[], requests.Response]) -> requests.Response:
    """Make the call. Raises NotSent, Answered, or OutcomeUnknown for an answer that broke off.

    Nothing raised here has a cause or a context: those would carry addresses and content.
    """
    error: OutsideError | Answered
    try:
        return send()
    except (Answered, OutsideError) as known:
        error = known.with_traceback(None)
        error.__context__ = None
    except requests.Timeout:
        error = OutcomeUnknown("timeout")
    except (requests.RequestException, HTTPError, OSError) as broken:
        error = OutcomeUnknown(_how(str(broken)))
    raise error


def _how(broken: str) -> str:
    if "too-large" in broken:
        return "too-large"
    return "timeout" if "timed out" in broken else "broken-off"


def hush() -> None:
    """Hold the libraries at WARNING: below it they write out tokens, addresses and content."""
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)


def host_of(url: str) -> str:
    """The host and port of an address, in lower case; empty where it is not https or broken."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return parts.netloc.lower() if parts.scheme == "https" else ""


def _as_nobody(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Sign nothing. With any signer set, ``requests`` leaves ~/.netrc alone."""
    return request
