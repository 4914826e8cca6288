"""When a blob was last kept, so that what nobody names can be swept after a while."""

import sqlalchemy as sa
from alembic import op

from inbox.models.base import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("blobs") as batch:
        batch.add_column(sa.Column("kept_at", UtcDateTime(), nullable=False, server_default=sa.func.now()))
    with op.batch_alter_table("blobs") as batch:
        batch.alter_column("kept_at", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("blobs") as batch:
        batch.drop_column("kept_at")
