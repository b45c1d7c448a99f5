"""A link that is pasted is read before it is reported; who is not sure asks before posting."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "preview",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("remote_id", sa.String(500), nullable=False),
        sa.Column("url", sa.String(2000), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("manifest_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("version", sa.String(200), nullable=True),
        sa.Column("audience", sa.String(40), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_preview_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_preview_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_preview")),
    )
    op.create_index(op.f("ix_preview_person_id"), "preview", ["person_id"])
    op.create_index(op.f("ix_preview_asked_at"), "preview", ["asked_at"])
    op.create_index("ix_preview_state_due_at", "preview", ["state", "due_at"])
    op.create_index(
        "uq_preview_current",
        "preview",
        ["person_id", "account_id", "remote_id"],
        unique=True,
        sqlite_where=sa.text("state != 'ended'"),
        postgresql_where=sa.text("state != 'ended'"),
    )
    op.create_table(
        "advice_request",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("manager", sa.Boolean(), nullable=False),
        sa.Column("media_office", sa.Boolean(), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verdict", sa.String(40), nullable=True),
        sa.Column("answer_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("answered_by", sa.String(254), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_advice_request_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_advice_request")),
    )
    op.create_index(op.f("ix_advice_request_person_id"), "advice_request", ["person_id"])
    op.create_index(op.f("ix_advice_request_asked_at"), "advice_request", ["asked_at"])


def downgrade() -> None:
    # Mails of a sort that an older version does not know.
    op.execute("DELETE FROM sign_in WHERE sends IN ('advice-asked', 'advice-given')")
    op.drop_table("advice_request")
    op.drop_table("preview")
