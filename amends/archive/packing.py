"""Backing up: every row at one moment, the media that they name, and the configuration."""

import base64
import hashlib
import io
import json
import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from sqlalchemy.exc import DBAPIError
from sqlmodel import col, func, select

from amends.archive.manifest import (
    CONFIG_NAME,
    DIGEST_NAME,
    FORMAT,
    HEADS_NAME,
    MEDIA,
    NAME,
    ROWS,
    WITNESS,
    ArchiveError,
    Manifest,
    Member,
    digest_of,
    our_version,
)
from amends.archive.whole import Hashed, written_whole
from amends.settings import Settings
from models.audit import Entry
from models.copying import damage_of, revision_of, tables_of, write_rows
from models.incident import Capture
from models.sealed import Seal, SealBrokenError, place, seal_from_file
from models.store import Store, Transaction

KEYS = ("content", "cases", "case-marks")


@dataclass(frozen=True)
class Made:
    """A backup that lies there whole."""

    path: Path
    size: int
    manifest: Manifest


def back_up(
    settings: Settings, where: Path | None, config: Path, *, leave_out_damaged: bool = False
) -> Made:
    """Write one archive, whole or not at all. Processes may go on working meanwhile.

    ``where`` is a file to be, or a folder; without it the backups folder of AMENDS_HOME. Raises
    ArchiveError.
    """
    url = settings.database_url
    if url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).is_file():
        raise ArchiveError("There is no database yet: there is nothing to back up.")
    path = _path(settings, where)
    store = Store(url)
    try:
        with _spool(path.parent) as spool:
            made = _Making(settings, store, spool, leave_out_damaged).manifest(config)
            _pack(path, spool, made, settings)
    except FileExistsError:
        raise ArchiveError(f"{path} is there already. Name another file.") from None
    except OSError as error:
        said = os.strerror(error.errno) if error.errno else type(error).__name__
        raise ArchiveError(
            f"The backup could not be written to {path.parent} ({said}). Nothing was left there."
        ) from None
    except DBAPIError as error:
        code = type(error.orig).__name__
        raise ArchiveError(
            f"The database could not be read ({code}). No backup was made. Run: amends doctor"
        ) from None
    finally:
        store.close()
    return Made(path, path.stat().st_size, made)


def _path(settings: Settings, where: Path | None) -> Path:
    folder = where or settings.home / "backups"
    if where is None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not folder.is_dir():
        if not folder.parent.is_dir():
            raise ArchiveError(f"There is no folder {folder.parent}. Make it first.")
        if folder.exists():
            raise ArchiveError(f"{folder} is there already. Name another file.")
        return folder
    return folder / f"amends-{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}.tar"


@contextmanager
def _spool(folder: Path) -> Iterator[Path]:
    """A folder of our own beside the archive: what is written there fits there."""
    spool = Path(tempfile.mkdtemp(prefix=".amends-backup-", dir=folder))
    try:
        yield spool
    finally:
        shutil.rmtree(spool, ignore_errors=True)


class _Making:
    """One backup in the making: its files in a folder, then what they are."""

    def __init__(self, settings: Settings, store: Store, spool: Path, lenient: bool) -> None:
        self._settings = settings
        self._store = store
        self._spool = spool
        self._lenient = lenient
        self._members: list[Member] = []

    def manifest(self, config: Path) -> Manifest:
        if damage := damage_of(self._store):
            raise ArchiveError(
                f"The database is damaged ({damage}), and no backup of it was made. Keep the file "
                "as it is, and restore an older backup."
            )
        with self._store.read() as tx:
            known_until = min(tx.now(), tx.wall())  # before the first row is read
            revision = revision_of(tx)
            if revision is None:
                raise ArchiveError("The database has no tables yet: there is nothing to back up.")
            rows = {table.name: self._rows(tx, table.name) for table in tables_of(tx)}
            chains = self._heads(tx)
            media = _media_of(tx)
        damaged = self._check_media(media)
        self._configuration(config)
        return Manifest(
            format=FORMAT,
            made_by=our_version(),
            known_until=known_until,
            revision=revision,
            database="sqlite" if self._store.url.startswith("sqlite") else "postgresql",
            rows=rows,
            chains=chains,
            witnesses=dict(_witnesses(self._settings)),
            damaged=damaged,
            members=tuple(self._members),
        )

    def _rows(self, tx: Transaction, name: str) -> int:
        table = next(one for one in tables_of(tx) if one.name == name)
        with self._text(f"{ROWS}/{name}.jsonl") as out:
            return write_rows(tx, table, out)

    def _heads(self, tx: Transaction) -> int:
        """The last entry of each chain: the record as it stood, for whoever checks it later."""
        heads = select(Entry.chain, func.max(Entry.seq)).group_by(col(Entry.chain)).subquery()
        query = (
            select(Entry.chain, Entry.seq, Entry.digest)
            .join(heads, (heads.c[0] == Entry.chain) & (heads.c[1] == Entry.seq))
            .order_by(col(Entry.chain))
        )
        with self._text(HEADS_NAME) as out:
            count = 0
            for head in tx.exec(query):
                out.write(json.dumps(list(head)) + "\n")
                count += 1
        return count

    @contextmanager
    def _text(self, name: str) -> Iterator[IO[str]]:
        path = self._spool / name
        path.parent.mkdir(exist_ok=True, mode=0o700)
        with path.open("w", encoding="utf-8", newline="\n") as out:
            yield out
        self._members.append(_member(name, path))

    def _check_media(self, names: list[str]) -> tuple[str, ...]:
        seal = _key(self._settings, "content")
        damaged = []
        for name in names:
            if _is_whole(self._settings.media / name, name, seal):
                self._members.append(_member(f"{MEDIA}/{name}", self._settings.media / name))
            else:
                damaged.append(name)
        if damaged and not self._lenient:
            raise ArchiveError(
                f"{len(damaged)} of {len(names)} kept pictures and films are missing or are not "
                "what was kept, and no backup was made. Find them in an older backup; or leave "
                "them out: amends backup --leave-out-damaged"
            )
        return tuple(damaged)

    def _configuration(self, config: Path) -> None:
        shutil.copyfile(config, self._spool / CONFIG_NAME)
        self._members.append(_member(CONFIG_NAME, self._spool / CONFIG_NAME))


def _media_of(tx: Transaction) -> list[str]:
    return sorted({name for files in tx.exec(select(Capture.files)) for name in files})


def _is_whole(path: Path, name: str, seal: Seal | None) -> bool:
    """Whether the file opens to what its name says. Without the key nobody can tell."""
    if seal is None:
        raise ArchiveError(
            "The key content.key cannot be read, so what was kept cannot be checked. Run the "
            "backup as the user that the engine runs as."
        )
    try:
        return digest_of(seal.open(path.read_bytes(), place("media", name, "content"))) == name
    except (OSError, SealBrokenError):
        return False


def _key(settings: Settings, name: str) -> Seal | None:
    path = settings.keys / f"{name}.key"
    return seal_from_file(path) if path.is_file() and os.access(path, os.R_OK) else None


def _witnesses(settings: Settings) -> Iterator[tuple[str, str]]:
    """A word sealed with each key: a restore can tell whether it has the same ones."""
    for name in KEYS:
        if seal := _key(settings, name):
            sealed = seal.close(WITNESS, place("backup", name, "witness"))
            yield name, base64.b64encode(sealed).decode("ascii")


def _member(name: str, path: Path) -> Member:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Member(name=name, size=path.stat().st_size, sha256=digest)


def _pack(path: Path, spool: Path, manifest: Manifest, settings: Settings) -> None:
    """The list of contents first, and its own digest; what changed meanwhile is not packed."""
    listed = manifest.written()
    with written_whole(path) as file, tarfile.open(fileobj=file, mode="w") as archive:
        _add(archive, NAME, listed, manifest.known_until)
        _add(archive, DIGEST_NAME, digest_of(listed).encode() + b"\n", manifest.known_until)
        for member in manifest.members:
            kept = member.name.startswith(f"{MEDIA}/")
            source = settings.home / member.name if kept else spool / member.name
            with source.open("rb") as content:
                hashed = Hashed(content)
                _add_file(archive, member.name, hashed, member.size, manifest.known_until)
            if hashed.digest != member.sha256:
                raise ArchiveError("What was backed up changed meanwhile. Make the backup again.")


def _add(archive: tarfile.TarFile, name: str, content: bytes, at: datetime) -> None:
    _add_file(archive, name, io.BytesIO(content), len(content), at)


def _add_file(
    archive: tarfile.TarFile, name: str, content: IO[bytes] | Hashed, size: int, at: datetime
) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode, info.mtime = size, 0o600, int(at.timestamp())
    archive.addfile(info, content)
