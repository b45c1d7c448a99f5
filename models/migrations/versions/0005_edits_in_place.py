"""Words may go in the place of a post."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

BEFORE = ["incident_id", "account_id", "kind", "generation"]
OLD = "uq_statement_incident_id_account_id_kind_generation"
NEW = "uq_statement_incident_id_account_id_kind_generation_edits"


def upgrade() -> None:
    with op.batch_alter_table("statement", schema=None) as batch_op:
        batch_op.add_column(sa.Column("edits", sa.String(32), nullable=False, server_default=""))
        batch_op.drop_constraint(OLD, type_="unique")
        batch_op.create_unique_constraint(NEW, [*BEFORE, "edits"])


def downgrade() -> None:
    edits = "(SELECT id FROM statement WHERE edits <> '')"
    op.execute(f"DELETE FROM clearance WHERE statement_id IN {edits}")
    op.execute(f"DELETE FROM wording WHERE statement_id IN {edits}")
    op.execute("DELETE FROM statement WHERE edits <> ''")
    with op.batch_alter_table("statement", schema=None) as batch_op:
        batch_op.drop_constraint(NEW, type_="unique")
        batch_op.create_unique_constraint(OLD, BEFORE)
        batch_op.drop_column("edits")
