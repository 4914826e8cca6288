"""Cards in chats, what colleagues have written in them, what they are told later, and how much is told."""

import sqlalchemy as sa
from alembic import op

from inbox.models.base import UtcDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
COLUMNS = {
    "users": (
        "quiet",
        "urgent_anyway",
        "digest_at",
        "max_cards",
        "straight",
        "seems_away_at",
        "seems_away_says",
    ),
    "user_links": ("username", "confirmed_at", "blocked_at"),
    "tickets": ("team_id",),
    "teams": ("content", "approver_id", "deputy_id", "author_may_send"),
    "contacts": ("content",),
}


def upgrade() -> None:
    _columns()
    _chats()
    _drafts()


def _chats() -> None:
    op.create_table(
        "team_links",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("channel_id", ID, nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("by_user_id", ID, nullable=True),
        sa.Column("linked_at", UtcDateTime(), nullable=False),
        sa.Column("blocked_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["by_user_id"], ["users.id"], name="fk_team_links_by_user_id_users", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["channels.id"], name="fk_team_links_channel_id_channels", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name="fk_team_links_team_id_teams", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_team_links"),
        sa.UniqueConstraint("channel_id", "address", name="uq_team_links_channel_id_address"),
    )
    op.create_index("ix_team_links_team_id", "team_links", ["team_id"])
    op.create_table(
        "chat_cards",
        sa.Column("id", ID, nullable=False),
        sa.Column("conversation_id", ID, nullable=False),
        sa.Column("channel_id", ID, nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("user_id", ID, nullable=True),
        sa.Column("team_id", ID, nullable=True),
        sa.Column("delivery_id", ID, nullable=False),
        sa.Column("decision_id", ID, nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("menu", sa.String(), nullable=False),
        sa.Column("shown", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["channels.id"], name="fk_chat_cards_channel_id_channels", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name="fk_chat_cards_conversation_id_conversations",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.id"], name="fk_chat_cards_decision_id_decisions"),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["deliveries.id"], name="fk_chat_cards_delivery_id_deliveries", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name="fk_chat_cards_team_id_teams", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_chat_cards_user_id_users", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_chat_cards"),
        sa.UniqueConstraint(
            "conversation_id", "channel_id", "address", name="uq_chat_cards_conversation_id_channel_id_address"
        ),
    )
    op.create_index("ix_chat_cards_user_id", "chat_cards", ["user_id"])
    op.create_table(
        "held_notices",
        sa.Column("id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("conversation_id", ID, nullable=False),
        sa.Column("message_id", ID, nullable=False),
        sa.Column("decision_id", ID, nullable=True),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name="fk_held_notices_conversation_id_conversations",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.id"], name="fk_held_notices_decision_id_decisions"),
        sa.ForeignKeyConstraint(
            ["message_id"], ["messages.id"], name="fk_held_notices_message_id_messages", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_held_notices_user_id_users", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_held_notices"),
        sa.UniqueConstraint("user_id", "conversation_id", name="uq_held_notices_user_id_conversation_id"),
    )
    op.create_index("ix_held_notices_conversation_id", "held_notices", ["conversation_id"])
    op.create_index("ix_held_notices_due_at", "held_notices", ["due_at"])


def _drafts() -> None:
    op.create_table(
        "questions",
        sa.Column("id", ID, nullable=False),
        sa.Column("conversation_id", ID, nullable=False),
        sa.Column("by_user_id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["by_user_id"], ["users.id"], name="fk_questions_by_user_id_users", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name="fk_questions_conversation_id_conversations",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_questions_user_id_users", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_questions"),
    )
    op.create_index("ix_questions_conversation_id", "questions", ["conversation_id"])
    op.create_index("ix_questions_user_id", "questions", ["user_id"])
    op.create_table(
        "drafts",
        sa.Column("id", ID, nullable=False),
        sa.Column("conversation_id", ID, nullable=True),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("question_id", ID, nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("asks", sa.Boolean(), nullable=False),
        sa.Column("warned", sa.Boolean(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("channel_id", ID, nullable=True),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("delivery_id", ID, nullable=True),
        sa.Column("message_id", ID, nullable=True),
        sa.Column("leaves_at", UtcDateTime(), nullable=True),
        sa.Column("left_out", sa.JSON(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("ended_by_id", ID, nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["channels.id"], name="fk_drafts_channel_id_channels", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name="fk_drafts_conversation_id_conversations",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["deliveries.id"], name="fk_drafts_delivery_id_deliveries", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["ended_by_id"], ["users.id"], name="fk_drafts_ended_by_id_users", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["message_id"], ["messages.id"], name="fk_drafts_message_id_messages", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["question_id"], ["questions.id"], name="fk_drafts_question_id_questions", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_drafts_user_id_users", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_drafts"),
    )
    op.create_index("ix_drafts_author", "drafts", ["user_id", "state"])
    op.create_index("ix_drafts_conversation_id", "drafts", ["conversation_id"])
    op.create_table(
        "draft_files",
        sa.Column("id", ID, nullable=False),
        sa.Column("draft_id", ID, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("filename", sa.String(), nullable=False),
        sa.Column("content_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["drafts.id"], name="fk_draft_files_draft_id_drafts", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_draft_files"),
    )
    op.create_index("ix_draft_files_draft_id", "draft_files", ["draft_id"])
    op.create_index("ix_draft_files_sha256", "draft_files", ["sha256"])


def _columns() -> None:
    with op.batch_alter_table("contacts") as batch:
        batch.add_column(sa.Column("content", sa.String(), server_default="", nullable=False))
    op.create_index(
        "ix_deliveries_provider_id",
        "deliveries",
        ["provider_id"],
        sqlite_where=sa.text("provider_id != ''"),
        postgresql_where=sa.text("provider_id != ''"),
    )
    with op.batch_alter_table("teams") as batch:
        batch.add_column(sa.Column("content", sa.String(), server_default="full", nullable=False))
        batch.add_column(sa.Column("approver_id", ID, nullable=True))
        batch.add_column(sa.Column("deputy_id", ID, nullable=True))
        batch.add_column(sa.Column("author_may_send", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch.create_foreign_key("fk_teams_deputy_id_users", "users", ["deputy_id"], ["id"], ondelete="SET NULL")
        batch.create_foreign_key("fk_teams_approver_id_users", "users", ["approver_id"], ["id"], ondelete="SET NULL")
    with op.batch_alter_table("user_links") as batch:
        batch.add_column(sa.Column("username", sa.String(), server_default="", nullable=False))
        batch.add_column(sa.Column("confirmed_at", UtcDateTime(), nullable=True))
        batch.add_column(sa.Column("blocked_at", UtcDateTime(), nullable=True))
        batch.drop_constraint("uq_user_links_channel_id_address", type_="unique")
        batch.create_unique_constraint("uq_user_links_channel_id_address_user_id", ["channel_id", "address", "user_id"])
    op.create_index(
        "ix_user_links_confirmed",
        "user_links",
        ["channel_id", "address"],
        unique=True,
        sqlite_where=sa.text("confirmed_at IS NOT NULL"),
        postgresql_where=sa.text("confirmed_at IS NOT NULL"),
    )
    with op.batch_alter_table("tickets") as batch:
        batch.add_column(sa.Column("team_id", ID, nullable=True))
        batch.create_foreign_key("fk_tickets_team_id_teams", "teams", ["team_id"], ["id"], ondelete="CASCADE")
    with op.batch_alter_table("users") as batch:
        batch.add_column(sa.Column("quiet", sa.Boolean(), server_default=sa.true(), nullable=False))
        batch.add_column(sa.Column("urgent_anyway", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch.add_column(sa.Column("seems_away_at", UtcDateTime(), nullable=True))
        batch.add_column(sa.Column("seems_away_says", sa.String(), server_default="", nullable=False))
        batch.add_column(sa.Column("digest_at", sa.String(), server_default="", nullable=False))
        batch.add_column(sa.Column("max_cards", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("straight", sa.Boolean(), server_default=sa.false(), nullable=False))
    # Whoever was linked until now is so.
    op.execute("UPDATE user_links SET confirmed_at = linked_at")


def downgrade() -> None:
    for table in ("draft_files", "drafts", "questions", "held_notices", "chat_cards", "team_links"):
        op.drop_table(table)
    op.drop_index("ix_deliveries_provider_id", "deliveries")
    # Only what was confirmed can go back to one colleague a chat.
    op.execute("DELETE FROM user_links WHERE confirmed_at IS NULL")
    op.drop_index("ix_user_links_confirmed", "user_links")
    with op.batch_alter_table("user_links") as batch:
        batch.drop_constraint("uq_user_links_channel_id_address_user_id", type_="unique")
        batch.create_unique_constraint("uq_user_links_channel_id_address", ["channel_id", "address"])
    with op.batch_alter_table("tickets") as batch:
        batch.drop_constraint("fk_tickets_team_id_teams", type_="foreignkey")
    with op.batch_alter_table("teams") as batch:
        batch.drop_constraint("fk_teams_approver_id_users", type_="foreignkey")
        batch.drop_constraint("fk_teams_deputy_id_users", type_="foreignkey")
    for table, columns in COLUMNS.items():
        with op.batch_alter_table(table) as batch:
            for column in columns:
                batch.drop_column(column)
