"""Cards: the tokens by which colleagues' answers by mail find their conversation."""

import sqlalchemy as sa
from alembic import op

from inbox.models.base import UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "cards",
        sa.Column("id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("conversation_id", ID, nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_cards_user_id_users", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name="fk_cards_conversation_id_conversations", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_cards"),
        sa.UniqueConstraint("token", name="uq_cards_token"),
        sa.UniqueConstraint("user_id", "conversation_id", name="uq_cards_user_id_conversation_id"),
    )
    op.create_index("ix_cards_conversation_id", "cards", ["conversation_id"])


def downgrade() -> None:
    op.drop_table("cards")
