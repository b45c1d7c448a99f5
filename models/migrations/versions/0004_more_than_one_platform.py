"""Ids are unique in a realm, a capture knows its version and may be outdated, a try its time."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

OPEN = {"sqlite_where": sa.text("open = 1"), "postgresql_where": sa.text("open")}
CURRENT = {
    "sqlite_where": sa.text("outdated_at IS NULL"),
    "postgresql_where": sa.text("outdated_at IS NULL"),
}

POST = sa.table(
    "post",
    sa.column("id", sa.String),
    sa.column("platform", sa.String),
    sa.column("handle", sa.String),
    sa.column("url", sa.String),
    sa.column("remote_id", sa.String),
    sa.column("realm", sa.String),
    sa.column("open", sa.Boolean),
)


def upgrade() -> None:
    with op.batch_alter_table("post", schema=None) as batch_op:
        batch_op.add_column(sa.Column("realm", sa.String(300), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("tries", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("try_at", sa.DateTime(timezone=True), nullable=True))
    _fill_realms()
    with op.batch_alter_table("post", schema=None) as batch_op:
        batch_op.drop_index("uq_post_open", **OPEN)
        batch_op.create_index(
            "uq_post_open", ["platform", "realm", "remote_id"], unique=True, **OPEN
        )
    with op.batch_alter_table("capture", schema=None) as batch_op:
        batch_op.add_column(sa.Column("version", sa.String(200), nullable=True))
        batch_op.add_column(sa.Column("audience", sa.String(40), nullable=True))
        batch_op.add_column(sa.Column("outdated_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.drop_constraint("uq_capture_post_id", type_="unique")
        batch_op.create_index("ix_capture_post_id", ["post_id"])
        batch_op.create_index("uq_capture_current", ["post_id"], unique=True, **CURRENT)


def _fill_realms() -> None:
    """As links are read from now on: else a post reported again would be another incident's."""
    connection = op.get_bind()
    named = sa.select(POST.c.id, POST.c.platform, POST.c.handle, POST.c.url)
    for row in connection.execute(named.where(POST.c.platform.in_(["bluesky", "mastodon"]))):
        handle = (row.handle or "").lower().lstrip("@")
        realm = handle if row.platform == "bluesky" else row.url.partition("/@")[0]
        mine = sa.update(POST).where(POST.c.id == row.id)
        connection.execute(mine.values(realm=realm[:300]))


def _let_go_of_namesakes() -> None:
    """Without realms one post of an id is open: the first."""
    firsts = sa.select(sa.func.min(POST.c.id)).where(POST.c.open)
    firsts = firsts.group_by(POST.c.platform, POST.c.remote_id)
    later = sa.update(POST).where(POST.c.open, POST.c.id.not_in(firsts))
    op.get_bind().execute(later.values(open=False))


def downgrade() -> None:
    _let_go_of_namesakes()
    op.execute("DELETE FROM capture WHERE outdated_at IS NOT NULL")
    with op.batch_alter_table("capture", schema=None) as batch_op:
        batch_op.drop_index("uq_capture_current", **CURRENT)
        batch_op.drop_index("ix_capture_post_id")
        batch_op.create_unique_constraint("uq_capture_post_id", ["post_id"])
        batch_op.drop_column("outdated_at")
        batch_op.drop_column("audience")
        batch_op.drop_column("version")
    with op.batch_alter_table("post", schema=None) as batch_op:
        batch_op.drop_index("uq_post_open", **OPEN)
        batch_op.create_index("uq_post_open", ["platform", "remote_id"], unique=True, **OPEN)
        batch_op.drop_column("try_at")
        batch_op.drop_column("tries")
        batch_op.drop_column("realm")
