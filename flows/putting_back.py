"""A post that is published again: its own words, as they were kept, and the line that says so."""

import json

from models.office import Office
from models.sealed import place
from models.snapshot import Snapshot
from models.statements import Statement
from templates.again import line, published_again


def kept_text(here: Office, seen: Snapshot, post_id: str) -> str:
    """The post's own words; empty where none were kept."""
    kept = seen.captures.get(post_id)
    if kept is None:
        return ""
    sealed_at = place("capture", kept.id, "manifest")
    text = json.loads(here.content.open_text(kept.manifest_sealed, sealed_at)).get("text")
    return text if isinstance(text, str) else ""


def is_as_it_was(here: Office, seen: Snapshot, about: Statement, text: str, language: str) -> bool:
    """Whether the words are the post's own and the line alone: those were published before, and
    say nothing of this incident but what the decision to publish them again has recorded."""
    if not about.restores:
        return False
    kept = kept_text(here, seen, about.restores)
    return bool(kept) and text.strip() == published_again(kept, language).strip()


def without_line(text: str, language: str) -> str:
    """The words with the line blanked out, letter for letter, so that places stay."""
    ours = line(language)
    return text.replace(ours, " " * len(ours))
