"""What a correction changes: from the old claim to the right one, or from a post to its words."""

import json

from flows.truth import CORRECTS, facts_of, text_of
from models.office import Office
from models.sealed import place
from models.snapshot import Snapshot
from models.statements import Statement
from models.words import Kind
from policy.clearing import wording_of
from policy.correcting import Change, changes


def difference(here: Office, seen: Snapshot, statement: Statement) -> tuple[Change, ...]:
    """What the statement puts right, word by word; nothing where it corrects nothing."""
    if statement.edits:
        wording = wording_of(seen, statement)
        before = text_before(here, seen, statement.edits)
        return changes(before, text_of(here, wording)) if before and wording else ()
    told = facts_of(here, seen.incident)
    corrects = statement.kind in CORRECTS or _is_typo(seen)
    if not corrects or "wrong" not in told or "right" not in told:
        return ()
    return changes(told["wrong"], told["right"])


def text_before(here: Office, seen: Snapshot, post_id: str) -> str | None:
    """The post's own text, as it was kept, while it is a typo and nothing else. None where the
    kind has changed since, or where nothing was kept of the words."""
    kept = seen.captures.get(post_id)
    if kept is None or not _is_typo(seen):
        return None
    sealed_at = place("capture", kept.id, "manifest")
    text = json.loads(here.content.open_text(kept.manifest_sealed, sealed_at)).get("text")
    return text if isinstance(text, str) else None


def _is_typo(seen: Snapshot) -> bool:
    return list(seen.incident.kinds) == [Kind.TYPO]
