"""The record held against its anchors: every way to change it is found, and nothing else is."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from attacker import take_the_guards_away
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from databases import NewDatabase
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from amends.settings import Settings, load
from models.anchor_keys import public_key
from models.anchoring import write_anchor
from models.audit import GENESIS, digest_of
from models.chains import Break, Broken, Point, Written, breaks_in
from models.store import Store
from models.verifying import Found, verify_record

LONG_AGO = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)


@dataclass
class Kept:
    """A record of two chains with four entries each, anchored, without its guards."""

    store: Store
    settings: Settings

    def attack(self, *statements: str) -> Found:
        """What is found after the owner of the tables has run these."""
        with self.store.engine.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
        return self.verify()

    def verify(self) -> Found:
        """Against the installation's own anchors."""
        key = public_key(self.settings.keys / "anchor.pub")
        return verify_record(self.store, [self.settings.anchors], [key])

    def write(self, *chains: str) -> None:
        """An entry at the end of each of these chains."""
        with self.store.write("entry") as tx:
            for chain in chains:
                tx.record(chain, "amends", "advised", post="p1")

    def anchor(self) -> None:
        """As the engine does every minute."""
        write_anchor(self.store, self.settings)


@pytest.fixture(params=["sqlite", "postgresql"])
def kept(
    request: pytest.FixtureRequest, new_database: NewDatabase, tmp_path: Path
) -> Iterator[Kept]:
    """The record on each database."""
    address = new_database(request.param)
    url = f'[database]\nurl = "{address}"' if address else ""
    (tmp_path / "amends.toml").write_text(
        '[organisation]\nname = "D"\nduty_officer = "1"\n'
        f'dtu = "dtu@d.example"\nhr = "hr@d.example"\n{url}'
    )
    settings = load({"AMENDS_HOME": str(tmp_path)})
    made = Kept(Store(settings.database_url), settings)
    made.store.migrate()
    for _ in range(4):
        made.write("incident:a", "incident:b")
        made.anchor()
    with made.store.engine.begin() as connection:
        take_the_guards_away(connection)
    yield made
    made.store.close()


def what(found: Found) -> set[tuple[str, int, str]]:
    """Where and how it is broken."""
    return {(one.chain, one.seq, one.what.value) for one in found.breaks}


def test_what_was_written_is_whole(kept: Kept) -> None:
    found = kept.verify()
    assert (found.chains, found.entries, found.newer) == (2, 8, 0)
    assert (found.breaks, found.flaws) == ((), ())
    kept.write("incident:c")
    assert kept.verify().is_whole
    assert kept.verify().newer == 1


A2 = "WHERE chain = 'incident:a' AND seq = 2"


@pytest.mark.parametrize(
    "change",
    [
        f"UPDATE entry SET actor = 'x' {A2}",
        f"UPDATE entry SET what = 'closed' {A2}",
        f"UPDATE entry SET facts = '{{}}' {A2}",
        f"UPDATE entry SET at = '2020-01-01 00:00:00.000000' {A2}",
        f"UPDATE entry SET digest = previous {A2}",
        f"UPDATE entry SET previous = digest {A2}",
    ],
)
def test_an_edit_is_found_where_it_was_made(kept: Kept, change: str) -> None:
    assert ("incident:a", 2, "changed") in what(kept.attack(change))


def test_an_entry_taken_out_is_found(kept: Kept) -> None:
    assert what(kept.attack(f"DELETE FROM entry {A2}")) == {("incident:a", 2, "missing")}


def test_the_first_entries_taken_out_are_found(kept: Kept) -> None:
    found = kept.attack("DELETE FROM entry WHERE chain = 'incident:a' AND seq < 3")
    assert [(one.seq, one.until) for one in found.breaks] == [(1, 2)]


def test_an_entry_moved_to_another_chain_is_found(kept: Kept) -> None:
    move = "UPDATE entry SET chain = 'incident:z' WHERE chain = 'incident:a' AND seq = 4"
    assert what(kept.attack(move)) == {
        ("incident:a", 4, "cut"),
        ("incident:z", 1, "missing"),
        ("incident:z", 4, "changed"),
    }


def test_entries_that_changed_places_are_found(kept: Kept) -> None:
    found = kept.attack(
        f"UPDATE entry SET seq = 99 {A2}",
        "UPDATE entry SET seq = 2 WHERE chain = 'incident:a' AND seq = 3",
        "UPDATE entry SET seq = 3 WHERE chain = 'incident:a' AND seq = 99",
    )
    assert {("incident:a", 2, "changed"), ("incident:a", 3, "changed")} <= what(found)


def test_entries_that_people_would_read_in_another_order_are_found(kept: Kept) -> None:
    """The timeline goes by ids, which no digest covers."""
    ids = f"(SELECT id FROM entry {A2})"
    found = kept.attack(f"UPDATE entry SET id = id + 1000 WHERE id = {ids}")
    assert what(found) == {("incident:a", 3, "out-of-order")}


def test_a_cut_tail_is_found(kept: Kept) -> None:
    found = kept.attack("DELETE FROM entry WHERE chain = 'incident:a' AND seq > 2")
    (one,) = found.breaks
    assert (one.chain, one.seq, one.until, one.what) == ("incident:a", 3, 4, Broken.CUT)
    assert one.anchor is not None
    assert one.anchor.number == 4


def test_a_cut_tail_is_found_after_the_chain_has_grown_again(kept: Kept) -> None:
    kept.attack("DELETE FROM entry WHERE chain = 'incident:a' AND seq > 2")
    kept.write("incident:a", "incident:a", "incident:a")
    kept.anchor()
    assert {("incident:a", 3, "not-as-anchored"), ("incident:a", 4, "not-as-anchored")} <= what(
        kept.verify()
    )


def test_a_chain_taken_away_whole_is_found(kept: Kept) -> None:
    found = kept.attack("DELETE FROM entry WHERE chain = 'incident:a'")
    (one,) = found.breaks
    assert (one.what, one.until) == (Broken.GONE, 4)


def test_everything_taken_away_is_found(kept: Kept) -> None:
    assert [one.what for one in kept.attack("DELETE FROM entry").breaks] == [Broken.GONE] * 2


def test_a_chain_written_anew_with_right_digests_is_found(kept: Kept) -> None:
    with kept.store.engine.begin() as connection:
        forge(connection, "incident:a", 2)
    found = kept.verify()
    assert what(found) == {("incident:a", seq, "not-as-anchored") for seq in (2, 3, 4)}
    kept.write("incident:a")
    kept.anchor()
    assert what(kept.verify()) == what(found)  # later anchors vouch for nothing earlier


def test_an_entry_put_in_at_the_end_with_a_date_of_long_ago_is_told_of(kept: Kept) -> None:
    with kept.store.engine.begin() as connection:
        rows = read(connection, "incident:a")
        rows.append(rows[-1] | {"seq": 5, "at": LONG_AGO, "id": 9999})
        rewrite(connection, "incident:a", rows)
    assert what(kept.verify()) == {("incident:a", 5, "put-in-later")}
    assert kept.verify().is_whole  # a clock that was wrong looks the same


@pytest.mark.parametrize(
    "change",
    [
        f"UPDATE entry SET facts = 'no json' {A2}",
        f"UPDATE entry SET at = 'no time' {A2}",
        f"UPDATE entry SET seq = 'no number' {A2}",
        f"UPDATE entry SET actor = x'ff00' {A2}",
    ],
)
def test_what_cannot_even_be_read_is_a_finding(tmp_path: Path, change: str) -> None:
    """SQLite keeps anything in any column."""
    store = Store(f"sqlite:///{tmp_path / 'amends.db'}")
    store.migrate()
    with store.write("entries") as tx:
        for _ in range(3):
            tx.record("incident:a", "amends", "advised")
    with store.engine.begin() as connection:
        take_the_guards_away(connection)
        connection.exec_driver_sql(change)
    assert any(one.what == Broken.CHANGED for one in verify_record(store).breaks)
    store.close()


def test_a_million_entries_are_not_held_at_once(kept: Kept) -> None:
    """Entries are read a few at a time: what is read is let go of before the next is."""
    import gc

    with kept.store.write("many") as tx:
        for _ in range(5000):
            tx.record("incident:long", "amends", "advised")
    most = 0

    def watch(entry: Written) -> None:
        nonlocal most
        if entry.seq % 1000 == 0:
            most = max(most, sum(isinstance(one, Written) for one in gc.get_objects()))

    from models import chains

    original = chains.is_as_written
    try:
        chains.is_as_written = lambda e: (watch(e), original(e))[1]  # type: ignore[func-returns-value]
        assert verify_record(kept.store).entries == 5008
    finally:
        chains.is_as_written = original
    assert 0 < most < 50


def read(connection: Connection, chain: str) -> list[dict[str, object]]:
    """The entries of the chain."""
    rows = connection.execute(
        text("SELECT * FROM entry WHERE chain = :c ORDER BY seq"), {"c": chain}
    ).mappings()
    return [dict(row) for row in rows]


def rewrite(connection: Connection, chain: str, rows: list[dict[str, object]]) -> None:
    """The chain is these entries now, with right numbers and digests."""
    connection.execute(text("DELETE FROM entry WHERE chain = :c"), {"c": chain})
    previous = GENESIS
    for seq, row in enumerate(rows, start=1):
        at, facts = row["at"], row["facts"]
        when = datetime.fromisoformat(at) if isinstance(at, str) else at
        assert isinstance(when, datetime)
        when = when if when.tzinfo else when.replace(tzinfo=UTC)
        known = json.loads(facts) if isinstance(facts, str) else facts
        mine = row | {"seq": seq, "previous": previous, "facts": json.dumps(known)}
        previous = digest_of(previous, chain, seq, when, str(row["actor"]), str(row["what"]), known)
        stored = when.strftime("%Y-%m-%d %H:%M:%S.%f") if isinstance(at, str) else when
        names = ", ".join(row)
        connection.execute(
            text(f"INSERT INTO entry ({names}) VALUES ({', '.join(':' + n for n in row)})"),
            mine | {"digest": previous, "at": stored},
        )


def forge(connection: Connection, chain: str, seq: int) -> None:
    """Entry ``seq`` says something else, and all after it follows from that."""
    rows = read(connection, chain)
    rows[seq - 1]["actor"] = "nobody@dept.example"
    rewrite(connection, chain, rows)


# The same in memory, over chains and attacks that nobody thought of.


def chain_of(name: str, length: int) -> list[Written]:
    """A chain as it is written: a minute between its entries."""
    made: list[Written] = []
    for seq in range(1, length + 1):
        at, facts = LONG_AGO + seq * timedelta(minutes=1), {"post": f"p{seq}"}
        previous = made[-1].digest if made else GENESIS
        digest = digest_of(previous, name, seq, at, "amends", "advised", facts)
        made.append(Written(seq * 10, name, seq, at, "amends", "advised", facts, previous, digest))
    return made


def anchored(chain: list[Written], heads: set[int]) -> list[Point]:
    """Anchors made right after each of these entries."""
    points: list[Point] = []
    for number, seq in enumerate(sorted(heads), start=1):
        entry = chain[seq - 1]
        assert entry.at is not None
        lacked = points[-1].at if points else None
        points.append(Point(seq, entry.digest, "b", number, entry.at, lacked))
    return points


def recomputed(chain: list[Written]) -> list[Written]:
    """The same words in this order, as whoever knows how the digests are made would store them."""
    made: list[Written] = []
    for seq, one in enumerate(chain, start=1):
        previous = made[-1].digest if made else GENESIS
        assert one.at is not None
        digest = digest_of(previous, one.chain, seq, one.at, one.actor, one.what, one.facts)
        made.append(
            Written(seq * 10, one.chain, seq, one.at, one.actor, one.what, one.facts, previous,
                    digest)
        )  # fmt: skip
    return made


def edited(chain: list[Written], place: int) -> list[Written]:
    """One entry names somebody else."""
    from dataclasses import replace

    return [replace(e, actor="x") if i == place else e for i, e in enumerate(chain)]


def without(chain: list[Written], place: int) -> list[Written]:
    """One entry is taken out."""
    return chain[:place] + chain[place + 1 :]


def with_more(chain: list[Written], place: int) -> list[Written]:
    """One entry is put in."""
    from dataclasses import replace

    return [*chain[:place], replace(chain[place], what="closed"), *chain[place:]]


def swapped(chain: list[Written], place: int) -> list[Written]:
    """Two neighbours change places."""
    other = (place + 1) % len(chain)
    made = list(chain)
    made[place], made[other] = made[other], made[place]
    return made


def cut(chain: list[Written], place: int) -> list[Written]:
    """What follows is cut off."""
    return chain[:place]


Attack = Callable[[list[Written], int], list[Written]]
ATTACKS: list[Attack] = [edited, without, with_more, swapped, cut]


@given(
    length=st.integers(2, 12),
    heads=st.sets(st.integers(1, 12)),
    place=st.integers(0, 11),
    attack=st.sampled_from(ATTACKS),
    recompute=st.booleans(),
)
@settings(max_examples=300, deadline=None)
def test_any_attack_on_what_is_anchored_is_found(
    length: int, heads: set[int], place: int, attack: Attack, recompute: bool
) -> None:
    chain = chain_of("incident:a", length)
    points = anchored(chain, {one for one in heads if one <= length} | {length})
    assert list(breaks_in("incident:a", chain, points)) == []
    attacked = attack(chain, place % length)
    attacked = recomputed(attacked) if recompute else attacked
    assert list(breaks_in("incident:a", attacked, points))


@given(length=st.integers(2, 12), place=st.integers(0, 11), attack=st.sampled_from(ATTACKS))
@settings(max_examples=200, deadline=None)
def test_without_anchors_a_chain_still_shows_all_but_a_cut(
    length: int, place: int, attack: Attack
) -> None:
    chain = chain_of("incident:a", length)
    found = list(breaks_in("incident:a", attack(chain, place % length)))
    is_a_cut = attack is cut or (attack is without and place % length == length - 1)
    assert bool(found) != is_a_cut


@given(lengths=st.lists(st.integers(1, 6), min_size=1, max_size=4))
@settings(max_examples=50, deadline=None)
def test_what_nobody_touched_has_nothing_to_be_found(lengths: list[int]) -> None:
    for number, length in enumerate(lengths):
        chain = chain_of(f"incident:{number}", length)
        ends = {"b": LONG_AGO + timedelta(minutes=length)}
        assert list(breaks_in("x", chain, anchored(chain, {1, length}), ends)) == []


def test_a_break_names_the_first_entry_concerned() -> None:
    chain = chain_of("incident:a", 9)
    del chain[3:6]
    assert list(breaks_in("incident:a", chain)) == [Break("incident:a", 4, Broken.MISSING, until=6)]


def test_no_key_of_the_attackers_helps(kept: Kept) -> None:
    """A chain and its anchors are both made anew, with another key."""
    key = public_key(kept.settings.keys / "anchor.pub")
    with kept.store.engine.begin() as connection:
        forge(connection, "incident:a", 2)
    for path in kept.settings.anchors.glob("*.jsonl"):
        path.unlink()
    for name in ("anchor.key", "anchor.pub"):
        (kept.settings.keys / name).unlink()
    kept.anchor()
    assert kept.verify().breaks == ()  # whoever asks the attacker's key hears what it says
    found = verify_record(kept.store, [kept.settings.anchors], [key])
    assert not found.is_whole
    assert key != Ed25519PrivateKey.generate().public_key()
