"""When people work, how a notice travels, and how far one that nobody acknowledged has gone."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

OLD = "uq_notice_incident_id_template_to_address_generation"
NEW = f"{OLD}_by"


def upgrade() -> None:
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("holidays", sa.String(20), nullable=True))
        batch_op.add_column(sa.Column("away", sa.JSON(), nullable=False, server_default="[]"))
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.add_column(sa.Column("by", sa.String(40), nullable=False, server_default="mail"))
        batch_op.add_column(sa.Column("follows", sa.String(32), nullable=True))
        batch_op.drop_constraint(OLD, type_="unique")
        batch_op.create_unique_constraint(
            NEW, ["incident_id", "template", "to_address", "generation", "by"]
        )
    op.create_table(
        "escalation",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("incident_id", sa.String(), nullable=False),
        sa.Column("notice_id", sa.String(), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reached", sa.Integer(), nullable=True),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_escalation_incident_id_incident")
        ),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notice.id"], name=op.f("fk_escalation_notice_id_notice")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escalation")),
        sa.UniqueConstraint("notice_id", name=op.f("uq_escalation_notice_id")),
    )
    op.create_index(op.f("ix_escalation_incident_id"), "escalation", ["incident_id"])
    op.create_index(op.f("ix_escalation_next_at"), "escalation", ["next_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_escalation_next_at"), table_name="escalation")
    op.drop_index(op.f("ix_escalation_incident_id"), table_name="escalation")
    op.drop_table("escalation")
    # Of an older version's rows each is one mail: a text beside it would be a second of the same.
    texts = "(SELECT id FROM notice WHERE \"by\" = 'text')"
    sent = f"(SELECT id FROM effect WHERE kind = 'notice' AND target IN {texts})"
    op.execute(f"DELETE FROM attempt WHERE effect_id IN {sent}")
    op.execute(f"DELETE FROM effect WHERE kind = 'notice' AND target IN {texts}")
    op.execute(f"DELETE FROM acknowledgement WHERE notice_id IN {texts}")
    op.execute("DELETE FROM notice WHERE \"by\" = 'text'")
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.drop_constraint(NEW, type_="unique")
        batch_op.create_unique_constraint(
            OLD, ["incident_id", "template", "to_address", "generation"]
        )
        batch_op.drop_column("follows")
        batch_op.drop_column("by")
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_column("away")
        batch_op.drop_column("holidays")
