"""Who signed a request: OAuth 1.0a with HMAC-SHA1, checked as X checks it."""

import base64
import hashlib
import hmac
import re
import time
from collections.abc import Callable
from urllib.parse import quote, unquote

from amends.sandbox.timeline import Account

HOSTS = ("https://api.twitter.com", "https://api.x.com")
CLOCK_SECONDS = 300

_PART = re.compile(r'([a-z_0-9]+)="([^"]*)"')


def signer(
    authorization: str,
    method: str,
    path: str,
    query: list[tuple[str, str]],
    by_token: Callable[[str], Account | None],
) -> Account | None:
    """The account whose token signed the request, or None when the signature is not right.

    The client signs for X's own host and is sent here afterwards, so that host is what counts.
    """
    if not authorization.startswith("OAuth "):
        return None
    parts = {name: unquote(value) for name, value in _PART.findall(authorization)}
    account = by_token(parts.get("oauth_token", ""))
    if account is None or parts.get("oauth_consumer_key") != account.credentials.consumer_key:
        return None
    stamp = parts.get("oauth_timestamp", "")
    if not stamp.isdecimal() or abs(time.time() - int(stamp)) > CLOCK_SECONDS:
        return None
    given = parts.pop("oauth_signature", "")
    pairs = query + [pair for pair in parts.items() if pair[0] != "realm"]
    right = (_signature(account, method, host + path, pairs) for host in HOSTS)
    return (
        account if any(hmac.compare_digest(given.encode(), one.encode()) for one in right) else None
    )


def _signature(account: Account, method: str, url: str, pairs: list[tuple[str, str]]) -> str:
    encoded = sorted((_encode(name), _encode(value)) for name, value in pairs)
    parameters = "&".join(f"{name}={value}" for name, value in encoded)
    base = "&".join((method.upper(), _encode(url), _encode(parameters)))
    secrets = (account.credentials.consumer_secret, account.credentials.access_token_secret)
    key = "&".join(_encode(one) for one in secrets)
    digest = hmac.new(key.encode(), base.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


def _encode(text: str) -> str:
    return quote(text, safe="~")
