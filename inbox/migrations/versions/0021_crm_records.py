"""Leads in the company's CRM."""

import sqlalchemy as sa
from alembic import op

from inbox.models.base import UtcDateTime

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "crm_records",
        sa.Column("id", ID, nullable=False),
        sa.Column("lead_id", ID, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("remote_id", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("sent", sa.JSON(), nullable=False),
        sa.Column("making_at", UtcDateTime(), nullable=True),
        sa.Column("handed_at", UtcDateTime(), nullable=True),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name="fk_crm_records_lead_id_leads", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_crm_records"),
        sa.UniqueConstraint("lead_id", name="uq_crm_records_lead_id"),
        sa.UniqueConstraint("key", name="uq_crm_records_key"),
    )
    op.create_index("ix_crm_records_state", "crm_records", ["state"])


def downgrade() -> None:
    op.drop_table("crm_records")
