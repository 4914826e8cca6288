"""Where the care for a folder began and what the last look at its server found; when an error was told."""

import sqlalchemy as sa
from alembic import op

from inbox.models.base import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("channels") as batch:
        batch.add_column(sa.Column("alarmed_at", UtcDateTime(), nullable=True))
    with op.batch_alter_table("folder_cursors") as batch:
        batch.add_column(sa.Column("begun", sa.String(), nullable=False, server_default=""))
        batch.add_column(sa.Column("checked_at", UtcDateTime(), nullable=True))
        batch.add_column(sa.Column("on_server", sa.Integer(), nullable=False, server_default="0"))
        batch.add_column(sa.Column("missing", sa.Integer(), nullable=False, server_default="0"))
    # Of what came before this version only the present place is known.
    op.execute("UPDATE folder_cursors SET begun = cursor")
    with op.batch_alter_table("folder_cursors") as batch:
        for name in ("begun", "on_server", "missing"):
            batch.alter_column(name, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("channels") as batch:
        batch.drop_column("alarmed_at")
    with op.batch_alter_table("folder_cursors") as batch:
        for name in ("begun", "checked_at", "on_server", "missing"):
            batch.drop_column(name)
