"""The access token of a Mastodon account, as ``credentials`` holds it."""

import json


def access_token(secret: str) -> str | None:
    """The token, or None where it cannot be used."""
    try:
        read = json.loads(secret)
    except ValueError:
        return None
    token = read.get("access_token") if isinstance(read, dict) else None
    usable = isinstance(token, str) and token.isascii() and token.isprintable() and token
    return token if usable else None
