"""Answers name their line and their one look, questions remind, words are published by hand."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.add_column(sa.Column("line", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("because", sa.String(40), nullable=True))
        batch_op.add_column(sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("remind_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(
            sa.Column("reminders", sa.Integer(), nullable=False, server_default="0")
        )
    with op.batch_alter_table("statement", schema=None) as batch_op:
        batch_op.add_column(sa.Column("published_by", sa.String(254), nullable=True))
        batch_op.add_column(sa.Column("attested_by", sa.String(254), nullable=True))
        batch_op.add_column(sa.Column("length", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("longest", sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("statement", schema=None) as batch_op:
        batch_op.drop_column("longest")
        batch_op.drop_column("length")
        batch_op.drop_column("attested_by")
        batch_op.drop_column("published_by")
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.drop_column("reminders")
        batch_op.drop_column("remind_at")
        batch_op.drop_column("looked_at")
        batch_op.drop_column("because")
        batch_op.drop_column("line")
