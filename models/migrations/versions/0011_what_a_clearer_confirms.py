"""What a clearer says that the words claim, and what they saw and went on with."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("clearance", schema=None) as batch_op:
        batch_op.add_column(sa.Column("claims", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("confirmed", sa.JSON(), nullable=False, server_default="[]"))


def downgrade() -> None:
    with op.batch_alter_table("clearance", schema=None) as batch_op:
        batch_op.drop_column("confirmed")
        batch_op.drop_column("claims")
