"""The record only grows: the database itself refuses to change or remove an entry.

Retention will need a sanctioned way out. It is a migration's work and no setting's: as the owner
of the table, in one transaction, drop these triggers, remove whole chains whose time is up, write
one entry for each into a chain that is kept (its name, its last number and its last digest), and
make the triggers again. The next signed anchor then names those chains as purged, so that whoever
checks the record can tell a chain that was purged from one that was taken away.
"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

SQLITE = {
    "entry_is_never_changed": "BEFORE UPDATE ON entry",
    "entry_is_never_removed": "BEFORE DELETE ON entry",
    # INSERT OR REPLACE removes the row in its way without asking the trigger above.
    "entry_is_never_replaced": (
        "BEFORE INSERT ON entry WHEN EXISTS (SELECT 1 FROM entry"
        " WHERE id = NEW.id OR (chain = NEW.chain AND seq = NEW.seq))"
    ),
}
POSTGRESQL = {
    "entry_is_never_changed": "BEFORE UPDATE ON entry",
    "entry_is_never_removed": "BEFORE DELETE ON entry",
    "entry_is_never_emptied": "BEFORE TRUNCATE ON entry",
}
REFUSE = """
CREATE FUNCTION entry_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'entry only grows' USING ERRCODE = 'insufficient_privilege';
END
$$
"""


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def upgrade() -> None:
    if _is_sqlite():
        for name, when in SQLITE.items():
            op.execute(
                f"CREATE TRIGGER {name} {when} BEGIN SELECT RAISE(ABORT, 'entry only grows'); END"
            )
        return
    op.execute(REFUSE)
    for name, when in POSTGRESQL.items():
        op.execute(
            f"CREATE TRIGGER {name} {when} FOR EACH STATEMENT EXECUTE FUNCTION entry_only_grows()"
        )
        # Also for a session that calls itself a replica, which skips the triggers of every day.
        op.execute(f"ALTER TABLE entry ENABLE ALWAYS TRIGGER {name}")


def downgrade() -> None:
    if _is_sqlite():
        for name in SQLITE:
            op.execute(f"DROP TRIGGER {name}")
        return
    for name in POSTGRESQL:
        op.execute(f"DROP TRIGGER {name} ON entry")
    op.execute("DROP FUNCTION entry_only_grows()")
