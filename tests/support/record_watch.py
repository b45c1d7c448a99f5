"""A watch on the database: which rows changed their state, and what the record says of it.

Triggers log every change, whoever makes it and however, with its transaction. Each change must be
told by exactly one entry of the same transaction that names the row: its words are listed here, so
that a new state, or a new way into an old one, fails until somebody says what tells of it.
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, event, text

from models.store import Store

STATES = ("effect", "post", "statement", "notice", "incident", "referral")

LOG = "CREATE TABLE watched (id {key}, tx BIGINT, what TEXT, row_id TEXT, was TEXT, now TEXT)"
SQLITE_CHANGE = """
CREATE TRIGGER watch_{table}_{verb} AFTER {when} ON {table} {given}
BEGIN INSERT INTO watched (what, row_id, was, now) VALUES ('{table}', NEW.id, {was}, {now}); END
"""
POSTGRESQL_CHANGE = """
CREATE FUNCTION watch_{table}_{verb}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO watched (tx, what, row_id, was, now)
    VALUES (txid_current(), '{table}', NEW.id, {was}, {now});
    RETURN NULL;
END $$;
CREATE TRIGGER watch_{table}_{verb} AFTER {when} ON {table} FOR EACH ROW {given}
EXECUTE FUNCTION watch_{table}_{verb}()
"""

TELLS: dict[tuple[str, str], set[str]] = {
    # The effect's own words follow its kind; what it moved besides is told by the same entry.
    ("effect", "authorised"): {"*-authorised"},
    ("effect", "inflight"): {"*-sent"},
    ("effect", "confirmed"): {"*-confirmed", "*-settled"},
    ("effect", "rejected"): {"*-refused"},
    ("effect", "retry"): {"*-retry", "*-settled"},
    ("effect", "unknown"): {"*-unknown"},
    ("effect", "needs_human"): {"*-settled"},
    ("effect", "abandoned"): {"*-abandoned"},
    ("effect", "withdrawn"): {"*-withdrawn"},
    ("post", "live"): {
        "report-accepted", "posts-added", "delete-withdrawn", "delete-refused", "plan-made",
        "is-ours",
    },
    ("post", "asked"): {"delete-asked"},
    ("post", "deleting"): {
        "delete-authorised", "delete-confirmed", "delete-settled", "delete-retry",
        "looked-present", "was-gone",
    },
    ("post", "gone"): {"seen-gone"},
    ("post", "attested"): {"word-stands"},
    ("post", "by_hand"): {
        "report-accepted", "posts-added", "delete-refused", "still-present", "plan-made",
        "confirmed",
    },
    ("post", "live -> by_hand"): {"by-hand-asked"},
    ("post", "asked -> by_hand"): {"by-hand-asked"},
    ("post", "unknown"): {"delete-unknown", "attested", "looked-in-vain"},
    ("post", "needs_human"): {
        "delete-settled", "still-present", "gone-unverified", "came-back", "will-not-delete",
    },
    ("post", "kept"): {"kept", "put-right"},
    ("statement", "drafted"): {
        "words-drafted", "words-written", "said-elsewhere", "holding-line-opened",
    },
    ("statement", "waiting"): {"words-drafted", "words-written", "clearance-expired"},
    ("statement", "cleared"): {
        "cleared", "words-drafted", "publish-retry", "publish-settled", "words-again",
    },
    ("statement", "published"): {
        "publish-confirmed", "publish-settled", "published-by-hand", "published-on-a-word",
    },
    ("statement", "unknown"): {"publish-unknown"},
    ("statement", "needs_human"): {"publish-settled", "publish-refused"},
    ("statement", "withdrawn"): {
        "clearance-refused", "clearance-voided", "publish-withdrawn", "publish-refused", "waived",
        "plan-made", "words-too-long", "note-not-needed", "said-elsewhere", "holding-line-moot",
    },
    ("notice", "queued"): {
        "notice-queued", "notice-retry", "notice-settled", "notice-authorised",
    },
    ("notice", "sent"): {"notice-confirmed", "notice-settled", "told-otherwise"},
    ("notice", "unknown"): {"notice-unknown"},
    ("notice", "failed"): {"notice-refused", "notice-withdrawn"},
    ("notice", "acknowledged"): {"notice-acknowledged"},
    ("incident", "accepted"): {"report-accepted", "stands"},
    ("incident", "working"): {"stands"},
    ("incident", "waiting"): {"stands"},
    ("incident", "closed"): {"closed"},
    ("referral", "considering"): {"referral-considered"},
    ("referral", "handed-over"): {"handed-over"},
    ("referral", "referred"): {"referral-decided"},
    ("referral", "not-referred"): {"referral-decided"},
}  # fmt: skip
OF_HR = {("effect", "needs_human"): {"*-needs-human"}, ("notice", "queued"): {"notice-authorised"}}
"""What happens in a case is told in its own chain, and in other words where nobody is asked."""
OF_A_NEW_NOTICE = {"notice-queued"}
"""It is authorised in the same transaction, as an effect's move."""


@dataclass(frozen=True)
class Change:
    """One change of one row's state; ``was`` is empty for a new row."""

    table: str
    row: str
    was: str
    now: str


@dataclass(frozen=True)
class Told:
    """One entry: its word, its chain, and the ids that it names."""

    what: str
    chain: str
    names: frozenset[str]
    through_effect: str | None
    """What the effect that it names is about."""

    def tells(self, change: Change) -> bool:
        """Whether it says this of that row."""
        words = TELLS.get((change.table, change.now), set())
        words = TELLS.get((change.table, f"{change.was} -> {change.now}"), words)
        if self.chain.startswith("case:"):
            words = OF_HR.get((change.table, change.now), words)
        elif change.table == "notice" and not change.was:
            words = OF_A_NEW_NOTICE
        mine = {self.what, f"*-{self.what.partition('-')[2]}"}
        return bool(mine & words) and change.row in self._about

    @property
    def _about(self) -> set[str | None]:
        return {*self.names, self.through_effect, self.chain.partition(":")[2]}


class Watch:
    """What happened in one database, transaction by transaction."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._off = False
        with store.engine.begin() as connection:
            _install(connection)
        if store.engine.dialect.name == "sqlite":
            event.listen(store.engine, "commit", self._mark)

    def stop(self) -> None:
        """Another process writes to this SQLite file: whose transaction is whose is not known."""
        self._off = self.store.engine.dialect.name == "sqlite"

    @staticmethod
    def _mark(connection: Connection) -> None:
        """SQLite has one writer: what is not marked yet is of the transaction now committed."""
        connection.exec_driver_sql(
            "UPDATE watched SET tx = (SELECT coalesce(max(tx), 0) + 1 FROM watched)"
            " WHERE tx IS NULL"
        )

    def transactions(self) -> Iterator[tuple[list[Change], list[Told]]]:
        """The changes and the entries of each."""
        with self.store.engine.connect() as connection:
            log = connection.execute(
                text("SELECT tx, what, row_id, was, now FROM watched ORDER BY tx, id")
            ).all()
            targets = dict(tuple(row) for row in connection.execute(_TARGETS))
            entries = {
                str(id_): _told(what, chain, facts, targets)
                for id_, what, chain, facts in connection.execute(
                    text("SELECT id, what, chain, CAST(facts AS TEXT) FROM entry")
                )
            }
        found: dict[int, tuple[list[Change], list[Told]]] = {}
        for tx, what, row, was, now in log:
            changes, told = found.setdefault(tx, ([], []))
            if what == "entry":
                told.append(entries[row])
            else:
                changes.append(Change(what, row, was or "", now))
        yield from found.values()

    def untold(self) -> list[str]:
        """Every change of a state that not exactly one entry tells of."""
        if self._off:
            return []
        return [line for changes, told in self.transactions() for line in _untold(changes, told)]

    def moves(self) -> set[tuple[str, str]]:
        """The moves that effects made."""
        return {
            (one.was, one.now)
            for changes, _ in self.transactions()
            for one in changes
            if one.table == "effect"
        }


def _untold(changes: list[Change], told: list[Told]) -> Iterator[str]:
    for change, times in Counter(changes).items():
        tell = [one for one in told if one.tells(change)]
        # What a person decided about the row itself comes before what that did to an effect.
        direct = [one for one in tell if change.row in one.names]
        telling = [one.what for one in direct or tell]
        if len(telling) != times:
            yield (
                f"{change.table} {change.was} -> {change.now}: {times} told by {telling}"
                f" of {[one.what for one in told]}"
            )


def _told(what: str, chain: str, facts: str, targets: dict[str, str]) -> Told:
    """The entry with every id that its facts hold."""
    known = json.loads(facts)
    several = [one for value in known.values() if isinstance(value, list) for one in value]
    names = frozenset(str(one) for one in [*known.values(), *several])
    return Told(what, chain, names, targets.get(known.get("effect")))


_TARGETS = text("SELECT id, target FROM effect")


def _install(connection: Connection) -> None:
    sqlite = connection.dialect.name == "sqlite"
    key = "INTEGER PRIMARY KEY" if sqlite else "BIGINT GENERATED ALWAYS AS IDENTITY"
    connection.exec_driver_sql(LOG.format(key=key))
    trigger = SQLITE_CHANGE if sqlite else POSTGRESQL_CHANGE
    made = {"verb": "made", "when": "INSERT", "given": "", "was": "NULL"}
    moved = {
        "verb": "moved", "when": "UPDATE OF state", "was": "OLD.state", "now": "NEW.state",
        "given": "WHEN (OLD.state <> NEW.state)",
    }  # fmt: skip
    for table in STATES:
        connection.exec_driver_sql(trigger.format(table=table, now="NEW.state", **made))
        connection.exec_driver_sql(trigger.format(table=table, **moved))
    connection.exec_driver_sql(trigger.format(table="entry", now="NULL", **made))
