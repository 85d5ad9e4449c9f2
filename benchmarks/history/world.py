"""Writes an invented history into a lake, repository by repository."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.frames import arrow_schema
from pulse_assets.tables.lake import Lake

PULLS_PER_REPOSITORY = 5_000
COLLECTED_AT = dt.datetime(2025, 7, 7, tzinfo=dt.UTC)
_TABLES = {
    "pull_requests": "SELECT * FROM pulls",
    "commits": "SELECT * FROM line",
    "deployments": "SELECT * FROM shipped",
    "pull_request_commits": """
        SELECT repository, number, sha('own', $r, 2 * number + n) AS sha, first_commit_at AS authored_at,
            created_at AS committed_at, author
        FROM pulls CROSS JOIN (SELECT unnest([0, 1]) AS n)
    """,
    "pull_request_reviews": """
        SELECT repository, number, number * 10 AS review_id, concat('person-', hash($r, number, 9) % 24) AS reviewer,
            false AS is_bot, 'APPROVED' AS state, first_review_at AS submitted_at
        FROM pulls WHERE first_review_at IS NOT NULL
    """,
    "incident_reports": """
        SELECT repository, 2000000 + deployment_id AS number, 'Outage' AS title,
            if(hash($r, deployment_id, 8) % 20 = 0, 'open', 'closed') AS state,
            if(hash($r, deployment_id, 8) % 5 = 0, sha, NULL) AS root_cause_sha,
            finished_at + INTERVAL 20 MINUTE AS opened_at,
            if(state = 'open', NULL, opened_at + to_seconds(CAST(86400 * share($r + 6, deployment_id) AS BIGINT)))
                AS resolved_at
        FROM shipped WHERE status = 'success' AND is_production AND hash($r, deployment_id, 1) % 20 = 0
    """,
    "releases": "SELECT $repository AS repository WHERE false",
    "repositories": """
        SELECT $repository AS repository, $r AS repository_id, 'main' AS default_branch, false AS is_fork,
            false AS is_archived, false AS is_private, TIMESTAMPTZ '2015-01-01 00:00:00+00' AS created_at,
            $collected_at::TIMESTAMPTZ AS collected_at
    """,
}


@dataclass(frozen=True, slots=True)
class Size:
    """How large a history is.

    Attributes:
        pull_requests: All of them merged; a multiple of five.
    """

    pull_requests: int

    @property
    def commits(self) -> int:
        """Of the default branches."""
        return 5 * self.pull_requests

    @property
    def deployments(self) -> int:
        """To production and to staging."""
        return self.pull_requests // 5

    @property
    def repositories(self) -> int:
        """Each with at most `PULLS_PER_REPOSITORY`."""
        return -(-self.pull_requests // PULLS_PER_REPOSITORY)


def write(size: Size, folder: Path, *, weeks: int = 0, only: int | None = None) -> Lake:
    """The clean tables of a history.

    Args:
        size: How much.
        folder: Where the lake is.
        weeks: Leave out what happened in the last weeks, to have an increment.
        only: Write this many repositories and leave the others as they are.
    """
    lake = Lake(folder)
    sql = (Path(__file__).parent / "world.sql").read_text(encoding="utf-8")
    horizon = COLLECTED_AT - dt.timedelta(weeks=weeks)  # a Monday
    left = size.pull_requests
    with duckdb.connect(config={"memory_limit": "1GB"}) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for number in range(only or size.repositories):
            pulls = min(PULLS_PER_REPOSITORY, left)
            left -= pulls
            given = {"repository": f"acme/service-{number:04}", "r": number, "pulls": pulls, "collected_at": horizon}
            for name, value in given.items():
                connection.execute(f"SET VARIABLE {name} = ?", [value])
            connection.execute(_with_variables(sql))
            _cut(connection, horizon)
            for table, query in _TABLES.items():
                rows = connection.sql(_with_variables(query)).to_arrow_table()
                lake.write(TABLES[table], str(given["repository"]), [_whole(table, rows)])
            # No pull request names an issue: there is no Jira beside this history.
            lake.write(TABLES["pull_request_issue_keys"], str(given["repository"]), [])
    return lake


def _cut(connection: duckdb.DuckDBPyConnection, horizon: dt.datetime) -> None:
    connection.execute("DELETE FROM pulls WHERE merged_at >= ?", [horizon])
    connection.execute("DELETE FROM line WHERE committed_at >= ?", [horizon])
    connection.execute("DELETE FROM shipped WHERE finished_at >= ?", [horizon])


def _with_variables(sql: str) -> str:
    for name in ("collected_at", "repository", "pulls"):
        sql = sql.replace(f"${name}", f"getvariable('{name}')")
    return sql.replace("$r", "getvariable('r')")


def _whole(table: str, rows: pa.Table) -> pa.Table:
    """The rows with the table's columns; those that the history does not speak of are null."""
    schema = arrow_schema(TABLES[table])
    have = set(rows.column_names)
    columns = [
        rows[field.name].cast(field.type) if field.name in have else pa.nulls(len(rows), field.type) for field in schema
    ]
    return pa.table(columns, schema=schema)
