"""Consents that forms of the site ask for, with the words they were asked in."""

import sqlalchemy as sa
from alembic import op

from inbox.models.base import UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "consent_texts",
        sa.Column("id", ID, nullable=False),
        sa.Column("channel_id", ID, nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("privacy", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["channel_id"], ["channels.id"], name="fk_consent_texts_channel_id_channels"),
        sa.PrimaryKeyConstraint("id", name="pk_consent_texts"),
        sa.UniqueConstraint("channel_id", "purpose", "version", name="uq_consent_texts_channel_id_purpose_version"),
    )
    op.create_table(
        "consents",
        sa.Column("id", ID, nullable=False),
        sa.Column("contact_id", ID, nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("channel_id", ID, nullable=False),
        sa.Column("text_id", ID, nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("asked_page", sa.String(), nullable=False),
        sa.Column("message_id", ID, nullable=True),
        sa.Column("mailed_at", UtcDateTime(), nullable=True),
        sa.Column("confirmed_at", UtcDateTime(), nullable=True),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("how", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name="fk_consents_contact_id_contacts"),
        sa.ForeignKeyConstraint(["channel_id"], ["channels.id"], name="fk_consents_channel_id_channels"),
        sa.ForeignKeyConstraint(["text_id"], ["consent_texts.id"], name="fk_consents_text_id_consent_texts"),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_consents_message_id_messages"),
        sa.PrimaryKeyConstraint("id", name="pk_consents"),
    )
    for column in ("contact_id", "address", "state"):
        op.create_index(f"ix_consents_{column}", "consents", [column])


def downgrade() -> None:
    op.drop_table("consents")
    op.drop_table("consent_texts")
