"""Cases have tables of their own, and on PostgreSQL a wall around their rows.

A row is there only for a transaction that has said the word of its door, or of the rounds; rows
hold no more than the SHA-256 of either. The wall does not hold the owner of the tables: web and
engine run as another role where it is to stand (docs/how-to/deploy.md).
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

WALL = """
CREATE POLICY behind_its_door ON {table} USING ({said}) WITH CHECK ({said})
"""
SAID = " OR ".join(
    f"{column} = encode(sha256(convert_to(coalesce(nullif(current_setting('{setting}', true), ''),"
    " '-'), 'UTF8')), 'hex')"
    for column, setting in (("door", "amends.case_door"), ('"round"', "amends.case_round"))
)


def upgrade() -> None:
    op.create_table(
        "sealed_case",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("mark", sa.String(64), nullable=False),
        sa.Column("door", sa.String(64), nullable=False),
        sa.Column("round", sa.String(64), nullable=False),
        sa.Column("master", sa.String(16), nullable=False),
        sa.Column("key_wrapped", sa.LargeBinary(), nullable=True),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("destroyed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sealed_case")),
        sa.UniqueConstraint("mark", name=op.f("uq_sealed_case_mark")),
    )
    op.create_index(op.f("ix_sealed_case_due_at"), "sealed_case", ["due_at"])
    op.create_table(
        "case_letter",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("door", sa.String(64), nullable=False),
        sa.Column("round", sa.String(64), nullable=False),
        sa.Column("once", sa.String(64), nullable=False),
        sa.Column("payload_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["sealed_case.id"], name=op.f("fk_case_letter_case_id_sealed_case")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_letter")),
        sa.UniqueConstraint("once", name=op.f("uq_case_letter_once")),
    )
    op.create_index(op.f("ix_case_letter_case_id"), "case_letter", ["case_id"])
    op.create_index(op.f("ix_case_letter_due_at"), "case_letter", ["due_at"])
    if op.get_bind().dialect.name == "postgresql":
        for table in ("sealed_case", "case_letter"):
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            op.execute(WALL.format(table=table, said=SAID))


def downgrade() -> None:
    op.drop_table("case_letter")
    op.drop_table("sealed_case")
