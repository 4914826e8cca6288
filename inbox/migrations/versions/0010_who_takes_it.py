"""Who takes it: calendars of teams and people, closures, leads, loads and zones; what was forgotten; proposals."""

import sqlalchemy as sa
from alembic import op

from inbox.models.base import UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXTS = {
    "assignments": ("why",),
    "calendars": ("country", "province"),
    "companies": ("code", "province", "country"),
}
OWNED = {"team_id": "teams", "user_id": "users"}


def upgrade() -> None:
    _closures()
    _forgotten()
    _proposals()
    # The defaults stay: to drop them, SQLite would have to copy the tables.
    for table, columns in TEXTS.items():
        with op.batch_alter_table(table) as batch:
            for column in columns:
                batch.add_column(sa.Column(column, sa.String(), nullable=False, server_default=""))
    with op.batch_alter_table("calendars") as batch:
        batch.add_column(sa.Column("worked", sa.JSON(), nullable=False, server_default="[]"))
        batch.alter_column("hours", existing_type=sa.JSON(), nullable=True)
        for column, table in OWNED.items():
            batch.add_column(sa.Column(column, ID, nullable=True))
            batch.create_index(f"ix_calendars_{column}", [column])
            batch.create_foreign_key(f"fk_calendars_{column}_{table}", table, [column], ["id"], ondelete="CASCADE")
    with op.batch_alter_table("companies") as batch:
        batch.add_column(sa.Column("owner_id", ID, nullable=True))
        batch.create_index("ix_companies_vat", ["vat"])
        batch.create_foreign_key("fk_companies_owner_id_users", "users", ["owner_id"], ["id"])
    with op.batch_alter_table("conversations") as batch:
        batch.add_column(sa.Column("promised_at", UtcDateTime(), nullable=True))
    with op.batch_alter_table("decisions") as batch:
        batch.add_column(sa.Column("suggested", sa.JSON(), nullable=True))
    op.create_index(
        "ix_intake_quiet", "intake", ["message_id"], sqlite_where=sa.text("quiet = 1"), postgresql_where=sa.text("quiet")
    )  # fmt: skip
    with op.batch_alter_table("teams") as batch:
        batch.add_column(sa.Column("lead_id", ID, nullable=True))
        batch.add_column(sa.Column("claim_minutes", sa.Integer(), nullable=True))
        batch.create_foreign_key("fk_teams_lead_id_users", "users", ["lead_id"], ["id"], ondelete="SET NULL")
    with op.batch_alter_table("users") as batch:
        batch.add_column(sa.Column("max_open", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("zones", sa.JSON(), nullable=False, server_default="[]"))


def _closures() -> None:
    op.create_table(
        "closures",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=True),
        sa.Column("user_id", ID, nullable=True),
        sa.Column("starts", sa.Date(), nullable=False),
        sa.Column("ends", sa.Date(), nullable=False),
        sa.Column("hours", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("urgent", sa.String(), nullable=False),
        sa.Column("cover_id", ID, nullable=True),
        sa.Column("by_user_id", ID, nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name="fk_closures_team_id_teams", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_closures_user_id_users", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["cover_id"], ["users.id"], name="fk_closures_cover_id_users", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["by_user_id"], ["users.id"], name="fk_closures_by_user_id_users", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_closures"),
    )
    for column in ("team_id", "user_id", "ends"):
        op.create_index(f"ix_closures_{column}", "closures", [column])


def _forgotten() -> None:
    op.create_table(
        "forgotten",
        sa.Column("conversation_id", ID, nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("told_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name="fk_forgotten_conversation_id_conversations",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("conversation_id", "why", name="pk_forgotten"),
    )


def _proposals() -> None:
    op.create_table(
        "proposals",
        sa.Column("id", ID, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("change", sa.JSON(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("user_id", ID, nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_proposals_user_id_users"),
        sa.PrimaryKeyConstraint("id", name="pk_proposals"),
        sa.UniqueConstraint("key", name="uq_proposals_key"),
    )


def downgrade() -> None:
    with op.batch_alter_table("users") as batch:
        batch.drop_column("zones")
        batch.drop_column("max_open")
    with op.batch_alter_table("teams") as batch:
        batch.drop_constraint("fk_teams_lead_id_users", type_="foreignkey")
        batch.drop_column("claim_minutes")
        batch.drop_column("lead_id")
    op.drop_index("ix_intake_quiet", "intake")
    with op.batch_alter_table("decisions") as batch:
        batch.drop_column("suggested")
    with op.batch_alter_table("conversations") as batch:
        batch.drop_column("promised_at")
    with op.batch_alter_table("companies") as batch:
        batch.drop_constraint("fk_companies_owner_id_users", type_="foreignkey")
        batch.drop_index("ix_companies_vat")
        batch.drop_column("owner_id")
    op.execute("DELETE FROM calendars WHERE team_id IS NOT NULL OR user_id IS NOT NULL")
    with op.batch_alter_table("calendars") as batch:
        for column, table in OWNED.items():
            batch.drop_constraint(f"fk_calendars_{column}_{table}", type_="foreignkey")
            batch.drop_index(f"ix_calendars_{column}")
            batch.drop_column(column)
        batch.drop_column("worked")
    for table, columns in TEXTS.items():
        with op.batch_alter_table(table) as batch:
            for column in columns:
                batch.drop_column(column)
    for table in ("proposals", "forgotten", "closures"):
        op.drop_table(table)
