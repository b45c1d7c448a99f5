"""What each look saw, for the person who says what is true."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "look",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("incident_id", sa.String(), nullable=False),
        sa.Column("target", sa.String(32), nullable=False),
        sa.Column("saw", sa.String(40), nullable=False),
        sa.Column("code", sa.String(60), nullable=True),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_look_incident_id_incident")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_look")),
    )
    op.create_index(op.f("ix_look_incident_id"), "look", ["incident_id"])
    op.create_index(op.f("ix_look_target"), "look", ["target"])


def downgrade() -> None:
    op.drop_index(op.f("ix_look_target"), table_name="look")
    op.drop_index(op.f("ix_look_incident_id"), table_name="look")
    op.drop_table("look")
