"""Restoring: the rows of a backup in place of what is there, in reconcile mode."""

import base64
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.exc import DBAPIError, StatementError

from amends.archive.manifest import (
    CONFIG_NAME,
    MEDIA,
    WITNESS,
    ArchiveError,
    Manifest,
    digest_of,
    our_version,
)
from amends.archive.opened import Opened, opened
from amends.archive.places import Place, place_of
from amends.archive.running import who_runs
from amends.archive.whole import sync_folder
from amends.settings import Settings
from flows.held_back import begin
from models.copying import NotTheseTablesError, first_row, go_on_counting, read_rows, tables_of
from models.reconciliation import WentBack
from models.revisions import knows_revision
from models.sealed import SealBrokenError, place, seal_from_file
from models.store import Store

KEYS = ("content", "cases", "case-marks")
NOT_AS_WRITTEN = (KeyError, OverflowError, StatementError, StopIteration, TypeError, ValueError)
"""What reading rows raises that no Amends wrote."""


@dataclass(frozen=True)
class Restored:
    """What a restore came to. ``kept`` is where the old state lies; empty where there was none."""

    manifest: Manifest
    kept: str
    media: int


def give_configuration(archive: Path, path: Path) -> bool:
    """Put the backup's amends.toml at ``path`` where there is none. Returns whether it did.

    Raises ArchiveError.
    """
    if path.exists():
        return False
    with opened(archive) as backup:
        backup.check()
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            shutil.copyfileobj(backup.file(CONFIG_NAME), file)
    return True


def restore(settings: Settings, archive: Path, *, over: bool = False) -> Restored:
    """Put the backup where the settings say that rows lie, and send nothing until a person lifts
    it. What was there is moved aside where ``over``. Raises ArchiveError; then nothing changed."""
    stamp = f"{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}"
    with opened(archive) as backup:
        backup.check()
        _require_known(backup.manifest)
        _require_keys(settings, backup)
        where = place_of(settings, stamp)
        try:
            _require_quiet(settings)
            if not where.is_empty() and not over:
                raise ArchiveError(
                    "There are incidents in this installation already, and nothing was restored. "
                    "To put the backup in their place and keep them aside: "
                    "amends restore ARCHIVE --over"
                )
            return _restore(settings, backup, where, stamp)
        except DBAPIError as error:
            code = type(error.orig).__name__
            raise ArchiveError(
                f"The database would not take the backup ({code}). Nothing was changed."
            ) from None
        except OSError as error:
            said = os.strerror(error.errno) if error.errno else type(error).__name__
            raise ArchiveError(
                f"The backup could not be written ({said}). The rows were not changed."
            ) from None
        finally:
            where.give_up()


def _require_known(manifest: Manifest) -> None:
    if not knows_revision(manifest.revision):
        raise ArchiveError(
            f"The backup was made by a newer Amends ({manifest.made_by}; this is "
            f"{our_version()}). Install that version or a later one, then restore."
        )


def _require_keys(settings: Settings, backup: Opened) -> None:
    """The keys must be there, and be those that sealed the content, before anything is done."""
    for name, witness in backup.manifest.witnesses.items():
        if name not in KEYS:
            raise ArchiveError("The backup names a key that no Amends has. Use another.")
        path = settings.keys / f"{name}.key"
        if not path.is_file():
            raise ArchiveError(
                f"The key {path.name} is not in {settings.keys}, and without it nothing that was "
                "kept can be read. Put the copy of the keys there first: a backup holds none."
            )
        try:
            said = seal_from_file(path).open(
                base64.b64decode(witness), place("backup", name, "witness")
            )
        except (SealBrokenError, ValueError, OSError):
            said = b""
        if said != WITNESS.encode() or (name == "content" and not _opens_a_row(path, backup)):
            raise ArchiveError(
                f"{path} is not the key that sealed this backup, or cannot be read. Put the copy "
                "of the keys of that installation there, then restore."
            )


def _opens_a_row(key: Path, backup: Opened) -> bool:
    """Whether content of the backup itself opens with it, where there is some."""
    with _as_written():
        row = first_row(backup.rows("effect")) if "effect" in backup.manifest.rows else None
        if row is None:
            return True
        sealed, row_id = row["payload_sealed"], row["id"]
    if not isinstance(sealed, bytes):
        return False
    try:
        seal_from_file(key).open(sealed, place("effect", str(row_id), "payload"))
    except SealBrokenError:
        return False
    return True


@contextmanager
def _as_written() -> Iterator[None]:
    """Rows that cannot be read are told of as that. Raises ArchiveError."""
    try:
        yield
    except DBAPIError:
        raise
    except NOT_AS_WRITTEN:
        raise ArchiveError(
            "The rows of the backup are not as Amends writes them. Nothing was changed. Use "
            "another."
        ) from None


def _require_quiet(settings: Settings) -> None:
    url = settings.database_url
    if url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).is_file():
        return
    store = Store(url)
    try:
        running = who_runs(store)
    finally:
        store.close()
    if running:
        raise ArchiveError(
            f"This installation is in use by {', '.join(running)}. Stop every web process and "
            "engine, then restore."
        )


def _restore(settings: Settings, backup: Opened, where: Place, stamp: str) -> Restored:
    manifest = backup.manifest
    old = settings.home / f"before-restore-{stamp}"
    _fill(where.aside(), backup)
    media = _put_media(settings, backup)
    kept = where.put_in_place(old, stamp)
    return Restored(manifest, kept, media)


def _fill(store: Store, backup: Opened) -> None:
    """The tables as they were, the rows, then today's tables; and nothing may be sent."""
    manifest = backup.manifest
    store.migrate()
    store.migrate(manifest.revision)
    with store.write("restore-rows") as tx:
        tables = {table.name: table for table in tables_of(tx)}
        if strange := sorted(manifest.rows.keys() - tables.keys()):
            raise ArchiveError(f"The backup has rows of {strange[0]}, which is not known here.")
        try:
            for name, table in tables.items():
                if name in manifest.rows:
                    with _as_written():
                        count = read_rows(tx, table, backup.rows(name))
                    if count != manifest.rows[name]:
                        raise ArchiveError("The backup does not hold all its rows. Use another.")
        except NotTheseTablesError as error:
            raise ArchiveError(f"The backup has {error}, which is not known here.") from None
        go_on_counting(tx)
    store.migrate()
    with store.write("begin-reconciling") as tx:
        begin(tx, WentBack.RESTORED, manifest.known_until, backup.digest)


def _put_media(settings: Settings, backup: Opened) -> int:
    """Files are named by what they hold: one that is there already, and whole, stays."""
    names = [m.name for m in backup.manifest.members if m.name.startswith(f"{MEDIA}/")]
    if not names:
        return 0
    settings.media.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in names:
        bare = name.removeprefix(f"{MEDIA}/")
        if not bare.isalnum():
            raise ArchiveError("The backup names a file that no Amends kept. Use another.")
        if _is_whole(settings, bare):
            continue
        unfinished = settings.media / f".{bare}.{os.getpid()}.restoring"
        with unfinished.open("wb") as file:
            shutil.copyfileobj(backup.file(name), file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, settings.media / bare)
    sync_folder(settings.media)
    return len(names)


def _is_whole(settings: Settings, name: str) -> bool:
    """Whether the file opens to what its name says."""
    try:
        seal = seal_from_file(settings.keys / "content.key")
        kept = (settings.media / name).read_bytes()
        return digest_of(seal.open(kept, place("media", name, "content"))) == name
    except (OSError, SealBrokenError, ValueError):
        return False
