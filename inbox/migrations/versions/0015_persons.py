"""Who may be the same person by another channel, persons and conversations that were joined."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

from inbox import likeness, phones, stated
from inbox.models.base import UtcDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CHUNK = 1_000
# Older texts are compared with nothing any more.
TEXTS = timedelta(days=3)


def upgrade() -> None:
    op.create_table(
        "aparts",
        sa.Column("id", ID, nullable=False),
        sa.Column("low_id", ID, nullable=False),
        sa.Column("high_id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["high_id"], ["contacts.id"], name="fk_aparts_high_id_contacts"),
        sa.ForeignKeyConstraint(["low_id"], ["contacts.id"], name="fk_aparts_low_id_contacts"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_aparts_user_id_users"),
        sa.PrimaryKeyConstraint("id", name="pk_aparts"),
        sa.UniqueConstraint("low_id", "high_id", name="uq_aparts_low_id_high_id"),
    )
    op.create_index("ix_aparts_high_id", "aparts", ["high_id"])

    op.create_table(
        "contact_merges",
        sa.Column("id", ID, nullable=False),
        sa.Column("kept_id", ID, nullable=False),
        sa.Column("merged_id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("moved", sa.JSON(), nullable=False),
        sa.Column("undone_at", UtcDateTime(), nullable=True),
        sa.Column("undone_by_id", ID, nullable=True),
        sa.ForeignKeyConstraint(["kept_id"], ["contacts.id"], name="fk_contact_merges_kept_id_contacts"),
        sa.ForeignKeyConstraint(["merged_id"], ["contacts.id"], name="fk_contact_merges_merged_id_contacts"),
        sa.ForeignKeyConstraint(["undone_by_id"], ["users.id"], name="fk_contact_merges_undone_by_id_users"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_contact_merges_user_id_users"),
        sa.PrimaryKeyConstraint("id", name="pk_contact_merges"),
    )
    op.create_index("ix_contact_merges_kept_id", "contact_merges", ["kept_id"])
    op.create_index(
        "ix_contact_merges_merged",
        "contact_merges",
        ["merged_id"],
        unique=True,
        sqlite_where=sa.text("undone_at IS NULL"),
        postgresql_where=sa.text("undone_at IS NULL"),
    )

    op.create_table(
        "traits",
        sa.Column("id", ID, nullable=False),
        sa.Column("contact_id", ID, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name="fk_traits_contact_id_contacts"),
        sa.PrimaryKeyConstraint("id", name="pk_traits"),
    )
    op.create_index("ix_traits_contact_id", "traits", ["contact_id"])
    op.create_index("ix_traits_value", "traits", ["value", "kind"])

    op.create_table(
        "conversation_merges",
        sa.Column("id", ID, nullable=False),
        sa.Column("kept_id", ID, nullable=False),
        sa.Column("merged_id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("moved", sa.JSON(), nullable=False),
        sa.Column("undone_at", UtcDateTime(), nullable=True),
        sa.Column("undone_by_id", ID, nullable=True),
        sa.ForeignKeyConstraint(["kept_id"], ["conversations.id"], name="fk_conversation_merges_kept_id_conversations"),
        sa.ForeignKeyConstraint(
            ["merged_id"], ["conversations.id"], name="fk_conversation_merges_merged_id_conversations"
        ),
        sa.ForeignKeyConstraint(["undone_by_id"], ["users.id"], name="fk_conversation_merges_undone_by_id_users"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_conversation_merges_user_id_users"),
        sa.PrimaryKeyConstraint("id", name="pk_conversation_merges"),
    )
    op.create_index("ix_conversation_merges_kept_id", "conversation_merges", ["kept_id"])
    op.create_index(
        "ix_conversation_merges_merged",
        "conversation_merges",
        ["merged_id"],
        unique=True,
        sqlite_where=sa.text("undone_at IS NULL"),
        postgresql_where=sa.text("undone_at IS NULL"),
    )

    with op.batch_alter_table("companies") as batch:
        batch.add_column(sa.Column("name_key", sa.String(), server_default="", nullable=False))
        batch.create_index("ix_companies_name_key", ["name_key"])

    with op.batch_alter_table("contacts") as batch:
        batch.add_column(sa.Column("name_key", sa.String(), server_default="", nullable=False))
        batch.add_column(sa.Column("phone_key", sa.String(), server_default="", nullable=False))
        batch.add_column(sa.Column("merged_into_id", ID, nullable=True))
        batch.create_index("ix_contacts_name", ["name_key", "company_id"])
        batch.create_index("ix_contacts_phone_key", ["phone_key"])
        batch.create_foreign_key("fk_contacts_merged_into_id_contacts", "contacts", ["merged_into_id"], ["id"])

    with op.batch_alter_table("conversations") as batch:
        batch.add_column(sa.Column("merged_into_id", ID, nullable=True))
        batch.create_index("ix_conversations_merged_into_id", ["merged_into_id"])
        batch.create_foreign_key(
            "fk_conversations_merged_into_id_conversations", "conversations", ["merged_into_id"], ["id"]
        )

    op.add_column("messages", sa.Column("text_key", sa.String(), server_default="", nullable=False))
    op.create_index(
        "ix_messages_text_key",
        "messages",
        ["text_key", "at"],
        sqlite_where=sa.text("text_key <> ''"),
        postgresql_where=sa.text("text_key <> ''"),
    )

    _fill(op.get_bind())


def _fill(connection: sa.Connection) -> None:
    """The keys of all that is there already."""
    companies = sa.table("companies", *map(sa.column, ("id", "name", "name_key")))
    contacts = sa.table("contacts", *map(sa.column, ("id", "name", "phone", "name_key", "phone_key")))
    _each(connection, companies, lambda row: {"name_key": likeness.firm(row.name)})
    _each(connection, contacts, lambda row: {"name_key": likeness.name(row.name), "phone_key": phones.e164(row.phone)})
    _fill_traits(connection)
    _fill_texts(connection)


def _each(connection: sa.Connection, table: Any, keys: Callable[[Any], dict[str, str]]) -> None:
    """Write the keys of a table's rows, CHUNK of them at a time."""
    change = sa.update(table).where(table.c.id == sa.bindparam("number"))
    last = 0
    while rows := connection.execute(sa.select(table).where(table.c.id > last).order_by(table.c.id).limit(CHUNK)).all():
        last = rows[-1].id
        changed = [{"number": row.id, **found} for row in rows if any((found := keys(row)).values())]
        if changed:
            names = [name for name in changed[0] if name != "number"]
            connection.execute(change.values({name: sa.bindparam(name) for name in names}), changed)


def _fill_traits(connection: sa.Connection) -> None:
    messages = sa.table("messages", *map(sa.column, ("id", "conversation_id", "direction", "machine")),
                        sa.column("facts", sa.JSON()))  # fmt: skip
    conversations = sa.table("conversations", *map(sa.column, ("id", "contact_id", "thread_key")))
    traits = sa.table("traits", *map(sa.column, ("contact_id", "kind", "value")))
    told = sa.cast(messages.c.facts, sa.String())
    query = (
        sa.select(messages.c.id, messages.c.facts, conversations.c.contact_id, conversations.c.thread_key)
        .join(conversations, conversations.c.id == messages.c.conversation_id)
        .where(messages.c.direction == "inbound", messages.c.machine.is_(None))
        .where(sa.or_(*(told.like(f'%"{name}%') for name in ("field.", "signature.", "email", "signed"))))
        .order_by(messages.c.id).limit(CHUNK)
    )  # fmt: skip
    last = 0
    known: set[tuple[int, str, str]] = set()
    while rows := connection.execute(query.where(messages.c.id > last)).all():
        last = rows[-1].id
        found = {
            (row.contact_id, *one) for row in rows if isinstance(row.facts, dict)
            for one in stated.traits(row.facts, row.thread_key)
        } - known  # fmt: skip
        known |= found
        if found:
            names = ("contact_id", "kind", "value")
            connection.execute(sa.insert(traits), [dict(zip(names, one, strict=True)) for one in sorted(found)])


def _fill_texts(connection: sa.Connection) -> None:
    messages = sa.table("messages", *map(sa.column, ("id", "text", "reply", "direction", "text_key")),
                        sa.column("at", UtcDateTime()))  # fmt: skip
    young = messages.c.at > datetime.now(UTC) - TEXTS
    rows = connection.execute(sa.select(messages).where(messages.c.direction == "inbound", young)).all()
    change = sa.update(messages).where(messages.c.id == sa.bindparam("number")).values(text_key=sa.bindparam("key"))
    keys = [{"number": row.id, "key": key} for row in rows if (key := likeness.text(row.reply or row.text))]
    if keys:
        connection.execute(change, keys)


def downgrade() -> None:
    op.drop_index("ix_messages_text_key", "messages")
    with op.batch_alter_table("messages") as batch:
        batch.drop_column("text_key")
    for table, columns, indexes in (
        ("conversations", ("merged_into_id",), ("ix_conversations_merged_into_id",)),
        ("contacts", ("merged_into_id", "phone_key", "name_key"), ("ix_contacts_phone_key", "ix_contacts_name")),
        ("companies", ("name_key",), ("ix_companies_name_key",)),
    ):
        with op.batch_alter_table(table) as batch:
            if "merged_into_id" in columns:
                batch.drop_constraint(f"fk_{table}_merged_into_id_{table}", type_="foreignkey")
            for index in indexes:
                batch.drop_index(index)
            for column in columns:
                batch.drop_column(column)
    for table in ("conversation_merges", "contact_merges", "aparts", "traits"):
        op.drop_table(table)
