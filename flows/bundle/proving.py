"""The record of an incident as an archive gives it: entries that can be recomputed, or digests.

A digest alone hides what it is of only because whoever has it lacks the chain's name, which holds
80 random bits: so that name is given with whole entries and never beside digests alone.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC

from flows.bundle.gathering import Scene, is_of_hr
from flows.bundle.verify import ANCHOR_KEY, ANCHORED, ANCHORS, CHAIN
from flows.refusals import NotNowError
from models.anchor_keys import PUBLIC, AnchorKeyError, pem_of, public_key
from models.anchor_search import lines_naming
from models.anchors import Line, mark_of
from models.audit import Entry, chain_of_incident
from policy.disclosure import Part

CANNOT_READ = (
    "The anchors of the record cannot be read here, so no archive was made. An administrator gives "
    "the web process the right to read the folder of anchors."
)


def proof_of(scene: Scene, entries: tuple[Entry, ...]) -> dict[str, bytes]:
    """The files of the record: its entries, and what anchors say of them. Raises NotNowError."""
    whole = scene.rules.shows(Part.RECORD)
    chain = chain_of_incident(scene.seen.incident.id)
    told = {
        "chain": chain if whole else "",
        "mark": mark_of(chain),
        "entries": [_entry(scene, one, whole=whole) for one in entries],
    }
    return {CHAIN: as_json(told), **_anchors(scene, mark_of(chain), whole=whole)}


def as_json(value: object) -> bytes:
    """As all JSON of an archive is written."""
    return json.dumps(value, indent=2, ensure_ascii=False).encode() + b"\n"


def _entry(scene: Scene, row: Entry, *, whole: bool) -> Mapping[str, object]:
    said = None
    if whole and not is_of_hr(scene.seen, row):
        at = row.at.astimezone(UTC).isoformat()
        said = {"at": at, "actor": row.actor, "what": row.what, "facts": row.facts}
    return {"seq": row.seq, "previous": row.previous, "digest": row.digest, "said": said}


def _anchors(scene: Scene, mark: str, *, whole: bool) -> dict[str, bytes]:
    settings = scene.office.settings
    try:
        key = public_key(settings.keys / PUBLIC)
        lines = lines_naming(settings.anchors, mark, key, scene.seen.incident.opened_at)
    except FileNotFoundError:
        return {ANCHORED: as_json([])}  # no engine has written any yet
    except (OSError, AnchorKeyError):
        raise NotNowError(CANNOT_READ) from None
    if whole and lines:
        return {ANCHORS: b"".join(raw + b"\n" for _, raw in lines), ANCHOR_KEY: pem_of(key)}
    return {ANCHORED: as_json(list(_heads(lines, mark)))}


def _heads(lines: tuple[tuple[Line, bytes], ...], mark: str) -> Iterator[Mapping[str, object]]:
    """What the anchors say of this chain. The lines themselves name the host, and other chains."""
    for line, _ in lines:
        head, at = line.anchor.heads[mark], line.anchor.at.isoformat()
        yield {"entry": head.seq, "digest": head.digest, "at": at, "anchor": line.digest}
