"""Certified mail: a conversation that holds some says so; the ids of envelopes lead to their messages."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The defaults stay: to drop them, SQLite would have to copy the tables.
    with op.batch_alter_table("conversations") as batch:
        batch.add_column(sa.Column("certified", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("messages") as batch:
        batch.add_column(sa.Column("alias", sa.String(), nullable=False, server_default=""))
    with op.batch_alter_table("messages") as batch:
        batch.create_index("ix_messages_alias", ["alias"])
    # "certified" is a key of the facts only where an envelope was opened.
    op.execute(
        "UPDATE conversations SET certified = true WHERE id IN "
        '(SELECT conversation_id FROM messages WHERE CAST(facts AS TEXT) LIKE \'%"certified": "pec"%\')'
    )


def downgrade() -> None:
    with op.batch_alter_table("messages") as batch:
        batch.drop_index("ix_messages_alias")
        batch.drop_column("alias")
    with op.batch_alter_table("conversations") as batch:
        batch.drop_column("certified")
