"""Who gets which reports by mail, and which were sent."""

import sqlalchemy as sa
from alembic import op

from inbox.models.base import UtcDateTime

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BY_ITSELF = sa.text("by_user_id IS NULL")


def upgrade() -> None:
    op.create_table(
        "report_recipients",
        sa.Column("id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=True),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("names", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_report_recipients_user_id_users", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_report_recipients"),
        sa.UniqueConstraint("user_id", name="uq_report_recipients_user_id"),
    )
    op.create_table(
        "report_sendings",
        sa.Column("id", ID, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("begins", sa.Date(), nullable=False),
        sa.Column("ends", sa.Date(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=True),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.Column("opened", sa.Integer(), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=True),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("by_user_id", ID, nullable=True),
        sa.Column("delivery_id", ID, nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["by_user_id"], ["users.id"], name="fk_report_sendings_by_user_id_users"),
        sa.ForeignKeyConstraint(["delivery_id"], ["deliveries.id"], name="fk_report_sendings_delivery_id_deliveries"),
        sa.PrimaryKeyConstraint("id", name="pk_report_sendings"),
    )
    op.create_index("ix_report_sendings_token_hash", "report_sendings", ["token_hash"])
    op.create_index(
        "ix_report_sendings_once", "report_sendings", ["kind", "begins", "recipient"], unique=True,
        sqlite_where=BY_ITSELF, postgresql_where=BY_ITSELF,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("report_sendings")
    op.drop_table("report_recipients")
