"""``amends audit``: check the record against itself and against the anchors kept outside it."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from amends.cli.exits import Code, Stop
from amends.cli.options import AsJson
from amends.cli.screen import plain, show, show_json, tell

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    from amends.settings import Settings
    from models.anchor_library import BookFlaw
    from models.chains import Break
    from models.verifying import Found

app = typer.Typer(help="Check the record.", no_args_is_help=True, rich_markup_mode=None)

BROKEN = {
    "missing": "Entry {seq} of {chain} is missing.",
    "missing-several": "Entries {seq} to {until} of {chain} are missing.",
    "twice": "Entry {seq} of {chain} is there twice, or stands in the wrong place.",
    "unlinked": "Entry {seq} of {chain} does not follow from the entry before it.",
    "changed": "Entry {seq} of {chain} is not what was written.",
    "out-of-order": "Entry {seq} of {chain} has an id from before the entry that it follows.",
    "not-as-anchored": "Entry {seq} of {chain} was written anew: {anchor} holds another one.",
    "cut": "The end of {chain} was cut off from entry {seq}: {anchor} tells of entry {until}.",
    "gone": "The whole of {chain} was taken away: {anchor} tells of entry {until} in it.",
    "put-in-later": "Entry {seq} of {chain} says that it is older than an anchor that did not "
    "have it: it was put in later, or a clock was wrong.",
}
FLAWS = {
    "forged": "Anchor {number} of {where} was changed: its signature does not fit.",
    "unknown-key": "Anchor {number} of {where} was signed with a key that was not given. "
    "Give its public key with --key.",
    "contradicted": "There are two different anchors {number} of {where}.",
    "missing": "Anchors {number} to {until} of {where} are missing.",
    "unlinked": "Anchor {number} of {where} does not follow from the anchor before it.",
    "cut": "Anchors {number} to {until} of {where} were cut off the end of its file.",
    "torn": "Line {number} of {where} cannot be read. A crash while it was written leaves one.",
    "not-given": "Anchors {number} to {until} of {where} were not given. Give them with --anchors.",
    "silent": "No anchor of {where} tells of the time from {since} to {to}: no engine was at "
    "work there.",
}
CHANGED = "The record has been changed. Keep the database as it is, and phone the duty officer."

Anchors = Annotated[
    list[Path] | None,
    typer.Option("--anchors", help="A file or folder of anchors; again for more. "
                 "Left out: those of this installation."),
]  # fmt: skip
Keys = Annotated[
    list[Path] | None,
    typer.Option("--key", help="A public key that was kept elsewhere; again for more. "
                 "Left out: the one beside the engine's own."),
]  # fmt: skip


@app.command("verify")
def verify(anchors: Anchors = None, key: Keys = None, as_json: AsJson = False) -> None:
    """Recompute every chain and hold it against the anchors.

    Ends with 1 where an entry or an anchor was changed, added or taken out.
    """
    found = _verify(anchors, key)
    if as_json:
        show_json(_as_json(found))
    else:
        _show(found)
    if not found.is_whole:
        raise Stop(Code.FAILED, CHANGED)


@app.command("anchor")
def anchor() -> None:
    """Write an anchor now, with the engine's key; the engine does so every minute."""
    from amends.settings import load
    from models.anchor_keys import AnchorKeyError
    from models.anchoring import write_anchor
    from models.store import Store

    settings = load()
    store = Store(settings.database_url)
    try:
        made = write_anchor(store, settings)
    except OSError as error:
        raise Stop(Code.FAILED, f"The anchor was not written: {error.strerror} "
                   f"({error.filename}). Run this as the engine's user.") from None  # fmt: skip
    except AnchorKeyError as error:
        raise Stop(Code.FAILED, str(error)) from None
    finally:
        store.close()
    assert made is not None, "only what is due may be left out"
    show(
        f"Anchor {made.number} of {made.book}: {made.chains} chains, {made.entries} entries. "
        f"It is in {settings.anchors}."
    )


@app.command("key")
def public_key(
    archives: Annotated[
        bool, typer.Option("--archives", help="The key of archives, and its fingerprint.")
    ] = False,
) -> None:
    """Print the public key of the anchors. Keep it, and copies of the anchors, elsewhere."""
    from amends.settings import load
    from models import anchor_keys
    from models.anchor_keys import AnchorKeyError, pem_of
    from models.anchor_keys import public_key as read
    from models.anchors import fingerprint

    keys = load().keys
    public = anchor_keys.ARCHIVES_PUBLIC if archives else anchor_keys.PUBLIC
    make = anchor_keys.archive_key if archives else anchor_keys.signing_key
    try:
        held = read(keys / public) if (keys / public).exists() else make(keys).public_key()
    except OSError as error:
        raise Stop(Code.FAILED, f"{error.filename} cannot be read: {error.strerror}. "
                   "Run this as the engine's user.") from None  # fmt: skip
    except AnchorKeyError as error:
        raise Stop(Code.FAILED, str(error)) from None
    plain(pem_of(held).decode().rstrip())
    if archives:
        tell(f"Its fingerprint is {fingerprint(held)}. Publish it: an archive is checked by it.")


def _verify(anchors: list[Path] | None, keys: list[Path] | None) -> "Found":
    from amends.settings import load
    from models.anchoring import anchors_of
    from models.store import Store
    from models.verifying import verify_record

    settings = load()
    where = anchors or ([settings.anchors] if settings.anchors.is_dir() else [])
    store = Store(settings.database_url)
    try:
        own = None if anchors else anchors_of(settings).name
        return verify_record(store, where, _keys(settings, where, keys), own_book=own)
    except OSError as error:
        raise Stop(
            Code.BAD_INPUT, f"{error.filename} cannot be read: {error.strerror}. Check the path."
        ) from None
    finally:
        store.close()


def _keys(
    settings: "Settings", where: list[Path], keys: list[Path] | None
) -> list["Ed25519PublicKey"]:
    from models.anchor_keys import PUBLIC, AnchorKeyError, public_key

    if not where:
        return []
    try:
        return [public_key(path) for path in keys or [settings.keys / PUBLIC]]
    except AnchorKeyError as error:
        raise Stop(Code.BAD_INPUT, str(error)) from None


def _show(found: "Found") -> None:
    for sentence, is_doubt in _sentences(found):
        show(sentence, style="yellow" if is_doubt else "red")
    show(f"Chains: {found.chains}. Entries: {found.entries}.")
    for end in found.books:
        show(f"Anchored up to {_moment(end.at)}: anchor {end.number} of {end.book}.")
    if not found.books:
        show("There is no anchor: that the end of a chain was cut off cannot be seen.")
    elif found.newer:
        show(f"Entries newer than the last anchor: {found.newer}. Nothing vouches for them yet.")
    if found.is_whole:
        show("Every chain is whole.")


def _sentences(found: "Found") -> Iterator[tuple[str, bool]]:
    """Each finding as one sentence, and whether it may be innocent."""
    from models.anchor_library import FLAW_DOUBTS
    from models.chains import DOUBTS

    for one in found.breaks:
        yield _of_break(one), one.what in DOUBTS
    for flaw in found.flaws:
        yield _of_flaw(flaw), flaw.what in FLAW_DOUBTS


def _of_break(one: "Break") -> str:
    several = one.what == "missing" and one.until != one.seq
    held = one.anchor
    return BROKEN[f"{one.what}-several" if several else one.what].format(
        seq=one.seq,
        until=one.until,
        chain=one.chain,
        anchor=f"anchor {held.number} of {held.book} ({_moment(held.at)})" if held else "",
    )


def _of_flaw(flaw: "BookFlaw") -> str:
    return FLAWS[flaw.what].format(
        number=flaw.number,
        until=flaw.until,
        where=flaw.where,
        since=_moment(flaw.since) if flaw.since else "",
        to=_moment(flaw.to) if flaw.to else "",
    )


def _moment(when: datetime) -> str:
    return f"{when:%-d %B %Y, %H:%M:%S} UTC"


def _as_json(found: "Found") -> dict[str, object]:
    from models.anchor_library import FLAW_DOUBTS
    from models.chains import DOUBTS

    return {
        "whole": found.is_whole,
        "chains": found.chains,
        "entries": found.entries,
        "newer_than_anchors": found.newer,
        "anchored": [
            {"book": end.book, "number": end.number, "at": end.at.isoformat()}
            for end in found.books
        ],
        "breaks": [
            {
                "what": one.what.value,
                "chain": one.chain,
                "entry": one.seq,
                "until": one.until,
                "doubt": one.what in DOUBTS,
                "sentence": _of_break(one),
            }
            for one in found.breaks
        ],
        "flaws": [
            {
                "what": one.what.value,
                "where": one.where,
                "number": one.number,
                "until": one.until,
                "doubt": one.what in FLAW_DOUBTS,
                "sentence": _of_flaw(one),
            }
            for one in found.flaws
        ],
    }
