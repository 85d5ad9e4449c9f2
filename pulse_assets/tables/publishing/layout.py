"""How a table of the lake looks in Postgres: types, key, indexes and comments, as statements."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from pulse_assets.tables.schema import Kind, Table

#: As Postgres' `format_type` writes them.
POSTGRES_TYPES: Mapping[Kind, str] = MappingProxyType(
    {
        "string": "text",
        "integer": "bigint",
        "float": "double precision",
        "boolean": "boolean",
        "timestamp": "timestamp with time zone",
        "date": "date",
    }
)
#: Ends the comment of every table that Pulse made; a table without it is somebody else's.
MARKER = "(Published by Pulse, which replaces its rows.)"
#: What dashboards filter by beside the key, one index each.
_METRIC_INDEXES = (("period_start", "scope"),)
_INDEXES: Mapping[str, tuple[tuple[str, ...], ...]] = MappingProxyType(
    {
        "pull_requests": (("merged_at",), ("created_at",)),
        "pull_request_reviews": (("submitted_at",),),
        "commits": (("committed_at",),),
        "deployments": (("finished_at",),),
        "incident_reports": (("opened_at",),),
        "change_lead_times": (("deployed_at",), ("merged_at",)),
        "incidents": (("opened_at",), ("repository", "deployment_id")),
        "deployment_outcomes": (("finished_at",),),
        "devlake_changes": (("deployed_at",),),
        "fourkeys_changes": (("deployed_at",),),
        "issues": (("created_at",), ("updated_at",)),
        "issue_changes": (("changed_at",),),
        "issue_status_spans": (("entered_at",),),
        "issue_flow": (("done_at",),),
        "issue_deliveries": (("deployed_at",),),
    }
)


def columns(table: Table) -> dict[str, str]:
    """Its columns with their types."""
    return {column.name: POSTGRES_TYPES[column.kind] for column in table.columns}


def indexes(table: Table) -> dict[str, tuple[str, ...]]:
    """Its indexes beside the key by their names."""
    chosen = _METRIC_INDEXES if table.layer == "metrics" else _INDEXES.get(table.name, ())
    return {f"{table.name}_by_{names[0]}": names for names in chosen}


def key_name(table: Table) -> str:
    return f"{table.name}_key"


def create_table(table: Table, place: str) -> str:
    """The statement that makes it, without key and indexes, which are quicker made of all rows at once.

    Args:
        table: Its contract.
        place: Schema and name, quoted.
    """
    lines = ", ".join(f"{quoted(name)} {kind}" for name, kind in columns(table).items())
    return f"CREATE TABLE {place} ({lines})"


def create_indexes(table: Table, place: str, suffix: str = "") -> Iterator[str]:
    """The statements that make the key and the indexes.

    Args:
        table: Its contract.
        place: Schema and name, quoted.
        suffix: Added to their names.
    """
    key = ", ".join(map(quoted, table.key))
    yield f"ALTER TABLE {place} ADD CONSTRAINT {quoted(key_name(table) + suffix)} PRIMARY KEY ({key})"
    for name, members in indexes(table).items():
        yield f"CREATE INDEX {quoted(name + suffix)} ON {place} ({', '.join(map(quoted, members))})"


def comments(table: Table, place: str) -> Iterator[str]:
    """The statements that say what the table and its columns mean."""
    yield f"COMMENT ON TABLE {place} IS {_literal(f'{table.description} {MARKER}')}"
    for column in table.columns:
        yield f"COMMENT ON COLUMN {place}.{quoted(column.name)} IS {_literal(column.description)}"


def layout_of(table: Table) -> str:
    """A short text that differs when key or indexes do."""
    parts = table.key, indexes(table)
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


def meaning_of(table: Table) -> str:
    """A short text that differs when the comments do."""
    parts = table.description, [(column.name, column.description) for column in table.columns]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


def quoted(name: str) -> str:
    """A name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
