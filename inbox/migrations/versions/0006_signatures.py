"""Signatures of people and of mailboxes."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The defaults stay: to drop them, SQLite would have to copy the tables.
    for table in ("users", "channels"):
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column("signature", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    for table in ("users", "channels"):
        with op.batch_alter_table(table) as batch:
            batch.drop_column("signature")
