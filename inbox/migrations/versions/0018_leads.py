"""Leads with their conversations, sources and costs; reminders of promises; the stage "offer" is called "quoted"."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import op

from inbox.models.base import UtcDateTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OLD, NEW = "offer", "quoted"
STAGES = ("new", "qualified", "quoted", "won", "lost")
TEXTS = ("title", "stage", "currency", "product", "next_step", "lost_reason", "lost_note", "note", "entered",
         "first_source", "last_source", "campaign", "click_id", "how_found")  # fmt: skip


def upgrade() -> None:
    _leads()
    _sources()
    _reminders()
    with op.batch_alter_table("conversations") as batch:
        batch.add_column(sa.Column("value_cents", sa.BigInteger(), nullable=True))
    _rename(OLD, NEW)
    _leads_of_conversations()


def downgrade() -> None:
    _rename(NEW, OLD)
    with op.batch_alter_table("conversations") as batch:
        batch.drop_column("value_cents")
    for table in ("reminders", "lead_costs", "lead_sources", "lead_conversations", "leads"):
        op.drop_table(table)


def _leads() -> None:
    op.create_table(
        "leads",
        sa.Column("id", ID, nullable=False),
        sa.Column("contact_id", ID, nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in TEXTS),
        sa.Column("value_cents", sa.BigInteger(), nullable=True),
        sa.Column("owner_id", ID, nullable=True),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.Column("is_customer", sa.Boolean(), nullable=False),
        sa.Column("contacted_at", UtcDateTime(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        *(sa.Column(name, UtcDateTime(), nullable=True) for name in ("quoted_at", "won_at", "lost_at")),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name="fk_leads_contact_id_contacts"),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name="fk_leads_owner_id_users"),
        sa.PrimaryKeyConstraint("id", name="pk_leads"),
    )
    for column in ("contact_id", "contacted_at", "won_at"):
        op.create_index(f"ix_leads_{column}", "leads", [column])
    op.create_index("ix_leads_stage_owner", "leads", ["stage", "owner_id"])
    dated = sa.text("next_on IS NOT NULL")
    op.create_index("ix_leads_next_on", "leads", ["next_on"], sqlite_where=dated, postgresql_where=dated)
    op.create_table(
        "lead_conversations",
        sa.Column("conversation_id", ID, nullable=False),
        sa.Column("lead_id", ID, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name="fk_lead_conversations_conversation_id_conversations",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["lead_id"], ["leads.id"], name="fk_lead_conversations_lead_id_leads", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("conversation_id", name="pk_lead_conversations"),
    )  # fmt: skip
    op.create_index("ix_lead_conversations_lead_id", "lead_conversations", ["lead_id"])


def _sources() -> None:
    op.create_table(
        "lead_sources",
        sa.Column("id", ID, nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("code", "name", "into")),
        sa.PrimaryKeyConstraint("id", name="pk_lead_sources"),
        sa.UniqueConstraint("code", name="uq_lead_sources_code"),
    )
    op.create_table(
        "lead_costs",
        sa.Column("id", ID, nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_lead_costs"),
        sa.UniqueConstraint("source", "month", name="uq_lead_costs_source_month"),
    )


def _reminders() -> None:
    owners = {"conversation_id": "conversations", "message_id": "messages"}
    op.create_table(
        "reminders",
        sa.Column("id", ID, nullable=False),
        *(sa.Column(name, ID, nullable=False) for name in ("conversation_id", "message_id", "user_id")),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        *(
            sa.ForeignKeyConstraint([name], [f"{table}.id"], name=f"fk_reminders_{name}_{table}", ondelete="CASCADE")
            for name, table in owners.items()
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_reminders_user_id_users"),
        sa.PrimaryKeyConstraint("id", name="pk_reminders"),
    )
    op.create_index("ix_reminders_conversation_id", "reminders", ["conversation_id"])
    op.create_index("ix_reminders_due", "reminders", ["state", "due_at"])


def _rename(old: str, new: str) -> None:
    """The stage in conversations, and wherever rules, decisions and events name it."""
    connection = op.get_bind()
    conversations = sa.table("conversations", sa.column("stage"))
    connection.execute(conversations.update().where(conversations.c.stage == old).values(stage=new))
    decisions = sa.table("decisions", sa.column("event"))
    renamed = decisions.update().where(decisions.c.event == f"stage:{old}").values(event=f"stage:{new}")
    connection.execute(renamed)
    for table, key, column in (
        ("rules", "id", "definition"), ("rule_versions", "id", "rules"), ("rule_cases", "id", "facts"),
        ("rule_cases", "id", "expected"), ("decisions", "id", "outcome"), ("events", "id", "data"),
        ("message_facts", "message_id", "facts"),
    ):  # fmt: skip
        _rewrite(connection, table, key, column, old, lambda data: _renamed(data, old, new))


def _rewrite(
    connection: sa.Connection, name: str, key: str, column: str, word: str, change: Callable[[Any], Any]
) -> None:
    """Change the JSON of a column where it holds a word."""
    table = sa.table(name, sa.column(key), sa.column(column, sa.JSON()))
    number, told = table.c[key], table.c[column]
    holding = sa.cast(told, sa.Text()).contains(f'"{word}"')
    for row_id, data in connection.execute(sa.select(number, told).where(holding)).all():
        changed = change(data)
        if changed != data:
            connection.execute(table.update().where(number == row_id).values({column: changed}))


def _renamed(data: Any, old: str, new: str) -> Any:
    """Anything in which "stage" has this value, or a condition asks the fact "stage" for it."""
    if isinstance(data, list):
        return [_renamed(one, old, new) for one in data]
    if not isinstance(data, dict):
        return data
    asks = data.get("fact") == "stage"
    return {
        key: _put(value, old, new) if key == "stage" or (asks and key != "fact") else _renamed(value, old, new)
        for key, value in data.items()
    }


def _put(value: Any, old: str, new: str) -> Any:
    if isinstance(value, list):
        return [new if one == old else one for one in value]
    return new if value == old else value


def _leads_of_conversations() -> None:
    """Whatever has a stage is a lead from now on."""
    connection = op.get_bind()
    columns = ("id", "contact_id", "subject", "stage", "user_id", "created_at", "last_at", "kind")
    conversations = sa.table("conversations", *(sa.column(name, _kind(name)) for name in columns))
    leads = sa.table("leads", *(sa.column(name, _kind(name)) for name in LEAD_COLUMNS))
    names = ("conversation_id", "lead_id", "at")
    linked = sa.table("lead_conversations", *(sa.column(name, _kind(name)) for name in names))
    staged = sa.select(conversations).where(conversations.c.stage.in_(STAGES)).order_by(conversations.c.id)
    rows = connection.execute(staged).all()
    for number, row in enumerate(rows, 1):
        connection.execute(leads.insert().values(_lead(number, row)))
        connection.execute(linked.insert().values(conversation_id=row.id, lead_id=number, at=row.created_at))
    if rows and connection.dialect.name == "postgresql":
        connection.execute(sa.text("SELECT setval(pg_get_serial_sequence('leads', 'id'), :last)"), {"last": len(rows)})


LEAD_COLUMNS = ("id", "contact_id", *TEXTS, "owner_id", "is_customer", "contacted_at", "created_at", "quoted_at",
                "won_at", "lost_at")  # fmt: skip


def _kind(name: str) -> Any:
    return UtcDateTime() if name == "at" or name.endswith("_at") else sa.Boolean() if name == "is_customer" else None


def _lead(number: int, row: Any) -> dict[str, Any]:
    reached = {"quoted_at": ("quoted", "won"), "won_at": ("won",), "lost_at": ("lost",)}
    return {
        **dict.fromkeys(TEXTS, ""), "id": number, "contact_id": row.contact_id, "title": row.subject,
        "stage": row.stage, "currency": "EUR", "entered": "conversation", "owner_id": row.user_id,
        "is_customer": row.kind == "customer", "contacted_at": row.created_at, "created_at": row.created_at,
        **{name: row.last_at if row.stage in stages else None for name, stages in reached.items()},
    }  # fmt: skip
