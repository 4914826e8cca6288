"""How customers found answers, and how many of each in what days and months counted."""

import sqlalchemy as sa
from alembic import op

from inbox.models.base import UtcDateTime

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
COUNTS = ("asked", "voted", "good", "bad")


def upgrade() -> None:
    op.create_table(
        "opinions",
        sa.Column("id", ID, nullable=False),
        sa.Column("message_id", ID, nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["message_id"], ["messages.id"], name="fk_opinions_message_id_messages", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_opinions"),
    )
    op.create_index("ix_opinions_message", "opinions", ["message_id"], unique=True)
    # What was counted before knew of no opinion, for there was none.
    with op.batch_alter_table("report_cells") as batch:
        for name in COUNTS:
            batch.add_column(sa.Column(name, sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    with op.batch_alter_table("report_cells") as batch:
        for name in COUNTS:
            batch.drop_column(name)
    op.drop_table("opinions")
