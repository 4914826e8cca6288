"""The marks by which answers find their conversation; contact data from signatures; when a silence was told."""

import sqlalchemy as sa
from alembic import op

from inbox.models.base import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TEXTS = {"conversations": "token", "channels": "thread_mark", "contacts": "phone", "companies": "vat"}


def upgrade() -> None:
    # The defaults stay: to drop them, SQLite would have to copy the tables.
    for table, column in TEXTS.items():
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column(column, sa.String(), nullable=False, server_default=""))
    with op.batch_alter_table("conversations") as batch:
        batch.create_index("ix_conversations_token", ["token"])
    with op.batch_alter_table("channels") as batch:
        batch.add_column(sa.Column("silence_told_at", UtcDateTime(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("conversations") as batch:
        batch.drop_index("ix_conversations_token")
    with op.batch_alter_table("channels") as batch:
        batch.drop_column("silence_told_at")
    for table, column in TEXTS.items():
        with op.batch_alter_table(table) as batch:
            batch.drop_column(column)
