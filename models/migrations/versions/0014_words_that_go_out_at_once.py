"""A yes runs out, words go out ahead of those that are due, and requests for information are kept.

A request that was noted is never removed: to destroy what was asked for is an offence (Freedom of
Information Act 2000, section 77), and what must not be destroyed is known by it. When its time is
up retention takes it out as it does the record: see the migration that lets the record only grow.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

OLD = "uq_clearance_statement_id_digest_person_id"
NEW = "uq_clearance_once"
ONCE = ["statement_id", "digest", "person_id"]

KEPT = "information_request_is_never_removed"
REFUSE = """
CREATE FUNCTION information_request_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a request for information is kept' USING ERRCODE = 'insufficient_privilege';
END
$$
"""


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def upgrade() -> None:
    with op.batch_alter_table("clearance", schema=None) as batch_op:
        batch_op.add_column(sa.Column("expired_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.drop_constraint(OLD, type_="unique")
    still = sa.text("expired_at IS NULL")
    op.create_index(NEW, "clearance", ONCE, unique=True, sqlite_where=still, postgresql_where=still)
    with op.batch_alter_table("statement", schema=None) as batch_op:
        batch_op.add_column(sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "information_request",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("incident_id", sa.String(), nullable=False),
        sa.Column("received_on", sa.String(10), nullable=False),
        sa.Column("due_on", sa.String(10), nullable=False),
        sa.Column("noted_by", sa.String(254), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("remind_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminders", sa.Integer(), nullable=False),
        sa.Column("answered_by", sa.String(254), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"],
            name=op.f("fk_information_request_incident_id_incident"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_information_request")),
    )  # fmt: skip
    for column in ("incident_id", "remind_at"):
        op.create_index(op.f(f"ix_information_request_{column}"), "information_request", [column])
    _keep()


def _keep() -> None:
    if _is_sqlite():
        op.execute(
            f"CREATE TRIGGER {KEPT} BEFORE DELETE ON information_request"
            " BEGIN SELECT RAISE(ABORT, 'a request for information is kept'); END"
        )
        return
    op.execute(REFUSE)
    op.execute(
        f"CREATE TRIGGER {KEPT} BEFORE DELETE ON information_request"
        " FOR EACH STATEMENT EXECUTE FUNCTION information_request_is_kept()"
    )


def downgrade() -> None:
    if _is_sqlite():
        op.execute(f"DROP TRIGGER {KEPT}")
    else:
        op.execute(f"DROP TRIGGER {KEPT} ON information_request")
        op.execute("DROP FUNCTION information_request_is_kept()")
    op.drop_table("information_request")
    ahead = "(SELECT id FROM statement WHERE expires_at IS NOT NULL)"
    op.execute(f"DELETE FROM clearance WHERE expired_at IS NOT NULL OR statement_id IN {ahead}")
    op.execute(f"DELETE FROM wording WHERE statement_id IN {ahead}")
    op.execute("DELETE FROM statement WHERE expires_at IS NOT NULL")
    with op.batch_alter_table("statement", schema=None) as batch_op:
        batch_op.drop_column("expires_at")
    op.drop_index(NEW, "clearance")
    with op.batch_alter_table("clearance", schema=None) as batch_op:
        batch_op.drop_column("expired_at")
        batch_op.create_unique_constraint(OLD, ONCE)
