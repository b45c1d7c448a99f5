"""The machine: the folder of the state, its disk, and the keys."""

import stat
from pathlib import Path

from amends.doctor.findings import Finding, Findings, bad, ok, warn
from amends.settings import Settings

MOUNTS = Path("/proc/mounts")
NETWORK_DISKS = frozenset(
    {
        "9p", "afs", "ceph", "cifs", "fuse.glusterfs", "fuse.sshfs", "glusterfs", "lustre", "ncpfs",
        "nfs", "nfs4", "smb3", "smbfs",
    }
)  # fmt: skip
KEYS = ("content.key", "cases.key", "case-marks.key")


def examine(settings: Settings) -> Findings:
    """State, disk and keys."""
    yield _home(settings)
    if settings.database_url.startswith("sqlite"):
        yield _disk(settings)
    for name in KEYS:
        yield _key(settings.keys / name)
    yield from _credentials(settings)


def _home(settings: Settings) -> Finding:
    if not settings.home.is_dir():
        return warn("state", f"{settings.home} is not there yet. It is made at the first start.")
    return ok("state", str(settings.home))


def _disk(settings: Settings) -> Finding:
    kind = disk_of(settings.home, _mounts())
    if kind in NETWORK_DISKS:
        return bad(
            "disk",
            f"The database lies on a network disk ({kind}), where SQLite loses data. Set "
            "AMENDS_HOME to a folder on this machine, or use PostgreSQL.",
        )
    return ok("disk", f"The database lies on this machine ({kind or 'kind unknown'}).")


def disk_of(folder: Path, mounts: str) -> str:
    """The kind of the file system that holds the folder, from the text of /proc/mounts."""
    rows = [line.split() for line in mounts.splitlines() if len(line.split()) > 2]
    holding = [row for row in rows if folder.is_relative_to(row[1].replace("\\040", " "))]
    return max(holding, key=lambda row: len(row[1]), default=["", "", ""])[2]


def _mounts() -> str:
    return MOUNTS.read_text(encoding="utf-8", errors="replace") if MOUNTS.is_file() else ""


def _key(path: Path) -> Finding:
    if not path.is_file():
        return warn("keys", f"{path.name} is not there yet. It is made when it is first needed.")
    if path.stat().st_mode & stat.S_IRWXO:
        return bad("keys", f"Everybody on this machine can read {path}. Run: chmod o= {path}")
    return ok("keys", f"{path.name} is there. Keep a copy apart from the database's backups.")


def _credentials(settings: Settings) -> Findings:
    """Of a platform's credentials only the engine may know: who else could read their files?"""
    for path in settings.credential_files:
        if path.is_file() and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            yield bad(
                "credentials",
                f"Others than its owner can read {path}: the web process too, where it runs under "
                f"a user of its own. Run: chmod go= {path}",
            )
