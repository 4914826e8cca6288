"""Jobs are claimed in the order of their index."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("jobs") as batch:
        batch.drop_index("ix_jobs_ready")
        batch.create_index("ix_jobs_ready", ["kind", "state", "priority", "id"])


def downgrade() -> None:
    with op.batch_alter_table("jobs") as batch:
        batch.drop_index("ix_jobs_ready")
        batch.create_index("ix_jobs_ready", ["kind", "state", "priority", "run_at"])
