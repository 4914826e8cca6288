"""Indexes for what rules do: whose turn it is in a team, and who had an acknowledgement lately."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

ACKNOWLEDGED = sa.text("purpose = 'acknowledgement'")


def upgrade() -> None:
    op.create_index("ix_assignments_turns", "assignments", ["team_id", "user_id", "at"])
    op.create_index(
        "ix_deliveries_acknowledged", "deliveries", ["recipient", "created_at"],
        sqlite_where=ACKNOWLEDGED, postgresql_where=ACKNOWLEDGED,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_deliveries_acknowledged", "deliveries")
    op.drop_index("ix_assignments_turns", "assignments")
