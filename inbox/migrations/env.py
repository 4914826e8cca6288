"""Run by alembic; the connection is handed in by `migrate` (or by the developers' autogenerate)."""

from alembic import context

from inbox.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
