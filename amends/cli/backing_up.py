"""``amends backup`` and ``amends restore``: the whole installation in one file, and back."""

from pathlib import Path
from typing import Annotated

import typer

from amends.cli.exits import Code, Stop
from amends.cli.screen import plain, show, tell

KEYS_APART = (
    "The keys are not in it: keep a copy of {keys} somewhere else. Without them nothing that was "
    "kept can be read, and who has both can read all of it."
)
RECONCILING = (
    "Start Amends now. Nothing is sent until what may have been done since the backup was looked "
    "for and a person lifts reconcile mode: amends reconcile"
)


def backup(
    dest: Annotated[
        Path | None,
        typer.Argument(help="The file, or a folder for it; the state's backups if left out."),
    ] = None,
    leave_out_damaged: Annotated[
        bool, typer.Option("--leave-out-damaged", help="Go on without kept files that are lost.")
    ] = False,
) -> None:
    """Write everything but the keys into one file, while all goes on working."""
    from amends.archive.manifest import ArchiveError
    from amends.archive.packing import back_up
    from amends.settings import config_path, load

    settings = load()
    try:
        made = back_up(settings, dest, config_path(), leave_out_damaged=leave_out_damaged)
    except ArchiveError as error:
        raise Stop(Code.FAILED, str(error)) from None
    plain(str(made.path))
    incidents = made.manifest.rows.get("incident", 0)
    tell(f"Incidents: {incidents}. Everything until {made.manifest.known_until:%H:%M:%S} UTC.")
    if made.manifest.damaged:
        tell(f"Left out, because they are lost: {len(made.manifest.damaged)} kept files.")
    tell(KEYS_APART.format(keys=settings.keys))


def restore(
    archive: Annotated[Path, typer.Argument(help="The file that amends backup wrote.")],
    over: Annotated[
        bool, typer.Option("--over", help="Even where there are incidents; they are kept aside.")
    ] = False,
) -> None:
    """Put a backup in place. Nothing is sent afterwards until a person lifts reconcile mode."""
    from amends.archive.manifest import ArchiveError
    from amends.archive.unpacking import give_configuration
    from amends.archive.unpacking import restore as put_back
    from amends.settings import config_path, load

    try:
        if give_configuration(archive, config_path()):
            tell(f"There was no amends.toml: the backup's is at {config_path()} now.")
        restored = put_back(load(), archive, over=over)
    except ArchiveError as error:
        raise Stop(Code.FAILED, str(error)) from None
    manifest = restored.manifest
    show(
        f"Restored: {manifest.rows.get('incident', 0)} incidents as they were on "
        f"{manifest.known_until:%-d %B %Y, %H:%M} UTC."
    )
    if manifest.damaged:
        show(f"Kept files that the backup did not have: {len(manifest.damaged)}.")
    if restored.kept:
        show(f"What was there before is kept in {restored.kept}.")
    show(RECONCILING)


COMMANDS = {"backup": backup, "restore": restore}
