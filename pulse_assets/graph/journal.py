"""What the steps of one process report to whoever started them; a run that the UI starts has no reader."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pulse_assets.errors import PulseError
from pulse_assets.sync.outcome import PartitionOutcome
from pulse_assets.tables.publishing import PublishOutcome


@dataclass
class Journal:
    """Typed results beside Dagster's events, so that nobody has to read errors back out of an event log.

    Attributes:
        collected: What became of each repository and project in the sync.
        built: Rows by table and partition.
        failures: Why a partition of tables, metrics or reports was not built, by partition.
        reports: Files written.
        published: What stands in the database for dashboards; null: nothing was due.
        http: What the requests cost.
        notices: What the sources said that a person should know, such as that an endpoint is gone.
    """

    collected: dict[str, PartitionOutcome] = field(default_factory=dict)
    built: dict[tuple[str, str], int] = field(default_factory=dict)
    failures: dict[str, PulseError] = field(default_factory=dict)
    reports: list[Path] = field(default_factory=list)
    published: PublishOutcome | None = None
    http: dict[str, int | float] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)

    def add_http(self, counts: Mapping[str, Any]) -> None:
        """Adds the counts of one client; a limit that is left is no sum, and stays out."""
        for name, value in counts.items():
            if isinstance(value, int | float) and not name.startswith("limit_"):
                self.http[name] = self.http.get(name, 0) + value
