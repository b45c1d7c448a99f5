"""The timeline, and the chained record behind it: append-only, one chain per incident or case."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Integer, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import at

GENESIS = "0" * 64
SEQUENCE: Any = BigInteger().with_variant(Integer, "sqlite")


class Entry(SQLModel, table=True):
    """One thing that happened. ``what`` is a code that ``templates`` turns into a sentence.

    ``facts`` holds ids, words and numbers only: never content, names or addresses beyond ``actor``.
    ``id`` grows with each row and serves live pages as their sequence.
    """

    __tablename__ = "entry"
    __table_args__ = (UniqueConstraint("chain", "seq"),)

    id: int | None = Field(
        default=None,
        primary_key=True,
        sa_type=SEQUENCE,
    )
    chain: str = Field(max_length=50)
    seq: int
    at: datetime = at()
    actor: str = Field(max_length=254)
    what: str = Field(max_length=60)
    facts: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    previous: str = Field(max_length=64)
    digest: str = Field(max_length=64)


def chain_of_incident(incident_id: str) -> str:
    """The name of the chain that an incident's entries form."""
    return f"incident:{incident_id}"


def chain_of_case(referral_id: str) -> str:
    """The name of the chain that a referral's entries form; nobody but HR reads it."""
    return f"case:{referral_id}"


def digest_of(
    previous: str, chain: str, seq: int, when: datetime, actor: str, what: str, facts: object
) -> str:
    """The SHA-256 that links an entry to the one before it."""
    body = json.dumps(
        [previous, chain, seq, when.astimezone(UTC).isoformat(), actor, what, facts],
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
    )
    return hashlib.sha256(body.encode()).hexdigest()
