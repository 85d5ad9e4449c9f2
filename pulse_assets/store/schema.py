"""The tables of the store, as the newest migration leaves them."""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

#: Revision of the newest migration; a test compares it with the scripts.
HEAD = "0002"
VERSION_TABLE = "pulse_alembic_version"


class UtcTime(sa.types.TypeDecorator[dt.datetime]):
    """An instant: aware in Python and always UTC, whichever the database.

    SQLite has no type for it: there it is a text of fixed width, which sorts like the time.
    """

    impl = sa.DateTime(timezone=True).with_variant(sa.Text, "sqlite")
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: sa.Dialect) -> Any:
        """Refuses a time without zone: nobody could say which instant it is."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        utc = value.astimezone(dt.UTC)
        return utc.isoformat(" ", "microseconds") if dialect.name == "sqlite" else utc

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> dt.datetime | None:
        """Postgres gives the time in the zone of the session."""
        if value is None:
            return None
        return dt.datetime.fromisoformat(value) if dialect.name == "sqlite" else value.astimezone(dt.UTC)


def _key(name: str, **options: Any) -> sa.Column[str]:
    """A text that is compared byte by byte, so that both databases sort it alike."""
    return sa.Column(name, sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql"), **options)


METADATA = sa.MetaData()

LANDING = sa.Table(
    "landing",
    METADATA,
    _key("table_name", primary_key=True),
    _key("partition", primary_key=True),
    _key("record_key", primary_key=True),
    sa.Column("updated_at", UtcTime),
    sa.Column("payload", sa.Text, nullable=False),
    sa.Column("payload_hash", sa.Text, nullable=False),
    sa.Column("first_seen_at", UtcTime, nullable=False),
    sa.Column("last_seen_at", UtcTime, nullable=False),
    sa.Column("changed_at", UtcTime, nullable=False),
    sa.Column("missing_since", UtcTime),
    sa.Column("missing_proof", sa.Text),
    # Counts and the newest change are answered from this index alone, without reading payloads.
    sa.Index("landing_state", "table_name", "partition", "missing_since", "changed_at"),
)

CHECKPOINTS = sa.Table(
    "checkpoints",
    METADATA,
    _key("partition", primary_key=True),
    _key("stream", primary_key=True),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("updated_at", UtcTime, nullable=False),
)

LEASES = sa.Table(
    "leases",
    METADATA,
    _key("name", primary_key=True),
    sa.Column("epoch", sa.BigInteger, nullable=False),
    sa.Column("holder", sa.Text),
    sa.Column("host", sa.Text, nullable=False),
    sa.Column("machine", sa.Text),
    sa.Column("pid", sa.BigInteger, nullable=False),
    sa.Column("process_started", sa.Text),
    sa.Column("acquired_at", UtcTime, nullable=False),
    sa.Column("expires_at", UtcTime, nullable=False),
)

HTTP_CACHE = sa.Table(
    "http_cache",
    METADATA,
    _key("credential_id", primary_key=True),
    # The address itself may exceed what Postgres can index (2,704 bytes).
    _key("url_hash", primary_key=True),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("etag", sa.Text),
    sa.Column("last_modified", sa.Text),
    sa.Column("headers", sa.Text, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("stored_at", UtcTime, nullable=False),
)

RATE_LIMITS = sa.Table(
    "rate_limits",
    METADATA,
    _key("credential_id", primary_key=True),
    _key("resource", primary_key=True),
    sa.Column("limit_count", sa.BigInteger),
    sa.Column("remaining_count", sa.BigInteger),
    sa.Column("reset_at", UtcTime),
    sa.Column("blocked_until", UtcTime),
    sa.Column("observed_at", UtcTime, nullable=False),
)

CHECK_RESULTS = sa.Table(
    "check_results",
    METADATA,
    _key("partition", primary_key=True),
    _key("table_name", primary_key=True),
    _key("check_name", primary_key=True),
    sa.Column("checked_at", UtcTime, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("dimension", sa.Text, nullable=False),
    sa.Column("is_blocking", sa.Boolean, nullable=False),
    sa.Column("passed", sa.Boolean, nullable=False),
    sa.Column("failed_count", sa.BigInteger, nullable=False),
    sa.Column("checked_count", sa.BigInteger, nullable=False),
    sa.Column("description", sa.Text, nullable=False),
    sa.Column("sample", sa.Text, nullable=False),
    # Rows of one check lie beside each other, and the key is not kept twice.
    sqlite_with_rowid=False,
)
