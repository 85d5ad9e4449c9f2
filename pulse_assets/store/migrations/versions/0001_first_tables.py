"""Landing, checkpoints, leases, HTTP cache and rate limits."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None

KEY = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
TIME = sa.DateTime(timezone=True).with_variant(sa.Text, "sqlite")


def upgrade() -> None:
    op.create_table(
        "landing",
        sa.Column("table_name", KEY, primary_key=True),
        sa.Column("partition", KEY, primary_key=True),
        sa.Column("record_key", KEY, primary_key=True),
        sa.Column("updated_at", TIME),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("payload_hash", sa.Text, nullable=False),
        sa.Column("first_seen_at", TIME, nullable=False),
        sa.Column("last_seen_at", TIME, nullable=False),
        sa.Column("changed_at", TIME, nullable=False),
        sa.Column("missing_since", TIME),
        sa.Column("missing_proof", sa.Text),
    )
    op.create_index("landing_state", "landing", ["table_name", "partition", "missing_since", "changed_at"])
    op.create_table(
        "checkpoints",
        sa.Column("partition", KEY, primary_key=True),
        sa.Column("stream", KEY, primary_key=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
    )
    op.create_table(
        "leases",
        sa.Column("name", KEY, primary_key=True),
        sa.Column("epoch", sa.BigInteger, nullable=False),
        sa.Column("holder", sa.Text),
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("machine", sa.Text),
        sa.Column("pid", sa.BigInteger, nullable=False),
        sa.Column("process_started", sa.Text),
        sa.Column("acquired_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
    )
    op.create_table(
        "http_cache",
        sa.Column("credential_id", KEY, primary_key=True),
        sa.Column("url_hash", KEY, primary_key=True),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("etag", sa.Text),
        sa.Column("last_modified", sa.Text),
        sa.Column("headers", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("stored_at", TIME, nullable=False),
    )
    op.create_table(
        "rate_limits",
        sa.Column("credential_id", KEY, primary_key=True),
        sa.Column("resource", KEY, primary_key=True),
        sa.Column("limit_count", sa.BigInteger),
        sa.Column("remaining_count", sa.BigInteger),
        sa.Column("reset_at", TIME),
        sa.Column("blocked_until", TIME),
        sa.Column("observed_at", TIME, nullable=False),
    )
