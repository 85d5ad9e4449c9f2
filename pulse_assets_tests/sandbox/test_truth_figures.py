"""The truth of periods: what falls into a week or a month of which zone, and what is open at its end."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pytest

from pulse_assets.sandbox.organization import Deployment, Organization, Repository
from pulse_assets.sandbox.truth import Grain, Row, Truth
from pulse_assets_tests.sandbox.truth_worlds import LINE, api, change, picked, ships
from pulse_assets_tests.sandbox.worlds import ADA, at, deployment, issue

MAY, JUNE = dt.date(2024, 5, 1), dt.date(2024, 6, 1)
#: m2 on the third, m4 on the fifth, m6 on the seventh of May, m7 on the first of June.
DEPLOYMENTS = (
    ships(1, "m2", "2024-05-03"),
    ships(2, "m4", "2024-05-05"),
    ships(3, "m6", "2024-05-07"),
    deployment(4, "m7", ("pending", "2024-05-08"), ("failure", "2024-05-08T01:00")),
    ships(5, "m7", "2024-06-01"),
)


def by_period(rows: Sequence[Row], *columns: str) -> dict[dt.date, tuple[Any, ...]]:
    """Columns of the scope `all`."""
    return {row["period_start"]: picked(row, *columns) for row in rows if row["scope"] == "all"}


def test_lead_time_has_quartiles_and_an_interval() -> None:
    """Deployed in May: m1, m3 and m5 after 40 hours, m2, m4 and m6 after 16."""
    organization = api(pull_requests=tuple(change(number) for number in range(1, 8)), deployments=DEPLOYMENTS)
    columns = ("row_count", "is_low_count", "lead_time_median_hours", "lead_time_p75_hours", "lead_time_p90_hours")
    assert by_period(Truth(organization).lead_time("month"), *columns) == {
        MAY: (6, False, 28.0, 40.0, 40.0),
        JUNE: (1, True, 592.0, 592.0, 592.0),
    }
    interval = ("lead_time_median_low_hours", "lead_time_median_high_hours", "left_out_count")
    assert by_period(Truth(organization).lead_time("month"), *interval) == {
        MAY: (16.0, 40.0, 0),
        JUNE: (592.0, 592.0, 0),
    }


# ------------------------------------------------------------------ failure rate
def test_failed_deployments_count_where_they_finished_and_others_are_left_out() -> None:
    reports = issue(11, "2024-05-02"), issue(12, "2024-06-02"), issue(13, "2024-05-05T06:00"), issue(14, "2024-05-06")
    truth = Truth(api(deployments=DEPLOYMENTS, issues=reports))
    columns = ("row_count", "change_failure_ratio", "failed_deployment_count")
    assert by_period(truth.change_failure_rate("month"), *columns) == {MAY: (3, 1 / 3, 1), JUNE: (1, 1.0, 1)}
    columns = ("unattributed_incident_count", "left_out_count", "status")
    assert by_period(truth.change_failure_rate("month"), *columns) == {MAY: (1, 1, "ok"), JUNE: (0, 0, "degraded")}
    interval = ("change_failure_low_ratio", "change_failure_high_ratio")
    assert by_period(truth.change_failure_rate("month"), *interval) == {MAY: (0.0, 1.0), JUNE: (1.0, 1.0)}


def test_a_period_without_a_deployment_has_no_ratio() -> None:
    truth = Truth(api(deployments=DEPLOYMENTS[:1]))
    columns = ("row_count", "change_failure_ratio", "change_failure_low_ratio", "failed_deployment_count")
    assert by_period(truth.change_failure_rate("month"), *columns)[JUNE] == (0, None, None, 0)
    columns = ("row_count", "rework_ratio", "rework_high_ratio", "rework_deployment_count")
    assert by_period(truth.rework_rate("month"), *columns)[JUNE] == (0, None, None, 0)


def test_a_repository_that_never_deployed_has_changes_left_out_and_no_figure() -> None:
    truth = Truth(api("2024-05-20", pull_requests=(change(1), change(2)), issues=(issue(9, "2024-05-05"),)))
    columns = ("row_count", "lead_time_median_hours", "lead_time_median_low_hours", "left_out_count")
    assert by_period(truth.lead_time("month"), *columns) == {MAY: (0, None, None, 2)}
    columns = ("deployment_count", "deployment_days_count", "deployment_days_per_week_median")
    assert by_period(truth.deployment_frequency("month"), *columns) == {MAY: (0, 0, 0.0)}
    columns = ("row_count", "change_failure_ratio", "unattributed_incident_count")
    assert by_period(truth.change_failure_rate("month"), *columns) == {MAY: (0, None, 1)}
    columns = ("row_count", "recovery_median_hours", "open_count", "restore_count", "restore_open_count")
    assert by_period(truth.recovery_time("month"), *columns) == {MAY: (0, None, 0, 0, 1)}


# ------------------------------------------------------------------ recovery
def test_recovery_belongs_to_the_period_of_the_recovery_and_is_open_until_then() -> None:
    """A failure of the 5th is mended on the 2nd of June; another, of the 7th, is never."""
    reports = issue(12, "2024-05-06", closed="2024-06-02"), issue(13, "2024-05-20")
    rows = Truth(api(deployments=DEPLOYMENTS, issues=reports)).recovery_time("month")
    columns = ("row_count", "recovery_median_hours", "recovery_p90_hours", "open_count")
    assert by_period(rows, *columns) == {MAY: (0, None, None, 2), JUNE: (1, 672.0, 672.0, 1)}
    columns = ("restore_count", "restore_median_hours", "restore_p75_hours", "restore_open_count")
    assert by_period(rows, *columns) == {MAY: (0, None, None, 2), JUNE: (1, 648.0, 648.0, 1)}


def test_a_failure_is_open_from_its_first_incident_on() -> None:
    """It failed on the 3rd; the report came on the 20th, so the weeks before know of nothing."""
    reports = (issue(12, "2024-05-20", closed="2024-05-27"),)
    rows = Truth(api("2024-06-04", deployments=DEPLOYMENTS[:1], issues=reports)).recovery_time("week")
    days = [dt.date(2024, 4, 29) + dt.timedelta(weeks=week) for week in range(6)]
    assert by_period(rows, "open_count", "restore_open_count", "row_count") == dict(
        zip(days, [(0, 0, 0), (0, 0, 0), (0, 0, 0), (1, 1, 0), (0, 0, 1), (0, 0, 0)], strict=True)
    )


def test_what_happens_at_the_second_of_the_collection_is_not_before_it() -> None:
    organization = api("2024-05-20", deployments=DEPLOYMENTS[:1], issues=(issue(12, "2024-05-20"),))
    assert by_period(Truth(organization).recovery_time("month"), "open_count", "restore_open_count") == {MAY: (0, 0)}


def test_incidents_that_blame_nobody_count_in_the_time_to_restore_only() -> None:
    reports = (issue(9, "2024-05-02", closed="2024-05-02T06:00"),)
    rows = Truth(api("2024-05-30", deployments=DEPLOYMENTS[:2], issues=reports)).recovery_time("month")
    columns = ("row_count", "recovery_median_hours", "restore_count", "restore_median_hours")
    assert by_period(rows, *columns) == {MAY: (0, None, 1, 6.0)}


# ------------------------------------------------------------------ rework
def test_rework_counts_where_the_deployment_finished() -> None:
    changes = change(5, "hotfix"), change(7)
    rows = Truth(api(pull_requests=changes, deployments=DEPLOYMENTS)).rework_rate("month")
    columns = ("row_count", "rework_ratio", "rework_deployment_count", "left_out_count")
    assert by_period(rows, *columns) == {MAY: (3, 1 / 3, 1, 1), JUNE: (1, 0.0, 0, 0)}
    assert by_period(rows, "rework_low_ratio", "rework_high_ratio")[MAY] == (0.0, 1.0)


# ------------------------------------------------------------------ scopes
def test_teams_are_their_repositories_and_all_is_everything() -> None:
    def repository(number: int, name: str, *deployments: Deployment) -> Repository:
        return Repository(number, "acme", name, at("2024-01-01"), landings=LINE, deployments=deployments)

    repositories = (
        repository(1, "api", ships(1, "m2", "2024-05-03")),
        repository(2, "web", ships(2, "m2", "2024-05-04"), ships(3, "m3", "2024-05-06")),
        repository(3, "docs"),
    )
    teams = {"shop": ["acme/api", "acme/web", "acme/gone"], "writers": ["acme/docs"], "front": ["acme/web"]}
    truth = Truth(Organization("acme", at("2024-05-20"), (ADA,), repositories), teams=teams)
    rows = truth.deployment_frequency("month")
    assert [picked(row, "scope_kind", "scope", "deployment_count") for row in rows] == [
        ("all", "all", 3),
        ("team", "front", 2),
        ("team", "shop", 3),
        ("repository", "acme/api", 1),
        ("repository", "acme/web", 2),
    ]


# ------------------------------------------------------------------ zones with daylight saving
@pytest.mark.parametrize(
    ("zone", "instants"),
    [
        # Clocks go back at 06:00 UTC: 01:30 comes twice, and Sunday ends an hour later by UTC.
        ("America/New_York", ("2024-11-03T05:30", "2024-11-03T06:30", "2024-11-04T04:30", "2024-11-04T05:00")),
        # Clocks go forward at 07:00 UTC: 02:30 does not come, Sunday ends an hour earlier.
        ("America/New_York", ("2024-03-10T06:59", "2024-03-10T07:01", "2024-03-11T03:59", "2024-03-11T04:00")),
        # 02:30 comes twice; midnight was at 22:00 UTC before and is at 23:00 UTC after.
        ("Europe/Berlin", ("2024-10-27T00:30", "2024-10-27T01:30", "2024-10-27T22:59", "2024-10-27T23:00")),
        # Half an hour comes twice at 15:00 UTC; Monday begins at 13:30 UTC and no longer at 13:00.
        ("Australia/Lord_Howe", ("2024-04-06T14:45", "2024-04-06T15:15", "2024-04-07T13:15", "2024-04-07T13:30")),
        # Half an hour is skipped at 15:30 UTC; Monday begins at 13:00 UTC and no longer at 13:30.
        ("Australia/Lord_Howe", ("2024-10-05T15:29", "2024-10-05T15:31", "2024-10-06T12:59", "2024-10-06T13:00")),
    ],
)
def test_a_week_ends_at_local_midnight_while_clocks_change(zone: str, instants: Sequence[str]) -> None:
    """The first two lie around the change and with the third on Sunday, the last one on Monday."""
    deployments = tuple(ships(number, "m0", instant) for number, instant in enumerate(instants))
    last = at(instants[-1])
    rows = Truth(api(str(last.date() + dt.timedelta(days=3)), deployments=deployments)).deployment_frequency(
        "week", zone
    )
    found = by_period(rows, "deployment_count", "deployment_days_count")
    assert [counts for _, counts in sorted(found.items())] == [(3, 1), (1, 1)]
    assert [start.weekday() for start in found] == [0, 0]


def periods_of(grain: Grain, zone: str, *instants: str) -> list[tuple[str, int]]:
    deployments = tuple(ships(number, "m0", instant) for number, instant in enumerate(instants))
    rows = Truth(api(deployments=deployments), at("2024-06-01T12:00")).deployment_frequency(grain, zone)
    return [(str(start), count) for start, (count,) in by_period(rows, "deployment_count").items() if count]


def test_a_month_begins_at_local_midnight_of_the_time_that_holds_then() -> None:
    """Summer time began in Berlin on the 31st of March 2024: April begins there at 22:00 UTC."""
    instants = ("2024-03-31T00:59:59", "2024-03-31T01:00", "2024-03-31T21:59:59", "2024-03-31T22:00")
    assert periods_of("month", "Europe/Berlin", *instants) == [("2024-03-01", 3), ("2024-04-01", 1)]
    assert periods_of("week", "Europe/Berlin", *instants) == [("2024-03-25", 3), ("2024-04-01", 1)]
    assert periods_of("month", "UTC", *instants) == [("2024-03-01", 4)]
    assert periods_of("month", "Australia/Lord_Howe", "2024-04-30T13:29:59", "2024-04-30T13:30") == [
        ("2024-04-01", 1),
        ("2024-05-01", 1),
    ]


def test_hours_do_not_change_with_the_clocks() -> None:
    """From Saturday noon to Sunday noon of the day on which New York sets its clocks forward are 23 hours."""
    deployments = (ships(1, "m0", "2024-03-09T17:00"),)
    reports = (issue(9, "2024-03-09T17:00", closed="2024-03-10T16:00"),)
    rows = Truth(api(deployments=deployments, issues=reports)).recovery_time("month", "America/New_York")
    assert by_period(rows, "recovery_median_hours", "restore_median_hours")[dt.date(2024, 3, 1)] == (23.0, 23.0)
