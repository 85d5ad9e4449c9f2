"""dlt's rest_api source into DuckDB with every default, among them INSERT statements as files between its steps."""

from .dlt_rest import rows, run
from .task import Task

__all__ = ["collect", "rows"]


def collect(task: Task) -> None:
    run(task)
