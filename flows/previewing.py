"""Reading what people have pasted, and destroying what none of them reported.

A reading changes nothing outside, so one that an engine died in is made again. It has no lease:
whoever began it last has it, and what an earlier one brings home is kept nowhere.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import String
from sqlmodel import and_, cast, col, or_, select, update

from flows.hands import Hands
from flows.kept_files import destroy_file, named_elsewhere
from flows.manifests import Whose, names_of, seal_manifest
from integrations.errors import NotSupported, OutsideError, Refused, TryAgainLater
from integrations.platforms.base import Captured
from models.office import Office
from models.people import Account
from models.previews import KEPT, Preview, PreviewState
from models.store import Transaction

TAKEN = timedelta(seconds=60)
"""Longer than a reading may take: a row past it belongs to an engine that died."""

AGAIN = timedelta(seconds=3)
MOST_TRIES = 3

TO_READ = (PreviewState.ASKED, PreviewState.READING)

Values = dict[str, object]
"""What a row is to say from now on, by column."""

ENDS: dict[PreviewState, Values] = {
    state: {"state": state, "due_at": None}
    for state in (PreviewState.READ, PreviewState.GONE, PreviewState.FAILED)
}


@dataclass(frozen=True)
class _Claim:
    """A reading that is ours. ``number`` tells it from every other one of the row."""

    preview: Preview
    account: Account
    number: int


def due_previews(here: Office) -> list[str]:
    """The ids of those that an engine is to read now, the oldest first."""
    with here.store.read() as tx:
        due = select(Preview.id).where(col(Preview.state).in_(TO_READ))
        return list(tx.exec(due.where(col(Preview.due_at) <= tx.now()).order_by(col(Preview.id))))


def read_preview(hands: Hands, preview_id: str) -> None:
    """Read one post, and keep it until it is reported or its time is up."""
    claim = _claim(hands.office, preview_id)
    if claim is None:
        return
    try:
        captured = hands.platform(claim.account).capture(claim.preview.remote_id)
    except (Refused, NotSupported, TryAgainLater):
        _conclude(hands.office, claim, ENDS[PreviewState.FAILED])
    except OutsideError:
        _try_again(hands.office, claim)
    else:
        _keep(hands.office, claim, captured)


def _claim(here: Office, preview_id: str) -> _Claim | None:
    """None where another engine has it, or it is not to be read any more."""
    with here.store.write("claim-preview") as tx:
        preview = tx.get(Preview, preview_id, with_for_update=True)
        if preview is None or preview.state not in TO_READ:
            return None
        if preview.due_at is None or preview.due_at > tx.now():
            return None
        preview.state, preview.due_at = PreviewState.READING, tx.now() + TAKEN
        preview.tries += 1
        if preview.tries > MOST_TRIES:
            preview.state, preview.due_at = PreviewState.FAILED, None
        tx.add(preview)
        account = tx.get_one(Account, preview.account_id)
        tx.flush()
        read = preview.state is PreviewState.READING
        return _Claim(preview, account, preview.tries) if read else None


def _try_again(here: Office, claim: _Claim) -> None:
    with here.store.read() as tx:
        soon = tx.now() + AGAIN
    _conclude(here, claim, {"state": PreviewState.ASKED, "due_at": soon})


def _keep(here: Office, claim: _Claim, captured: Captured | None) -> None:
    if captured is None:
        _conclude(here, claim, ENDS[PreviewState.GONE])
        return
    names = names_of(captured)
    if names and not _name_files(here, claim, names):
        return
    whose = Whose(claim.preview.id, claim.account.platform, claim.preview.url)
    try:
        manifest = seal_manifest(here, captured, whose)
    except OSError:  # our own disk is full
        _conclude(here, claim, ENDS[PreviewState.FAILED])
        return
    kept = {
        "posted_at": captured.posted_at,
        "digest": manifest.digest,
        "manifest_sealed": manifest.sealed,
        "files": list(manifest.files),
        "version": captured.version,
        "audience": captured.audience,
    }
    _conclude(here, claim, ENDS[PreviewState.READ] | kept)


def _name_files(here: Office, claim: _Claim, names: list[str]) -> bool:
    """Before the first of them is written: an engine that dies leaves none that no row names.
    Returns whether the reading is still ours."""
    with here.store.write("name-preview-files") as tx:
        return _changed(tx, claim, {"files": names})


def _conclude(here: Office, claim: _Claim, now_is: Values) -> None:
    with here.store.write("conclude-preview") as tx:
        _changed(tx, claim, {"read_at": tx.now()} | now_is)


def _changed(tx: Transaction, claim: _Claim, now_is: Values) -> bool:
    mine = update(Preview).where(
        col(Preview.id) == claim.preview.id,
        col(Preview.state) == PreviewState.READING,
        col(Preview.tries) == claim.number,
    )
    return tx.changed(mine.values(**now_is)) == 1


def purge_previews(here: Office) -> None:
    """Destroy what nobody reported within its time, and what was ended before. Raises OSError."""
    with here.store.read() as tx:
        old = col(Preview.asked_at) <= tx.now() - KEPT
        files = cast(col(Preview.files), String)  # PostgreSQL compares no JSON
        has_files = and_(col(Preview.state) == PreviewState.ENDED, files != "[]")
        done = tx.exec(select(Preview).where(or_(old, has_files))).all()
        olds = {one.id for one in done if one.asked_at <= tx.now() - KEPT}
    for preview in done:
        left = [name for name in preview.files if not _is_destroyed(here, preview, name)]
        if left != preview.files or (preview.id in olds and not left):
            _drop(here, preview, left, whole=preview.id in olds)


def _is_destroyed(here: Office, preview: Preview, name: str) -> bool:
    """Whether this row need not name it any longer: it is gone, or is somebody else's as well."""
    with here.store.read() as tx:
        if named_elsewhere(tx, name, preview.id):
            return True
    return destroy_file(here, name)


def _drop(here: Office, preview: Preview, left: list[str], *, whole: bool) -> None:
    """The row goes last: until then what is left is found by it."""
    with here.store.write("purge-preview") as tx:
        row = tx.get(Preview, preview.id)
        if row is None:
            return
        if whole and not left:
            tx.delete(row)
            return
        row.files, row.state, row.manifest_sealed = left, PreviewState.ENDED, None
        tx.add(row)
