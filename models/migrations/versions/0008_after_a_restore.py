"""After a restore nothing is sent until what is not final was read back and a person lifts it."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reconciliation",
        sa.Column("id", sa.String(32), primary_key=True, nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("because", sa.String(40), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("known_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archive", sa.String(64), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by", sa.String(254), nullable=True),
        sa.Column("reason", sa.String(1000), nullable=True),
        sa.Column("unread", sa.Integer(), nullable=False),
    )
    op.create_index(
        "uq_reconciliation_open",
        "reconciliation",
        ["open"],
        unique=True,
        sqlite_where=sa.text("open = 1"),
        postgresql_where=sa.text("open"),
    )
    op.create_table(
        "reading",
        sa.Column("id", sa.String(32), primary_key=True, nullable=False),
        sa.Column(
            "reconciliation_id", sa.String(32), sa.ForeignKey("reconciliation.id"), nullable=False
        ),
        sa.Column("subject", sa.String(32), nullable=False),
        sa.Column("found", sa.String(40), nullable=False),
        sa.Column("url", sa.String(2000), nullable=True),
        sa.Column("looks", sa.Integer(), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("reconciliation_id", "subject"),
    )
    op.create_index("ix_reading_reconciliation_id", "reading", ["reconciliation_id"])


def downgrade() -> None:
    """What was read back, and who lifted reconcile mode, is dropped. Refuses while it is open: an
    older version would send at once."""
    waiting = sa.text("SELECT 1 FROM reconciliation WHERE open")
    if op.get_bind().execute(waiting).first() is not None:
        raise RuntimeError("reconcile mode is open: lift it first")
    op.drop_index("ix_reading_reconciliation_id", "reading")
    op.drop_table("reading")
    op.drop_index("uq_reconciliation_open", "reconciliation")
    op.drop_table("reconciliation")
