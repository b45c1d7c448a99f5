"""Anchors: signed lines outside the database, written by several, whole after a crash."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlmodel import col, select

from amends.settings import load
from models.anchor_keys import AnchorKeyError, public_key, signing_key
from models.anchoring import anchors_of, write_anchor
from models.anchors import Anchor, NotAnAnchorError, is_signed_by, mark_of, read_line
from models.beats import Beat
from models.store import Store
from models.verifying import Found, verify_record

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


class House:
    """A record that grows, and the anchors beside it."""

    def __init__(self, home: Path) -> None:
        (home / "amends.toml").write_text(
            '[organisation]\nname = "D"\nduty_officer = "1"\n'
            'dtu = "dtu@d.example"\nhr = "hr@d.example"'
        )
        self.settings = load({"AMENDS_HOME": str(home)})
        self.store = Store(self.settings.database_url)
        self.store.migrate()

    def write(self, *chains: str) -> None:
        """An entry at the end of each of these chains."""
        with self.store.write("entry") as tx:
            for chain in chains:
                tx.record(chain, "amends", "advised")

    def anchor(self, after: timedelta = timedelta(0), *, due_only: bool = False) -> Anchor | None:
        """Write one, so long after noon."""
        return write_anchor(self.store, self.settings, now=NOON + after, due_only=due_only)

    def lines(self) -> list[bytes]:
        """Every line of every file, in their order."""
        files = sorted(self.settings.anchors.glob("*.jsonl"))
        return [line for path in files for line in path.read_bytes().splitlines(keepends=True)]

    def file(self) -> Path:
        """The only file."""
        (path,) = self.settings.anchors.glob("*.jsonl")
        return path

    def verify(self, *paths: Path) -> Found:
        """With the key that lies beside the engine's."""
        key = public_key(self.settings.keys / "anchor.pub")
        own = None if paths else anchors_of(self.settings).name
        return verify_record(self.store, paths or (self.settings.anchors,), [key], own_book=own)

    def flaws(self, *paths: Path) -> list[str]:
        """The words for what is wrong with the anchors."""
        return [flaw.what.value for flaw in self.verify(*paths).flaws]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """An empty record."""
    made = House(tmp_path)
    yield made
    made.store.close()


MINUTE = timedelta(minutes=1)


def test_an_anchor_holds_the_heads_that_changed_and_counts_them_all(house: House) -> None:
    house.write("incident:a", "incident:a", "incident:b")
    first = house.anchor()
    house.write("incident:b", "case:c")
    second = house.anchor(MINUTE)
    assert first is not None
    assert second is not None
    assert (first.whole, first.chains, first.entries, first.number) == (True, 2, 3, 1)
    assert (second.whole, second.chains, second.entries, second.number) == (False, 3, 5, 2)
    assert {m: h.seq for m, h in second.heads.items()} == {
        mark_of("incident:b"): 2,
        mark_of("case:c"): 1,
    }
    assert house.verify().is_whole


def test_an_anchor_tells_nobody_that_there_is_a_case(house: House) -> None:
    house.write("incident:a", "case:c")
    house.anchor()
    assert b"case" not in b"".join(house.lines())


def test_an_anchor_is_written_each_minute_and_each_hour_where_nothing_happens(house: House) -> None:
    house.write("incident:a")
    assert house.anchor(due_only=True) is not None
    house.write("incident:a")
    assert house.anchor(MINUTE / 2, due_only=True) is None
    assert house.anchor(MINUTE, due_only=True) is not None
    assert house.anchor(30 * MINUTE, due_only=True) is None
    assert house.anchor(61 * MINUTE, due_only=True) is not None
    assert house.flaws() == []


def test_a_clock_that_was_put_back_stops_no_anchors(house: House) -> None:
    house.write("incident:a")
    house.anchor()
    house.write("incident:a")
    assert house.anchor(-120 * MINUTE, due_only=True) is not None
    assert house.anchor(-120 * MINUTE + MINUTE / 2, due_only=True) is None
    house.write("incident:a")
    assert house.anchor(-119 * MINUTE, due_only=True) is not None
    assert house.flaws() == []


def test_a_clock_that_was_put_back_a_month_writes_on_in_the_newest_file(house: House) -> None:
    for after in (timedelta(0), timedelta(days=-30), timedelta(days=-30) + MINUTE):
        house.write("incident:a")
        house.anchor(after)
    assert len(list(house.settings.anchors.glob("*.jsonl"))) == 1
    assert house.flaws() == []


def test_each_month_has_a_file_that_can_be_checked_by_itself(house: House) -> None:
    house.write("incident:a", "incident:b")
    house.anchor()
    house.write("incident:b")
    house.anchor(timedelta(days=10))
    files = sorted(house.settings.anchors.glob("*.jsonl"))
    assert [path.name.split(".")[1] for path in files] == ["2026-11", "2026-12"]
    assert house.flaws() == ["silent"]
    alone = house.verify(files[1])
    assert alone.is_whole
    assert [flaw.what for flaw in alone.flaws] == ["not-given"]
    assert len(read_line(house.lines()[1]).anchor.heads) == 2


def test_an_entry_that_becomes_visible_late_is_anchored_all_the_same(house: House) -> None:
    """As on PostgreSQL, where a transaction that began before an anchor may end after it."""
    house.write("incident:a", "incident:late", "incident:c")
    with house.store.engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER entry_is_never_removed")
        kept = connection.exec_driver_sql("SELECT * FROM entry WHERE id = 2").one()
        connection.exec_driver_sql("DELETE FROM entry WHERE id = 2")
    house.anchor()
    with house.store.engine.begin() as connection:
        connection.exec_driver_sql(
            f"INSERT INTO entry VALUES ({','.join('?' * len(kept))})", tuple(kept)
        )
    late = house.anchor(MINUTE)
    assert late is not None
    assert set(late.heads) == {mark_of("incident:late")}
    house.write("incident:c")
    after = house.anchor(2 * MINUTE)
    assert after is not None
    assert set(after.heads) == {mark_of("incident:c")}
    assert (after.chains, after.entries) == (3, 4)
    assert house.verify().is_whole


def test_several_processes_of_a_host_write_one_book(house: House) -> None:
    house.write("incident:a")
    threads = [threading.Thread(target=house.anchor) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    numbers = [read_line(line).anchor.number for line in house.lines()]
    assert numbers == list(range(1, 9))
    assert house.flaws() == []


def test_several_hosts_write_a_book_each(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    for number, host in enumerate(("Engine.One", "engine-2", "Engine.One")):
        monkeypatch.setattr("socket.gethostname", lambda host=host: host)
        house.write("incident:a")
        house.anchor(number * MINUTE)
    names = {path.name for path in house.settings.anchors.glob("*.jsonl")}
    assert names == {"engine-one.2026-11.jsonl", "engine-2.2026-11.jsonl"}
    found = house.verify()
    assert found.is_whole
    assert [(end.book, end.number) for end in found.books] == [("engine-2", 1), ("engine-one", 2)]


def test_a_line_torn_by_a_crash_is_told_of_and_the_book_goes_on(house: House) -> None:
    house.write("incident:a")
    house.anchor()
    house.write("incident:b")
    house.anchor(MINUTE)
    path = house.file()
    path.write_bytes(path.read_bytes()[:-40])
    with house.store.write("forget") as tx:  # the crash came before the number was remembered
        tx.exec(select(Beat).where(col(Beat.role) == "anchor")).one().detail = "1"
    assert house.flaws() == ["torn"]
    house.write("incident:c")
    again = house.anchor(2 * MINUTE)
    assert again is not None
    assert again.number == 2
    assert set(again.heads) == {mark_of("incident:b"), mark_of("incident:c")}
    assert house.flaws() == ["torn"]
    assert house.verify().is_whole


@pytest.fixture
def book(house: House) -> House:
    """A house with five anchors."""
    for number in range(5):
        house.write("incident:a")
        house.anchor(number * MINUTE)
    return house


def test_a_line_taken_out_of_the_middle_is_found(book: House) -> None:
    lines = book.lines()
    book.file().write_bytes(b"".join(lines[:2] + lines[3:]))
    assert book.flaws() == ["missing"]
    assert not book.verify().is_whole


def test_a_book_cut_short_is_found_at_once_and_after_it_has_grown(book: House) -> None:
    book.file().write_bytes(b"".join(book.lines()[:3]))
    assert book.flaws() == ["cut"]
    book.write("incident:a")
    grown = book.anchor(9 * MINUTE)
    assert grown is not None
    assert grown.number == 6
    assert book.flaws() == ["missing"]
    assert not book.verify().is_whole


def test_all_anchors_taken_away_is_found(book: House) -> None:
    book.file().unlink()
    assert book.flaws() == ["cut"]
    assert not book.verify().is_whole


@pytest.mark.parametrize(
    ("name", "value"),
    [("entries", 99), ("at", "2026-11-23T12:09:00+00:00"), ("heads", {}), ("number", 7)],
)
def test_a_changed_line_is_found(book: House, name: str, value: object) -> None:
    lines = book.lines()
    said = json.loads(lines[2]) | {name: value}
    lines[2] = json.dumps(said, sort_keys=True, separators=(",", ":")).encode() + b"\n"
    book.file().write_bytes(b"".join(lines))
    assert book.flaws() == ["forged", "missing"]


def test_lines_signed_with_a_key_of_the_attackers_are_found(book: House) -> None:
    stranger = book.settings.keys / "anchor.key"
    kept = public_key(book.settings.keys / "anchor.pub")
    stranger.unlink()
    (book.settings.keys / "anchor.pub").unlink()
    book.write("incident:a")
    book.anchor(6 * MINUTE)
    found = verify_record(book.store, [book.settings.anchors], [kept])
    assert [flaw.what for flaw in found.flaws] == ["unknown-key", "not-given"]
    assert not found.is_whole


def test_a_copy_kept_elsewhere_shows_what_was_done_to_the_book(book: House, tmp_path: Path) -> None:
    copy = tmp_path / "copy.jsonl"
    copy.write_bytes(b"".join(book.lines()))
    assert book.verify(book.settings.anchors, copy).is_whole
    book.file().write_bytes(b"".join(book.lines()[:3]))
    assert book.flaws(book.settings.anchors, copy) == []
    with book.store.write("forget") as tx:
        tx.exec(select(Beat).where(col(Beat.role) == "anchor")).one().detail = "3"
    book.write("incident:z")
    book.anchor(3 * MINUTE)  # another number 4
    assert "contradicted" in book.flaws(book.settings.anchors, copy)


def test_what_is_no_anchor_is_not_read_as_one() -> None:
    for raw in (b"{}", b"[]", b"\xff", b'{"signature":"zz"}', b"null", b"1"):
        with pytest.raises(NotAnAnchorError):
            read_line(raw)


def test_a_signature_fits_one_key(house: House) -> None:
    house.write("incident:a")
    house.anchor()
    line = read_line(house.lines()[0])
    assert is_signed_by(line, signing_key(house.settings.keys).public_key())
    assert not is_signed_by(line, Ed25519PrivateKey.generate().public_key())


def test_the_key_is_for_its_user_alone(house: House) -> None:
    signing_key(house.settings.keys)
    modes = {path.name: path.stat().st_mode & 0o777 for path in house.settings.keys.iterdir()}
    assert modes == {"anchor.key": 0o600, "anchor.pub": 0o644}
    (house.settings.keys / "anchor.key").write_text("nonsense")
    with pytest.raises(AnchorKeyError):
        signing_key(house.settings.keys)
