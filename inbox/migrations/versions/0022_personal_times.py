"""Whether managers may see the times of single persons; targets by what the contact is."""

import sqlalchemy as sa
from alembic import op

from inbox.models.base import UtcDateTime

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "times_agreements",
        sa.Column("id", ID, nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("dated", sa.Date(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by_user_id", ID, nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("ended_by_id", ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["by_user_id"], ["users.id"], name="fk_times_agreements_by_user_id_users", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["ended_by_id"], ["users.id"], name="fk_times_agreements_ended_by_id_users", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_times_agreements"),
    )
    op.add_column("targets", sa.Column("contact_class", sa.String(), server_default="", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("targets") as table:
        table.drop_column("contact_class")
    op.drop_table("times_agreements")
