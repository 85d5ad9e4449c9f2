"""dlt's rest_api source into DuckDB, with dlt's default settings for parallel work.

Files between its steps are JSON lines, the leanest of the formats that it has for DuckDB.
"""

from collections.abc import Iterator
from typing import Any

import dlt  # pyright: ignore[reportMissingImports] - only the extra `bench` installs it
import duckdb
from dlt.sources.rest_api import rest_api_source  # pyright: ignore[reportMissingImports]

from .task import Identity, Rows, Task, pull_request, rows_of


def collect(task: Task) -> None:
    run(task, loader_file_format="jsonl")


def run(task: Task, **options: Any) -> None:
    pipeline = dlt.pipeline(
        pipeline_name="github",
        pipelines_dir=str(task.path / "pipelines"),
        destination=dlt.destinations.duckdb(str(task.path / "rows.duckdb")),
        dataset_name="github",
    )
    pipeline.run(_source(task), **options).raise_on_failed_jobs()


def _source(task: Task) -> Any:
    pulls = f"repos/{task.repository}/pulls"
    resources: list[dict[str, Any]] = [
        {
            "name": "pull_requests",
            "primary_key": "number",
            "endpoint": {"path": pulls, "params": {"state": "all", "sort": "created", "direction": "asc"}},
        }
    ]
    if task.has_details:
        resources += [
            {
                "name": name,
                "include_from_parent": ["number"],
                "endpoint": {"path": f"{pulls}/{{resources.pull_requests.number}}/{name}"},
            }
            for name in ("commits", "reviews")
        ]
    config: Any = {
        "client": {
            "base_url": f"{task.address}/",
            "auth": {"type": "bearer", "token": task.token},
            "paginator": "header_link",
        },
        "resource_defaults": {"endpoint": {"params": {"per_page": 100}}},
        "resources": resources,
    }
    return rest_api_source(config)


def rows(task: Task) -> Rows:
    return rows_of(_identities(task), has_details=task.has_details)


def _identities(task: Task) -> Iterator[Identity]:
    with duckdb.connect(str(task.path / "rows.duckdb"), read_only=True) as connection:
        columns = {
            name for (name,) in connection.sql("SELECT column_name FROM (DESCRIBE github.pull_requests)").fetchall()
        }
        # A column that holds nothing but nulls is not created.
        merged_at = "epoch(merged_at)" if "merged_at" in columns else "NULL"
        for number, merged in connection.sql(f"SELECT number, {merged_at} FROM github.pull_requests").fetchall():  # noqa: S608
            yield pull_request(number, merged)
        if task.has_details:
            commits = "SELECT _pull_requests_number, sha FROM github.commits"
            reviews = "SELECT _pull_requests_number, id FROM github.reviews WHERE state <> 'PENDING'"
            for number, sha in connection.sql(commits).fetchall():
                yield "commit", number, sha
            for number, review_id in connection.sql(reviews).fetchall():
                yield "review", number, str(review_id)
