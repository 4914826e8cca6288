"""What all tables share: UTC moments, ids, names of constraints."""

from datetime import UTC, datetime
from functools import cache
from typing import Annotated, Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Integer, MetaData, event
from sqlalchemy.orm import DeclarativeBase, class_mapper, mapped_column
from sqlalchemy.orm.attributes import instance_dict
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, kept in UTC; SQLite stores no zone, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """All tables. A new row has its columns' defaults from the start, not only once it is written."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime(), dict[str, Any]: JSON(), list[Any]: JSON(), list[str]: JSON()}


@event.listens_for(Base, "init", propagate=True)
def _fill_defaults(row: Base, _arguments: Any, values: dict[str, Any]) -> None:
    # Straight into the new row: to set an attribute costs ten times as much, and there is nothing before it to track.
    state = instance_dict(row)
    for name, default in _defaults(type(row)):
        if name not in values:
            state[name] = default(None) if callable(default) else default


@cache
def _defaults(kind: type[Base]) -> tuple[tuple[str, Any], ...]:
    """The defaults of a table's columns by attribute; callables take SQLAlchemy's context (and ignore it)."""
    columns = class_mapper(kind).column_attrs
    return tuple((one.key, one.columns[0].default.arg) for one in columns if one.columns[0].default is not None)


# SQLite numbers rows by itself only for a column declared INTEGER.
Key = Annotated[int, mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)]


def now() -> datetime:
    """This moment in UTC."""
    return datetime.now(UTC)
