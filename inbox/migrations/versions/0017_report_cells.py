"""What each day and month counted, so that long reports need not count again."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    counts = ("cases", "answered", "unanswered", "waiting", "uncertain", "targeted", "within", "passed", "moves")
    op.create_table(
        "report_cells",
        sa.Column("grain", sa.String(), nullable=False),
        sa.Column("dimension", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in counts),
        sa.Column("wall_sum", sa.BigInteger(), nullable=False),
        sa.Column("working_sum", sa.BigInteger(), nullable=False),
        sa.Column("wall", sa.LargeBinary(), nullable=False),
        sa.Column("working", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("grain", "dimension", "day", "measure", "value", name="pk_report_cells"),
    )
    op.create_table(
        "report_days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_report_days"),
    )


def downgrade() -> None:
    op.drop_table("report_days")
    op.drop_table("report_cells")
