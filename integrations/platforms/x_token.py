"""The four parts of X's OAuth 1.0a user token, as ``credentials`` holds them."""

import json

PARTS = ("consumer_key", "consumer_secret", "access_token", "access_token_secret")


def token_parts(secret: str) -> dict[str, str] | None:
    """The parts of the token, or None where they cannot be used."""
    try:
        read = json.loads(secret)
    except ValueError:
        return None
    if not isinstance(read, dict):
        return None
    parts = {name: str(read.get(name, "")) for name in PARTS}
    usable = all(part.isascii() and part.isprintable() and part for part in parts.values())
    return parts if usable else None
