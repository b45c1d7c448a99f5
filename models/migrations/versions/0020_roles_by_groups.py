"""Roles that the groups of the department's own sign-in service give, for a while."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("group_roles", sa.JSON(), nullable=False, server_default="[]")
        )
        batch_op.add_column(
            sa.Column("group_roles_until", sa.DateTime(timezone=True), nullable=True)
        )


def downgrade() -> None:
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_column("group_roles_until")
        batch_op.drop_column("group_roles")
