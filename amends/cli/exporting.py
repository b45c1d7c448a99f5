"""``amends export``: an incident as one archive, for whoever asks from outside."""

import os
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Annotated

import httpx
import typer

from amends.archive.whole import written_whole
from amends.cli.client import Client, incident_path, reference_of
from amends.cli.exits import Code, Stop
from amends.cli.options import AsJson
from amends.cli.screen import plain, show_json, tell

BROKEN_OFF = "The answer broke off, so nothing was written. It is recorded all the same. Try again."
READ_IT = "A person reads it before it is given to anybody. It is given to nobody else."
WHICH = "Say which incident and --level, or --subject and an e-mail address alone."
SUBJECT = "Everything held about whoever has this e-mail address: for data protection and HR."
LEVEL = "foi, committee or tribunal: what it shows and to whom it may be given."


def export(
    reference: Annotated[
        str | None, typer.Argument(help="The incident, like AM-7K3QX.", metavar="REF")
    ] = None,
    level: Annotated[str | None, typer.Option("--level", help=LEVEL)] = None,
    subject: Annotated[str | None, typer.Option("--subject", help=SUBJECT)] = None,
    to: Annotated[
        Path | None, typer.Option("--to", help="The file, or a folder for it; here if left out.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write an archive of the incident, which can be checked without Amends; or, with --subject,
    of everything that is held about one person. That it was made is recorded first.
    """
    asked = _asked(reference, level, subject)
    path = _path(to, asked.name)
    known: dict[str, str] = {}
    try:
        with ExitStack() as opened:

            def ready(headers: httpx.Headers) -> IO[bytes]:
                known["archive"] = headers["amends-archive"]
                known["key"] = headers["amends-archive-key"]
                return opened.enter_context(written_whole(path))

            Client().download(asked.address, asked.body, ready)
    except httpx.TransportError:
        raise Stop(Code.FAILED, BROKEN_OFF) from None
    except OSError as error:
        raise Stop(Code.FAILED, f"{path} could not be written: {_said(error)}.") from None
    _show(path, known, as_json=as_json)


@dataclass(frozen=True)
class _Asked:
    """Which archive: what it is called here, and how the service is asked for it."""

    name: str
    address: str
    body: dict[str, str]


def _asked(reference: str | None, level: str | None, subject: str | None) -> _Asked:
    if subject is not None and reference is None and level is None:
        return _Asked("subject-access.zip", "/subject-access", {"subject": subject})
    if subject is not None or reference is None or level is None:
        raise Stop(Code.BAD_INPUT, WHICH)
    name = f"{reference_of(reference)}-{level}.zip"
    return _Asked(name, incident_path(reference, "/exports"), {"level": level})


def _path(to: Path | None, name: str) -> Path:
    path = to if to is not None and not to.is_dir() else (to or Path()) / name
    if path.exists():
        raise Stop(Code.BAD_INPUT, f"{path} is there already. Name another file with --to.")
    if not path.resolve().parent.is_dir():
        raise Stop(Code.BAD_INPUT, f"There is no folder {path.parent}. Make it first.")
    return path


def _said(error: OSError) -> str:
    return os.strerror(error.errno) if error.errno else type(error).__name__


def _show(path: Path, known: dict[str, str], *, as_json: bool) -> None:
    if as_json:
        show_json({"file": str(path), **known})
        return
    plain(str(path))
    tell(f"Its number is {known['archive'][:16]}; it is signed with the key {known['key']}.")
    tell("Anybody can check it: unpack verify.py from it, and run: python verify.py ARCHIVE")
    tell(READ_IT)


COMMANDS = {"export": export}
