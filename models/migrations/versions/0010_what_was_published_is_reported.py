"""A published statement may be reported, and a post that was deleted wrongly be put back."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

BEFORE = ["incident_id", "account_id", "kind", "generation", "edits"]
OLD = "uq_statement_incident_id_account_id_kind_generation_edits"
NEW = "uq_statement_once"


def upgrade() -> None:
    with op.batch_alter_table("incident", schema=None) as batch_op:
        batch_op.add_column(sa.Column("came_of", sa.String(12), nullable=True))
        batch_op.add_column(
            sa.Column("never_clear", sa.JSON(), nullable=False, server_default="[]")
        )
        batch_op.create_index("ix_incident_came_of", ["came_of"])
    with op.batch_alter_table("post", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("statement_id", sa.String(32), nullable=False, server_default="")
        )
    with op.batch_alter_table("statement", schema=None) as batch_op:
        batch_op.add_column(sa.Column("restores", sa.String(32), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("speaks_for", sa.String(32), nullable=True))
        batch_op.create_index("ix_statement_remote_id", ["remote_id"])
        batch_op.drop_constraint(OLD, type_="unique")
        batch_op.create_unique_constraint(NEW, [*BEFORE, "restores"])


def downgrade() -> None:
    restores = "(SELECT id FROM statement WHERE restores <> '')"
    sent = f"(SELECT id FROM effect WHERE kind = 'publish' AND target IN {restores})"
    op.execute(f"DELETE FROM attempt WHERE effect_id IN {sent}")
    op.execute(f"DELETE FROM effect WHERE kind = 'publish' AND target IN {restores}")
    # Decisions of kinds that an older version has no words for: it could not read the incident.
    op.execute("DELETE FROM decision WHERE type IN ('undo', 'elsewhere', 'establish')")
    op.execute(f"DELETE FROM clearance WHERE statement_id IN {restores}")
    op.execute(f"DELETE FROM wording WHERE statement_id IN {restores}")
    op.execute("DELETE FROM statement WHERE restores <> ''")
    with op.batch_alter_table("statement", schema=None) as batch_op:
        batch_op.drop_constraint(NEW, type_="unique")
        batch_op.create_unique_constraint(OLD, BEFORE)
        batch_op.drop_index("ix_statement_remote_id")
        batch_op.drop_column("speaks_for")
        batch_op.drop_column("restores")
    with op.batch_alter_table("post", schema=None) as batch_op:
        batch_op.drop_column("statement_id")
    with op.batch_alter_table("incident", schema=None) as batch_op:
        batch_op.drop_index("ix_incident_came_of")
        batch_op.drop_column("never_clear")
        batch_op.drop_column("came_of")
