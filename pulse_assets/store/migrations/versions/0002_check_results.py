"""The history of check results."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"

KEY = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
TIME = sa.DateTime(timezone=True).with_variant(sa.Text, "sqlite")


def upgrade() -> None:
    op.create_table(
        "check_results",
        sa.Column("partition", KEY, primary_key=True),
        sa.Column("table_name", KEY, primary_key=True),
        sa.Column("check_name", KEY, primary_key=True),
        sa.Column("checked_at", TIME, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("dimension", sa.Text, nullable=False),
        sa.Column("is_blocking", sa.Boolean, nullable=False),
        sa.Column("passed", sa.Boolean, nullable=False),
        sa.Column("failed_count", sa.BigInteger, nullable=False),
        sa.Column("checked_count", sa.BigInteger, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("sample", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
