"""Targets by team, channel, priority and class; corrections of the past with the figures before them."""

import sqlalchemy as sa
from alembic import op

from inbox.models.base import UtcDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "targets",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=True),
        sa.Column("channel_id", ID, nullable=True),
        sa.Column("tag_id", ID, nullable=True),
        sa.Column("priority", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by_user_id", ID, nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("ended_by_id", ID, nullable=True),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name="fk_targets_team_id_teams", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["channels.id"], name="fk_targets_channel_id_channels", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["tag_id"], ["tags.id"], name="fk_targets_tag_id_tags", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["by_user_id"], ["users.id"], name="fk_targets_by_user_id_users", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["ended_by_id"], ["users.id"], name="fk_targets_ended_by_id_users", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_targets"),
    )
    op.create_table(
        "corrections",
        sa.Column("id", ID, nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("user_id", ID, nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("looked_at", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("done_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_corrections_user_id_users", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_corrections"),
    )
    op.create_table(
        "corrected_exchanges",
        sa.Column("correction_id", ID, nullable=False),
        sa.Column("exchange_id", ID, nullable=False),
        sa.Column("was", sa.Integer(), nullable=False),
        sa.Column("made", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["correction_id"],
            ["corrections.id"],
            name="fk_corrected_exchanges_correction_id_corrections",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["exchange_id"], ["exchanges.id"], name="fk_corrected_exchanges_exchange_id_exchanges", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("correction_id", "exchange_id", name="pk_corrected_exchanges"),
    )


def downgrade() -> None:
    op.drop_table("corrected_exchanges")
    op.drop_table("corrections")
    op.drop_table("targets")
