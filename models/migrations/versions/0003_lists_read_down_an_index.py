"""Lists of incidents read down one index for each relation."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

BEFORE = (
    ("ix_incident_state", "incident", ["state"]),
    ("ix_report_reporter_id", "report", ["reporter_id"]),
    ("ix_post_account_id", "post", ["account_id"]),
    ("ix_notice_to_address", "notice", ["to_address"]),
)
AFTER = (
    ("ix_incident_state_id", "incident", ["state", "id"]),
    ("ix_report_reporter_incident", "report", ["reporter_id", "incident_id"]),
    ("ix_post_account_incident", "post", ["account_id", "incident_id"]),
    ("ix_notice_address_incident", "notice", ["to_address", "incident_id"]),
)


def upgrade() -> None:
    for name, table, columns in AFTER:
        op.create_index(name, table, columns)
    for name, table, _ in BEFORE:
        op.drop_index(name, table)


def downgrade() -> None:
    for name, table, columns in BEFORE:
        op.create_index(name, table, columns)
    for name, table, _ in AFTER:
        op.drop_index(name, table)
