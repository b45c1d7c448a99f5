"""What of an incident may never be repeated: its posts, their accounts, and what people typed.

Only for what is secret, personal or dangerous. Where a post's own words were not kept, there is
less to hold words against: ``gaps`` says so to whoever clears them.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import col, select

from models.incident import Capture, Incident, Post, Report
from models.office import Office
from models.people import Account
from models.sealed import place
from models.snapshot import Snapshot
from models.store import Transaction
from models.words import SECRET_KINDS, CaptureDepth
from policy.taint.words import Gap, Origin, Piece

TYPED = {"wrong": Origin.WRONG, "right": Origin.RIGHT, "source_url": Origin.SOURCE}
SAYING = frozenset({
    "text", "full_text", "content", "spoiler_text", "title", "description", "label", "alt_text",
    "alt", "expanded_url", "unwound_url", "display_url", "uri", "provider_name", "acct",
})  # fmt: skip
"""Where a platform's own answer holds words and links of a post: polls, cards, quotations."""

ABOUT_PEOPLE = frozenset({"account", "author", "user", "users", "application", "creator"})
"""Where it holds what is not the post's: profiles."""

_STAMP = re.compile(r"^\d{4}-\d\d-\d\d[ T][\d:.+Z-]*\s*")
_TAG = re.compile(r"<[^>]*>")


def is_withheld(incident: Incident) -> bool:
    """Whether nothing of the incident may be repeated."""
    return not SECRET_KINDS.isdisjoint(incident.kinds)


@dataclass(frozen=True)
class Withheld:
    """The rows of an incident that hold what may not be repeated, still sealed."""

    incident: Incident
    posts: tuple[Post, ...]
    accounts: tuple[Account, ...]
    captures: tuple[Capture, ...]
    reports: tuple[Report, ...]

    @property
    def stamp(self) -> str:
        """A digest of all that ``opened`` reads: another one wherever any of it is another."""
        there = (
            self.incident.id,
            [(post.remote_id, post.handle) for post in self.posts],
            [account.handle for account in self.accounts],
            [(one.id, one.manifest_sealed) for one in self.captures],
            [(one.id, one.note_sealed) for one in self.reports],
            self.incident.facts_sealed,
        )
        return hashlib.sha256(repr(there).encode()).hexdigest()

    def opened(self, here: Office) -> tuple[Piece, ...]:
        """Everything that may not be repeated; of each version that was kept."""
        found = [
            *_of_posts(self.posts, self.accounts),
            *(piece for one in self.captures for piece in _of_capture(here, one)),
            *_of_reports(here, self.reports),
            *_of_facts(here, self.incident),
        ]
        return tuple(dict.fromkeys(piece for piece in found if piece.text.strip()))


def withheld(tx: Transaction, incident: Incident) -> Withheld:
    """What of the incident may not be repeated, as it is stored now."""
    about = select(Post).where(col(Post.incident_id) == incident.id).order_by(col(Post.id))
    posts = tx.exec(about).all()
    told = select(Report).where(col(Report.incident_id) == incident.id).order_by(col(Report.id))
    mine = col(Capture.post_id).in_([post.id for post in posts])
    theirs = col(Account.id).in_([post.account_id for post in posts])
    return Withheld(
        incident,
        tuple(posts),
        tuple(tx.exec(select(Account).where(theirs).order_by(col(Account.id))).all()),
        tuple(tx.exec(select(Capture).where(mine).order_by(col(Capture.id))).all()),
        tuple(tx.exec(told).all()),
    )


def against(seen: Snapshot) -> tuple[Origin, ...]:
    """What words of the incident are held against, without opening any of it."""
    full = any(one.depth == CaptureDepth.FULL for one in seen.captures.values())
    pictures = any(one.files for one in seen.captures.values())
    noted = any(report.note_sealed for report in seen.reports)
    there = (
        (Origin.POST, full),
        (Origin.ACCOUNT, bool(seen.posts)),
        (Origin.PICTURE, pictures),
        (Origin.NOTE, noted),
        (Origin.WRONG, seen.incident.facts_sealed is not None),
    )
    return tuple(origin for origin, is_there in there if is_there)


def gaps(seen: Snapshot) -> tuple[Gap, ...]:
    """What nobody but a person can hold the words against."""
    kept = [seen.captures.get(post.id) for post in seen.posts]
    unread = any(one is None or one.depth != CaptureDepth.FULL for one in kept)
    pictures = any(one.files for one in kept if one)
    there = ((Gap.NOT_KEPT, unread), (Gap.PICTURES, pictures or unread))
    return tuple(gap for gap, is_there in there if is_there)


def _of_posts(posts: Iterable[Post], accounts: Iterable[Account]) -> Iterator[Piece]:
    """What is known of a post of which nothing was kept: whose it is, and its number."""
    for post in posts:
        yield Piece(Origin.POST, post.remote_id)
        yield Piece(Origin.ACCOUNT, post.handle or "")
    for account in accounts:
        yield Piece(Origin.ACCOUNT, account.handle)


def _of_capture(here: Office, capture: Capture) -> Iterator[Piece]:
    sealed_at = place("capture", capture.id, "manifest")
    manifest: dict[str, Any] = json.loads(
        here.content.open_text(capture.manifest_sealed, sealed_at)
    )
    for name in ("text", "warning"):
        yield Piece(Origin.POST, manifest.get(name) or "")
    for name in ("author", "author_id"):
        yield Piece(Origin.ACCOUNT, manifest.get(name) or "")
    for version in manifest.get("edit_chain") or ():
        yield Piece(Origin.POST, _STAMP.sub("", str(version)))
    for medium in manifest.get("media") or ():
        yield Piece(Origin.PICTURE, medium.get("alt_text") or "")
        yield Piece(Origin.PICTURE, medium.get("name") or "")
    yield from (Piece(Origin.POST, text) for text in _in_answer(manifest.get("raw")))


def _in_answer(raw: object) -> Iterator[str]:
    try:
        answer = json.loads(raw) if isinstance(raw, str) else None
    except ValueError:
        return
    yield from _sayings(answer)


def _sayings(answer: object, name: str = "") -> Iterator[str]:
    if isinstance(answer, Mapping):
        for key, value in answer.items():
            if key not in ABOUT_PEOPLE:
                yield from _sayings(value, str(key))
    elif isinstance(answer, list):
        for value in answer:
            yield from _sayings(value, name)
    elif isinstance(answer, str) and name in SAYING:
        yield _TAG.sub(" ", answer)


def _of_reports(here: Office, reports: Iterable[Report]) -> Iterator[Piece]:
    for report in reports:
        if report.note_sealed:
            sealed_at = place("report", report.id, "note")
            yield Piece(Origin.NOTE, here.content.open_text(report.note_sealed, sealed_at))


def _of_facts(here: Office, incident: Incident) -> Iterator[Piece]:
    if incident.facts_sealed is None:
        return
    sealed_at = place("incident", incident.id, "facts")
    told = json.loads(here.content.open_text(incident.facts_sealed, sealed_at))
    for name, origin in TYPED.items():
        yield Piece(origin, told.get(name) or "")
