"""What one source lacks degrades the figures of the other that rest on it."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from pulse_assets.metrics.engine import build_fact, build_metrics
from pulse_assets.settings import Settings
from pulse_assets.tables.check_history import Gate
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.lake import Lake
from pulse_assets_tests.metrics.test_engine import HISTORY
from pulse_assets_tests.text_tables import fill

MAY, END_OF_MAY = dt.date(2024, 5, 1), dt.datetime(2024, 6, 1, tzinfo=dt.UTC)
FAILURES, LEAD_TIME = "dora_change_failure_rate", "dora_lead_time"
Status = tuple[str, str | None]


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    lake = Lake(tmp_path / "lake")
    fill(lake, {**HISTORY, "repositories": "collected_at\n2024-06-30 12:00"}, "acme/api")
    for name, table in TABLES.items():
        if (table.layer, table.family) == ("facts", "delivery"):
            lake.write(table, "acme/api", build_fact(name, lake, "acme/api", Settings()))
    return lake


def status(lake: Lake, metric: str, **options: Any) -> Status:
    """Of all repositories in May."""
    ((_, tables),) = build_metrics([metric], lake, [MAY], Settings(), **options)
    (row,) = [
        row
        for row in tables[MAY].to_pylist()
        if (row["definition"], row["grain"], row["scope_kind"]) == ("pulse", "month", "all")
    ]
    return row["status"], row["status_reason"]


def test_figures_that_rest_on_incidents_are_degraded_while_jira_is_behind(lake: Lake) -> None:
    assert status(lake, FAILURES) == ("ok", None)
    assert status(lake, FAILURES, beside_at=END_OF_MAY) == ("ok", None)
    behind = END_OF_MAY - dt.timedelta(seconds=1)
    assert status(lake, FAILURES, beside_at=behind) == ("degraded", "Jira was not collected to its end")
    assert status(lake, LEAD_TIME, beside_at=behind) == ("ok", None)


def test_a_failed_check_of_issues_degrades_them_in_every_repository(lake: Lake) -> None:
    gates = [Gate("PAY", "issues", "issues_are_unique", "withheld", "two rows have one key")]
    assert status(lake, FAILURES, gates=gates) == ("degraded", "PAY: two rows have one key")
    assert status(lake, LEAD_TIME, gates=gates) == ("ok", None)
    own = Gate("acme/api", "deployments", "deployments_are_unique", "withheld", "two rows have one key")
    assert status(lake, FAILURES, gates=[*gates, own])[0] == "withheld"
