"""What is kept of a post on Bluesky."""

from integrations.platforms.base import Captured, Media
from integrations.platforms.bluesky_service import Answer
from integrations.platforms.bluesky_session import Session
from integrations.platforms.bluesky_shapes import Labels, RecordAnswer
from integrations.platforms.bluesky_text import plain_text

PRIVATE = frozenset({"set-cookie", "authorization"})


def captured(
    remote_id: str,
    author: Session,
    answer: Answer,
    record: RecordAnswer,
    signed: bytes | None,
    counts: dict[str, int],
    fetched: tuple[tuple[Media, ...], tuple[str, ...]],
) -> Captured:
    """Everything kept, with the server's answer byte for byte and its signature beside it."""
    media, missing = fetched
    return Captured(
        remote_id=remote_id,
        text=plain_text(record.value),
        posted_at=record.value.createdAt,
        author_handle=author.handle,
        raw=answer.content,
        headers={name: value for name, value in answer.headers.items() if _may_be_kept(name)},
        metrics=counts,
        media=media,
        missing=missing if signed else (*missing, "signed-record unread"),
        version=record.cid,
        signed=signed,
        author_id=author.did,
        warning=_warning(record.value.labels),
        language=next(iter(record.value.langs), None),
    )


def _may_be_kept(header: str) -> bool:
    return header.lower() not in PRIVATE


def _warning(labels: Labels | None) -> str | None:
    return ", ".join(one.val for one in labels.values) or None if labels else None
