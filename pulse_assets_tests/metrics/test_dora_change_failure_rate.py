import datetime as dt
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from pulse_assets.metrics.engine import open_rows
from pulse_assets.settings import Settings
from pulse_assets.tables.lake import Lake
from pulse_assets.tables.teams import Teams
from pulse_assets_tests.metrics.dora_figures import Figures, dora_figures

Build = Callable[..., Figures]
OUTCOMES = """
    deployment_id  status   finished_at       is_counted  reason          is_failure
    1              success  2024-05-06 09:00  yes         -               yes
    2              success  2024-05-07 09:00  yes         -               no
    3              failure  2024-05-07 10:00  no          not_successful  no
    4              success  2024-05-08 09:00  yes         -               no
    5              success  2024-05-14 09:00  yes         -               yes
    6              pending  -                 no          not_successful  no
"""
REPORTS = """
    number  opened_at         root_cause_sha
    1       2024-05-07 11:00  -
    2       2024-05-07 12:00  c1
    3       2024-05-20 12:00  c9
    4       2024-05-05 12:00  -
"""
COMMITS = """
    deployment_id  sha  deployed_at
    1              c1   2024-05-06 09:00
    4              c1   2024-05-08 09:00
    4              c2   2024-05-08 09:00
"""
TEXTS = {"deployment_outcomes": OUTCOMES, "incident_reports": REPORTS, "fourkeys_changes": COMMITS}
COLUMNS = ("change_failure_ratio", "failed_deployment_count", "left_out_count", "row_count")


@pytest.fixture
def failures(tmp_path: Path) -> Build:
    return partial(dora_figures, tmp_path, "dora_change_failure_rate")


def figures(rows: Figures, *key: str) -> list[float | None]:
    definition, scope, grain, start = key
    return [rows[definition, scope, grain, start][column] for column in COLUMNS]


def test_pulse_divides_failed_deployments_by_all_that_reached_users(failures: Build) -> None:
    rows = failures(TEXTS)
    assert figures(rows, "pulse", "acme/api", "week", "2024-05-06") == pytest.approx([1 / 3, 1, 1, 3])
    assert figures(rows, "pulse", "acme/api", "month", "2024-05-01") == [0.5, 2, 1, 4]


def test_devlake_blames_the_latest_deployment_before_the_report_once(failures: Build) -> None:
    rows = failures(TEXTS)
    assert figures(rows, "devlake", "acme/api", "week", "2024-05-06") == pytest.approx([1 / 3, 1, 1, 3])
    assert figures(rows, "devlake", "acme/api", "week", "2024-05-13") == [1.0, 1, 0, 1]


def test_devlake_blames_a_deployment_that_finished_as_the_report_was_opened(failures: Build) -> None:
    reports = "number  opened_at\n1       2024-05-08 09:00"
    outcomes = "deployment_id  finished_at  is_counted\n1  2024-05-08 09:00  yes\n2  2024-05-13 09:00  yes"
    rows = failures({"deployment_outcomes": outcomes, "incident_reports": reports})
    assert figures(rows, "devlake", "acme/api", "week", "2024-05-06") == [1.0, 1, 0, 1]


def test_fourkeys_blames_every_deployment_that_holds_the_named_commit(failures: Build) -> None:
    rows = failures(TEXTS)
    assert figures(rows, "fourkeys", "acme/api", "week", "2024-05-06") == pytest.approx([2 / 3, 2, 1, 3])
    assert figures(rows, "fourkeys", "acme/api", "week", "2024-05-13") == [0.0, 0, 0, 1]


def test_fourkeys_knows_no_abbreviated_commits_and_none_of_other_repositories(failures: Build) -> None:
    reports = "number  opened_at         root_cause_sha\n1       2024-05-07 11:00  c\n2       2024-05-07 11:00  w1"
    web = "deployment_id  sha  deployed_at\n1              w1   2024-05-06 09:00"
    rows = failures(
        TEXTS | {"incident_reports": reports},
        others={"acme/web": {"deployment_outcomes": OUTCOMES, "fourkeys_changes": web}},
    )
    assert rows["fourkeys", "all", "month", "2024-05-01"]["failed_deployment_count"] == 0


def test_devlake_takes_the_whole_scope_for_one_project(failures: Build) -> None:
    web = "deployment_id  finished_at       is_counted\n1              2024-05-07 10:30  yes"
    rows = failures(
        TEXTS,
        others={"acme/web": {"deployment_outcomes": web}},
        teams=Teams(repositories={"core": ("acme/api", "acme/web"), "alone": ("acme/web",)}),
    )
    week = {
        key[1]: row["failed_deployment_count"]
        for key, row in rows.items()
        if key[0::2] == ("devlake", "week") and key[3] == "2024-05-06"
    }
    assert week == {"acme/api": 1, "acme/web": 0, "core": 1, "alone": 0, "all": 1}
    month = rows["devlake", "all", "month", "2024-05-01"]
    assert (month["failed_deployment_count"], month["row_count"]) == (2, 5)
    assert rows["devlake", "acme/web", "month", "2024-05-01"]["failed_deployment_count"] == 0


@pytest.mark.parametrize(("web_number", "failed"), [(1, "acme/api"), (9, "acme/web")])
def test_of_deployments_at_one_instant_devlake_blames_the_highest_number(
    tmp_path: Path, failures: Build, web_number: int, failed: str
) -> None:
    api = "deployment_id  finished_at       is_counted\n5              2024-05-07 10:00  yes"
    web = f"deployment_id  finished_at       is_counted\n{web_number}  2024-05-07 10:00  yes"
    reports = "number  opened_at\n1       2024-05-07 11:00"
    failures(
        {"deployment_outcomes": api, "incident_reports": reports}, others={"acme/web": {"deployment_outcomes": web}}
    )
    settings = Settings.load(home=tmp_path)
    with open_rows(
        "dora_change_failure_rate", Lake(tmp_path / "lake"), "week", dt.date(2024, 5, 6), settings
    ) as connection:
        blamed = connection.sql(
            "SELECT repository FROM dora_change_failure_rate_rows "
            "WHERE definition = 'devlake' AND scope = 'all' AND is_failure"
        ).fetchall()
    assert blamed == [(failed,)]


def test_incident_belongs_to_the_period_of_its_deployment_however_late_it_was(failures: Build) -> None:
    late = "number  opened_at         root_cause_sha\n1       2024-07-20 12:00  -"
    outcomes = "deployment_id  finished_at  is_counted\n1  2024-05-31 23:59  yes\n2  2024-07-21 09:00  yes"
    rows = failures({"deployment_outcomes": outcomes, "incident_reports": late})
    assert figures(rows, "devlake", "acme/api", "month", "2024-05-01") == [1.0, 1, 0, 1]


def test_incidents_without_a_deployment_are_counted_where_they_were_opened(failures: Build) -> None:
    incidents = """
        incident_id  kind    opened_at         is_attributed  reason
        issue-1      issue   2024-05-07 11:00  yes            -
        issue-4      issue   2024-05-05 12:00  no             no_deployment_before
        revert-9     revert  2024-05-07 11:00  no             reverted_before_deployment
    """
    rows = failures(TEXTS | {"incidents": incidents})
    found = {
        key[0]: row["unattributed_incident_count"]
        for key, row in rows.items()
        if key[1:] == ("acme/api", "month", "2024-05-01")
    }
    assert found == {"pulse": 2, "devlake": 1, "fourkeys": 3}
    assert rows["pulse", "acme/api", "week", "2024-05-06"]["unattributed_incident_count"] == 1
    assert rows["fourkeys", "acme/api", "week", "2024-05-20"]["unattributed_incident_count"] == 1


def test_only_pulse_has_an_interval(failures: Build) -> None:
    rows = failures(TEXTS)
    ends = {
        key[0]: (row["change_failure_low_ratio"], row["change_failure_high_ratio"])
        for key, row in rows.items()
        if key[1:] == ("acme/api", "month", "2024-05-01")
    }
    assert ends == {"pulse": (0.0, 1.0), "devlake": (None, None), "fourkeys": (None, None)}


def test_period_without_a_failure_is_zero_and_one_without_deployments_unknown(failures: Build) -> None:
    text = "deployment_id  finished_at       is_counted\n1              2024-05-06 09:00  yes"
    rows = failures({"deployment_outcomes": text})
    columns = (
        "change_failure_ratio",
        "change_failure_low_ratio",
        "change_failure_high_ratio",
        "failed_deployment_count",
    )
    weeks = [[rows["pulse", "all", "week", start][name] for name in columns] for start in ("2024-05-06", "2024-05-13")]
    assert weeks == [[0.0, 0.0, 0.0, 0], [None, None, None, 0]]


@pytest.mark.parametrize(("zone", "month"), [("UTC", "2024-03-01"), ("Europe/Berlin", "2024-04-01")])
def test_periods_are_local(failures: Build, zone: str, month: str) -> None:
    text = "deployment_id  finished_at       is_counted\n1              2024-03-31 22:30  yes"
    merged = {"pull_requests": "number  merged_at\n1       2024-03-01 10:00"}
    rows = failures({"deployment_outcomes": text} | merged, months=["2024-03-01", "2024-04-01"], zone=zone)
    found = [key[3] for key, row in rows.items() if key[:3] == ("pulse", "all", "month") and row["row_count"]]
    assert found == [month]
