"""What an engine found of each connection, and which accounts two people have made live."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account_check",
        sa.Column("account_id", sa.String(32), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_by", sa.String(254), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("able", sa.JSON(), nullable=False),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.Column("code", sa.String(60), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_account_check_account_id_account")
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_account_check")),
    )
    op.create_index(op.f("ix_account_check_due_at"), "account_check", ["due_at"])
    op.create_table(
        "going_live",
        sa.Column("account_id", sa.String(32), nullable=False),
        sa.Column("connection", sa.String(64), nullable=False),
        sa.Column("asked_by", sa.String(254), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by", sa.String(254), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_going_live_account_id_account")
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_going_live")),
    )


def downgrade() -> None:
    op.drop_table("going_live")
    op.drop_table("account_check")
