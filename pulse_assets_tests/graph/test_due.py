"""Which months rest on which rows."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from pulse_assets.graph.inputs import PresentState, month_inputs
from pulse_assets.graph.resources import Pulse
from pulse_assets.graph.wings import GITHUB
from pulse_assets.metrics.engine import build_fact
from pulse_assets.settings import Settings
from pulse_assets.tables.check_history import Gate
from pulse_assets.tables.teams import Teams
from pulse_assets_tests.text_tables import completed


def instant(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def write_repository(pulse: Pulse, name: str, *, merged: list[str], deployed: list[str], collected: str) -> None:
    """The clean tables of a repository, and the facts that the engine builds of them."""
    success = {"is_production": True, "status": "success"}
    rows: dict[str, list[dict[str, Any]]] = {
        "repositories": [{"collected_at": instant(collected), "default_branch": "main"}],
        "pull_requests": [
            {"number": n, "base_branch": "main", "merged_at": instant(text)} for n, text in enumerate(merged)
        ],
        "deployments": [
            {"deployment_id": n, "finished_at": instant(text), **success} for n, text in enumerate(deployed)
        ],
    }
    for table in GITHUB.clean:
        pulse.lake.write(table, name, [completed(table.name, rows.get(table.name, []), name)])
    for table in GITHUB.facts:
        pulse.lake.write(table, name, build_fact(table.name, pulse.lake, name, pulse.settings))


def inputs_of(
    pulse: Pulse, expected: Sequence[str] = (), *, teams: Teams | None = None, gates: tuple[Gate, ...] = ()
) -> dict[str, str]:
    return month_inputs(pulse, GITHUB, PresentState(expected, teams or Teams(), gates))


@pytest.fixture
def pulse(tmp_path: Path) -> Pulse:
    return Pulse(Settings(home=tmp_path, timezone="Europe/Berlin"))


API = {"merged": ["2024-02-14T10:00:00"], "deployed": ["2024-02-15T10:00:00"], "collected": "2024-05-15T10:00:00"}


def changed(before: dict[str, str], after: dict[str, str]) -> set[str]:
    return {month[:7] for month in before.keys() | after.keys() if before.get(month) != after.get(month)}


def test_no_month_before_the_first_event_or_after_the_collection(pulse: Pulse) -> None:
    assert inputs_of(pulse) == {}
    write_repository(pulse, "acme/api", **API)
    assert list(inputs_of(pulse)) == ["2024-02-01", "2024-03-01", "2024-04-01", "2024-05-01"]


def test_a_repository_without_events_has_no_months(pulse: Pulse) -> None:
    write_repository(pulse, "acme/empty", merged=[], deployed=[], collected="2024-05-15T10:00:00")
    assert inputs_of(pulse) == {}


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
    write_repository(pulse, "acme/api", **API)
    before = inputs_of(pulse)
    write_repository(pulse, "acme/api", **(API | change))
    assert changed(before, inputs_of(pulse)) == months


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
    write_repository(pulse, "acme/api", **API)
    write_repository(pulse, "acme/web", **LATE)
    before = inputs_of(pulse, expected)
    write_repository(pulse, "acme/web", **dict(LATE, collected=collected))
    assert changed(before, inputs_of(pulse, expected)) == months


def test_a_repository_that_is_behind_is_due_where_it_is_behind_once_it_is_no_longer_expected(pulse: Pulse) -> None:
    write_repository(pulse, "acme/api", **API)
    write_repository(pulse, "acme/web", **dict(LATE, collected="2024-07-10T10:00:00"))
    before = inputs_of(pulse, ["acme/api", "acme/web"])
    assert changed(before, inputs_of(pulse, ["acme/web"])) == {"2024-05", "2024-06", "2024-07"}
    assert list(before)[-1] == "2024-07-01"


def test_a_repository_that_is_expected_and_not_there_touches_every_month(pulse: Pulse) -> None:
    write_repository(pulse, "acme/api", **API)
    assert len(changed(inputs_of(pulse, ["acme/api"]), inputs_of(pulse, ["acme/api", "acme/web"]))) == 4


def test_what_the_user_lists_as_teams_and_what_checks_found_touch_every_month(pulse: Pulse) -> None:
    write_repository(pulse, "acme/api", **API)
    before = inputs_of(pulse)
    assert len(changed(before, inputs_of(pulse, teams=Teams({"web": ("acme/api",)}, {"web": ()})))) == 4
    gate = Gate("acme/api", "commits", "commits_have_one_head", "withheld", "2 heads")
    assert len(changed(before, inputs_of(pulse, gates=(gate,)))) == 4
