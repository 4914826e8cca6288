"""What fuller rules need: events and several matches of a decision, test cases, kept facts, owners, stages, targets."""

import sqlalchemy as sa
from alembic import op

from inbox.models.base import UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("contacts") as batch:
        batch.add_column(sa.Column("owner_id", ID, nullable=True))
        batch.create_foreign_key("fk_contacts_owner_id_users", "users", ["owner_id"], ["id"])
    with op.batch_alter_table("conversations") as batch:
        batch.add_column(sa.Column("snoozed_until", UtcDateTime(), nullable=True))
        batch.add_column(sa.Column("stage", sa.String(), nullable=False, server_default=""))
        batch.add_column(sa.Column("target_minutes", sa.Integer(), nullable=True))
    with op.batch_alter_table("rule_versions") as batch:
        batch.add_column(sa.Column("note", sa.String(), nullable=False, server_default=""))
    with op.batch_alter_table("decisions") as batch:
        batch.add_column(sa.Column("event", sa.String(), nullable=False, server_default="new"))
        batch.add_column(sa.Column("matched", sa.JSON(), nullable=False, server_default="[]"))
        batch.add_column(sa.Column("skipped", sa.JSON(), nullable=False, server_default="[]"))
    with op.batch_alter_table("decisions") as batch:
        batch.drop_constraint("uq_decisions_message_id", type_="unique")
        batch.create_unique_constraint("uq_decisions_message_id_event_rule_slug", ["message_id", "event", "rule_slug"])
        batch.create_index("ix_decisions_message_id", ["message_id"])
    op.create_table(
        "watchers",
        sa.Column("conversation_id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name="fk_watchers_conversation_id_conversations",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_watchers_user_id_users", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("conversation_id", "user_id", name="pk_watchers"),
    )
    op.create_table(
        "rule_cases",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("message_id", ID, nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("expected", sa.JSON(), nullable=False),
        sa.Column("user_id", ID, nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["messages.id"], name="fk_rule_cases_message_id_messages", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_rule_cases_user_id_users"),
        sa.PrimaryKeyConstraint("id", name="pk_rule_cases"),
    )
    op.create_table(
        "message_facts",
        sa.Column("message_id", ID, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("stems", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["messages.id"], name="fk_message_facts_message_id_messages", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("message_id", name="pk_message_facts"),
    )
    op.create_index("ix_message_facts_at", "message_facts", ["at"])


def downgrade() -> None:
    for table in ("message_facts", "rule_cases", "watchers"):
        op.drop_table(table)
    op.execute("DELETE FROM decisions WHERE event <> 'new'")
    with op.batch_alter_table("decisions") as batch:
        batch.drop_index("ix_decisions_message_id")
        batch.drop_constraint("uq_decisions_message_id_event_rule_slug", type_="unique")
        batch.create_unique_constraint("uq_decisions_message_id", ["message_id"])
        for column in ("skipped", "matched", "event"):
            batch.drop_column(column)
    with op.batch_alter_table("rule_versions") as batch:
        batch.drop_column("note")
    with op.batch_alter_table("conversations") as batch:
        for column in ("target_minutes", "stage", "snoozed_until"):
            batch.drop_column(column)
    with op.batch_alter_table("contacts") as batch:
        batch.drop_constraint("fk_contacts_owner_id_users", type_="foreignkey")
        batch.drop_column("owner_id")
