"""Words that are looked for in every place where they must not be, however they are written."""

import base64
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path


def forms_of(canary: str) -> frozenset[bytes]:
    """The canary as bytes, in capitals, in wide characters, in hex and in base64 at each place
    that it may have in what was encoded. Its letters and figures stand for themselves in JSON, in
    HTML and in an address."""
    plain = canary.encode()
    encoded = {_inside(base64.b64encode(b"x" * shift + plain), shift) for shift in range(3)}
    wide = {canary.encode("utf-16-le"), plain.hex().encode()}
    return frozenset({plain, plain.upper(), plain.lower(), *encoded, *wide})


def _inside(encoded: bytes, shift: int) -> bytes:
    """Without what hangs on what stands before and after it."""
    start = (shift * 8 + 5) // 6
    return encoded.rstrip(b"=")[start:-1]


def found_in(content: bytes, canaries: Iterable[str]) -> set[str]:
    """Those of the canaries that are anywhere in it."""
    return {one for one in canaries if any(form in content for form in forms_of(one))}


def files_below(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file, with its path below the folder."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield path.relative_to(folder).as_posix(), path.read_bytes()


def cells_of(database: Path) -> Mapping[str, bytes]:
    """Every cell of every table, by ``table.column``: what is compressed or split over pages of
    the file is whole here."""
    found: dict[str, list[bytes]] = {}
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as opened:
        opened.text_factory = bytes
        tables = opened.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (name,) in tables:
            rows = opened.execute(f'SELECT * FROM "{name.decode()}"')
            columns = [str(one[0]) for one in rows.description]
            for row in rows:
                for column, cell in zip(columns, row, strict=True):
                    whole = cell if isinstance(cell, bytes) else str(cell).encode()
                    found.setdefault(f"{name.decode()}.{column}", []).append(whole)
    return {place: b"\n".join(cells) for place, cells in found.items()}
