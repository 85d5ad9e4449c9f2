"""Which months rest on which rows."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from pulse_assets.graph.inputs import month_inputs
from pulse_assets.graph.resources import Pulse
from pulse_assets.settings import Settings
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.frames import typed_frame
from pulse_assets.tables.lake import Lake


def instant(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def write(lake: Lake, table: str, repository: str, *rows: dict[str, Any]) -> None:
    empty: dict[str, Any] = dict.fromkeys(TABLES[table].column_names)
    frame = typed_frame(TABLES[table], [{**empty, "repository": repository, **row} for row in rows])
    lake.write(TABLES[table], repository, [frame])


def write_repository(lake: Lake, name: str, *, merged: list[str], deployed: list[str], collected: str) -> None:
    write(lake, "repositories", name, {"collected_at": instant(collected)})
    changes = [{"number": n, "merged_at": instant(text)} for n, text in enumerate(merged)]
    write(lake, "change_lead_times", name, *changes)
    success = {"is_production": True, "status": "success"}
    deployments = [{"deployment_id": n, "finished_at": instant(text), **success} for n, text in enumerate(deployed)]
    write(lake, "deployments", name, *deployments)


@pytest.fixture
def pulse(tmp_path: Path) -> Pulse:
    return Pulse(Settings(home=tmp_path, timezone="Europe/Berlin"))


API = {"merged": ["2024-02-14T10:00:00"], "deployed": ["2024-02-15T10:00:00"], "collected": "2024-05-15T10:00:00"}


def changed(before: dict[str, str], after: dict[str, str]) -> set[str]:
    return {month[:7] for month in before.keys() | after.keys() if before.get(month) != after.get(month)}


def test_no_month_before_the_first_event_or_after_the_collection(pulse: Pulse) -> None:
    assert month_inputs(pulse, ()) == {}
    write_repository(pulse.lake, "acme/api", **API)
    assert list(month_inputs(pulse, ())) == ["2024-02-01", "2024-03-01", "2024-04-01", "2024-05-01"]


def test_a_repository_without_events_has_no_months(pulse: Pulse) -> None:
    write_repository(pulse.lake, "acme/empty", merged=[], deployed=[], collected="2024-05-15T10:00:00")
    assert month_inputs(pulse, ()) == {}


@pytest.mark.parametrize(
    ("change", "months"),
    [
        ({}, set()),
        ({"merged": [*API["merged"], "2024-03-20T10:00:00"]}, {"2024-03"}),
        # The week of 1 March 2024 began on 26 February.
        ({"deployed": [*API["deployed"], "2024-03-01T10:00:00"]}, {"2024-02", "2024-03"}),
        ({"deployed": [*API["deployed"], "2024-01-31T23:30:00"]}, {"2024-01", "2024-02"}),
        ({"collected": "2024-05-16T10:00:00"}, set()),
        ({"collected": "2024-05-22T10:00:00"}, {"2024-05"}),
        ({"collected": "2024-06-05T10:00:00"}, {"2024-05", "2024-06"}),
    ],
    ids=["nothing", "merge", "week across months", "local day", "same week", "next week", "next month"],
)
def test_only_the_months_of_changed_rows_are_due(pulse: Pulse, change: dict[str, Any], months: set[str]) -> None:
    write_repository(pulse.lake, "acme/api", **API)
    before = month_inputs(pulse, ())
    write_repository(pulse.lake, "acme/api", **(API | change))
    assert changed(before, month_inputs(pulse, ())) == months


LATE: dict[str, Any] = {"merged": ["2024-03-20T10:00:00"], "deployed": [], "collected": "2024-05-15T10:00:00"}


@pytest.mark.parametrize(
    ("expected", "collected", "months"),
    [
        (["acme/api", "acme/web"], "2024-05-16T10:00:00", set()),
        (["acme/api", "acme/web"], "2024-05-22T10:00:00", {"2024-05"}),
        (["acme/api", "acme/web"], "2024-07-10T10:00:00", {"2024-05", "2024-06", "2024-07"}),
        (["acme/api"], "2024-07-10T10:00:00", {"2024-05", "2024-06", "2024-07"}),
        (["acme/web"], "2024-07-10T10:00:00", {"2024-05", "2024-06", "2024-07"}),
    ],
)
def test_months_after_the_newest_collection_of_the_others_are_due(
    pulse: Pulse, expected: list[str], collected: str, months: set[str]
) -> None:
    write_repository(pulse.lake, "acme/api", **API)
    write_repository(pulse.lake, "acme/web", **LATE)
    before = month_inputs(pulse, expected)
    write_repository(pulse.lake, "acme/web", **dict(LATE, collected=collected))
    assert changed(before, month_inputs(pulse, expected)) == months


def test_a_repository_that_is_behind_is_due_where_it_is_behind_once_it_is_no_longer_expected(pulse: Pulse) -> None:
    write_repository(pulse.lake, "acme/api", **API)
    write_repository(pulse.lake, "acme/web", **dict(LATE, collected="2024-07-10T10:00:00"))
    before = month_inputs(pulse, ["acme/api", "acme/web"])
    assert changed(before, month_inputs(pulse, ["acme/web"])) == {"2024-05", "2024-06", "2024-07"}
    assert list(before)[-1] == "2024-07-01"


def test_a_repository_that_is_expected_and_not_there_touches_every_month(pulse: Pulse) -> None:
    write_repository(pulse.lake, "acme/api", **API)
    assert len(changed(month_inputs(pulse, ["acme/api"]), month_inputs(pulse, ["acme/api", "acme/web"]))) == 4
