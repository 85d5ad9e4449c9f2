import datetime as dt
from typing import Any

import pytest

from pulse_assets.errors import NotFound
from pulse_assets.sandbox.organization import Organization, Push
from pulse_assets.sandbox.truth import Truth
from pulse_assets.sandbox.truth_statistics import percentile
from pulse_assets_tests.sandbox.worlds import ADA, BEN, BOT, at, commit, deployment, mainline, pull, review, world

LINE = mainline(
    ("m0", "2024-05-01"), ("m1", "2024-05-02T12:00"), ("m2", "2024-05-03T12:00"), ("m3", "2024-05-06T12:00")
)


def the_row(organization: Organization) -> dict[str, Any]:
    (row,) = Truth(organization).change_lead_times("acme/api")
    return row


def picked(row: dict[str, Any], *names: str) -> tuple[Any, ...]:
    return tuple(row[name] for name in names)


def test_stages_run_from_first_commit_to_first_production_deployment_that_contains_the_merge() -> None:
    change = pull(
        7,
        "2024-05-02T08:00",
        ("second", "2024-05-02T07:00"),
        ("first", "2024-05-02T06:00"),
        merged="2024-05-02T12:00",
        merge="m1",
        reviews=(
            review(1, BOT, "2024-05-02T08:01"),
            review(2, ADA, "2024-05-02T08:30", "COMMENTED"),
            review(3, BEN, "2024-05-02T08:45", "PENDING"),
            review(4, BEN, "2024-05-02T10:30"),
        ),
    )
    deployments = (
        deployment(1, "m0", ("success", "2024-05-02T13:00")),
        deployment(2, "m1", ("success", "2024-05-02T14:00"), environment="staging"),
        deployment(3, "m1", ("pending", "2024-05-02T15:00"), ("failure", "2024-05-02T15:30")),
        deployment(
            4, "m2", ("pending", "2024-05-02T17:00"), ("success", "2024-05-02T18:00"), ("success", "2024-05-03")
        ),
        deployment(5, "m1", ("success", "2024-05-02T19:00"), ("inactive", "2024-05-02T20:00")),
    )
    assert the_row(world(landings=LINE, pull_requests=(change,), deployments=deployments)) == {
        "repository": "acme/api",
        "number": 7,
        "first_commit_at": at("2024-05-02T06:00"),
        "opened_at": at("2024-05-02T08:00"),
        "first_review_at": at("2024-05-02T10:30"),
        "merged_at": at("2024-05-02T12:00"),
        "deployed_at": at("2024-05-02T18:00"),
        "coding_hours": 2.0,
        "pickup_hours": 2.5,
        "review_hours": 1.5,
        "deploy_hours": 6.0,
        "lead_time_hours": 12.0,
        "deployment_id": 4,
        "matched_by": "commit",
        "is_counted": True,
        "reason": None,
        "flags": None,
    }


def change_of_m1(**more: Any) -> Any:
    return pull(1, "2024-05-02T08:00", ("own", "2024-05-02T06:00"), merged="2024-05-02T12:00", merge="m1", **more)


def test_the_first_deployment_of_all_is_flagged() -> None:
    only = deployment(9, "m3", ("success", "2024-05-07"))
    row = the_row(world(landings=LINE, pull_requests=(change_of_m1(),), deployments=(only,)))
    assert picked(row, "flags", "is_counted", "deployment_id") == ("first_deployment", True, 9)


def test_a_rolled_back_version_does_not_contain_what_came_after_it() -> None:
    change = pull(1, "2024-05-03T08:00", ("own", "2024-05-03T06:00"), merged="2024-05-03T12:00", merge="m2")
    deployments = (
        deployment(1, "m1", ("success", "2024-05-02T13:00")),
        deployment(2, "m1", ("success", "2024-05-04")),
        deployment(3, "m2", ("success", "2024-05-05")),
    )
    row = the_row(world(landings=LINE, pull_requests=(change,), deployments=deployments))
    assert picked(row, "deployment_id", "deploy_hours") == (3, 36.0)


def test_a_merge_into_another_branch_is_not_counted() -> None:
    change = change_of_m1(base_branch="release/1.x")
    row = the_row(
        world(landings=LINE, pull_requests=(change,), deployments=(deployment(1, "m3", ("success", "2024-05-07")),))
    )
    assert picked(row, "reason", "is_counted", "deployed_at", "matched_by") == ("other_base_branch", False, None, None)


def test_without_a_containing_deployment_the_change_is_not_deployed() -> None:
    older = deployment(1, "m0", ("success", "2024-05-07"))
    row = the_row(world(landings=LINE, pull_requests=(change_of_m1(),), deployments=(older,)))
    assert picked(row, "reason", "deployed_at", "matched_by", "deploy_hours") == ("not_deployed", None, None, None)


def test_a_deployed_commit_of_the_branch_counts_as_deployed_before_the_merge() -> None:
    early = deployment(1, "own", ("success", "2024-05-02T09:00"))
    later = deployment(2, "m1", ("success", "2024-05-02T13:00"))
    row = the_row(world(landings=LINE, pull_requests=(change_of_m1(),), deployments=(early, later)))
    assert picked(row, "reason", "deployment_id", "deploy_hours", "flags", "matched_by") == (
        "deployed_before_merge",
        1,
        None,
        "first_deployment,negative_deploy",
        "commit",
    )


def test_time_stands_in_where_no_deployed_commit_is_on_the_mainline() -> None:
    deployments = (
        deployment(1, "unknown", ("success", "2024-05-02T11:00")),
        deployment(2, "unknown", ("success", "2024-05-02T12:00")),
    )
    row = the_row(world(landings=LINE, pull_requests=(change_of_m1(),), deployments=deployments))
    assert picked(row, "deployment_id", "matched_by", "flags") == (2, "time", "matched_by_time")


def test_a_merge_lost_by_a_force_push_falls_back_to_time() -> None:
    line = mainline(("m0", "2024-05-01"), ("m1", "2024-05-02T12:00"), ("m9", "2024-05-04"), lost={"m1": "2024-05-04"})
    deployments = (
        deployment(1, "m1", ("success", "2024-05-02T13:00")),
        deployment(2, "m9", ("success", "2024-05-05")),
    )
    organization = world(landings=line, pull_requests=(change_of_m1(),), deployments=deployments)
    (before,) = Truth(organization, at("2024-05-03")).change_lead_times("acme/api")
    (after,) = Truth(organization, at("2024-05-06")).change_lead_times("acme/api")
    assert picked(before, "deployment_id", "matched_by") == (1, "commit")
    assert picked(after, "deployment_id", "matched_by") == (1, "time")


def test_without_commits_the_clock_cannot_start() -> None:
    only = deployment(1, "m1", ("success", "2024-05-02T13:00"))
    row = the_row(world(landings=LINE, pull_requests=(change_of_m1(pushes=()),), deployments=(only,)))
    assert picked(row, "reason", "first_commit_at", "lead_time_hours", "deployment_id") == (
        "first_commit_unknown",
        None,
        None,
        1,
    )


def test_a_commit_dated_after_the_deployment_is_left_out() -> None:
    ahead = (Push(at("2024-05-02T08:00"), (commit("ahead", "2025-05-02"),)),)
    only = deployment(1, "m1", ("success", "2024-05-02T13:00"))
    row = the_row(world(landings=LINE, pull_requests=(change_of_m1(pushes=ahead),), deployments=(only,)))
    assert picked(row, "reason", "lead_time_hours", "coding_hours") == ("negative_lead_time", None, None)
    assert row["flags"] == "first_deployment,negative_coding"


def test_a_review_after_the_merge_has_no_review_time() -> None:
    change = change_of_m1(reviews=(review(1, BEN, "2024-05-02T13:00"),))
    only = deployment(1, "m1", ("success", "2024-05-02T13:00"))
    row = the_row(world(landings=LINE, pull_requests=(change,), deployments=(only,)))
    assert picked(row, "pickup_hours", "review_hours", "flags") == (5.0, None, "first_deployment,negative_review")


def test_a_review_by_a_deleted_account_is_somebody_elses() -> None:
    change = change_of_m1(reviews=(review(1, None, "2024-05-02T09:00"), review(2, BEN, "2024-05-02T10:00")))
    row = the_row(world(landings=LINE, pull_requests=(change,)))
    assert row["first_review_at"] == at("2024-05-02T09:00")


def test_what_comes_after_the_instant_is_unknown() -> None:
    deployments = (deployment(1, "m1", ("pending", "2024-05-02T13:00"), ("success", "2024-05-04")),)
    organization = world(landings=LINE, pull_requests=(change_of_m1(),), deployments=deployments)
    assert Truth(organization, at("2024-05-02T11:00")).change_lead_times("acme/api") == []
    (row,) = Truth(organization, at("2024-05-03")).change_lead_times("acme/api")
    assert row["reason"] == "not_deployed"


def busy_world() -> Organization:
    """Three changes: lead times 10, 20 and 60 hours; the last one is deployed at 01:00 UTC of the first of June."""
    line = mainline(("m1", "2024-05-14T10:00"), ("m2", "2024-05-15T10:00"), ("m3", "2024-05-31T10:00"))
    changes = (
        pull(1, "2024-05-14T09:00", ("a", "2024-05-14T04:00"), merged="2024-05-14T10:00", merge="m1"),
        pull(2, "2024-05-15T09:00", ("b", "2024-05-14T16:00"), merged="2024-05-15T10:00", merge="m2"),
        pull(3, "2024-05-31T09:00", ("c", "2024-05-29T13:00"), merged="2024-05-31T10:00", merge="m3"),
        pull(4, "2024-06-04T09:00", ("d", "2024-06-04T08:00"), merged="2024-06-04T10:00", merge="elsewhere"),
    )
    deployments = (
        deployment(1, "m1", ("success", "2024-05-14T14:00")),
        deployment(2, "m2", ("success", "2024-05-15T12:00")),
        deployment(3, "m2", ("success", "2024-05-15T13:00")),
        deployment(4, "m3", ("success", "2024-06-01T01:00")),
    )
    return world("2024-06-12T12:00", landings=line, pull_requests=changes, deployments=deployments)


def test_a_month_holds_what_was_deployed_in_it_by_local_time() -> None:
    utc = Truth(busy_world()).lead_time("month")
    names = ("scope", "period_start", "row_count", "lead_time_median_hours", "lead_time_p90_hours", "left_out_count")
    may, june = dt.date(2024, 5, 1), dt.date(2024, 6, 1)
    expected = [(may, 2, 15.0, 19.0, 0), (june, 1, 60.0, 60.0, 1)]
    assert [picked(row, *names) for row in utc] == [(scope, *row) for scope in ("all", "acme/api") for row in expected]
    assert [picked(row, "status", "status_reason") for row in utc[:2]] == [
        ("ok", None),
        ("degraded", "the period was not over when the data were collected"),
    ]
    new_york = Truth(busy_world()).lead_time("month", "America/New_York")
    assert [picked(row, *names) for row in new_york[:2]] == [
        ("all", may, 3, 20.0, pytest.approx(52.0), 0),
        ("all", june, 0, None, None, 1),
    ]


def test_periods_run_from_the_first_event_to_the_collection() -> None:
    rows = Truth(busy_world()).deployment_frequency("week")
    names = ("period_start", "deployment_count", "deployment_days_count", "deployment_days_per_week_median", "status")
    assert [picked(row, *names) for row in rows if row["scope_kind"] == "repository"] == [
        (dt.date(2024, 5, 13), 3, 2, 2.0, "ok"),
        (dt.date(2024, 5, 20), 0, 0, 0.0, "ok"),
        (dt.date(2024, 5, 27), 1, 1, 1.0, "ok"),
        (dt.date(2024, 6, 3), 0, 0, 0.0, "ok"),
        (dt.date(2024, 6, 10), 0, 0, 0.0, "degraded"),
    ]


def test_days_a_week_go_over_the_weeks_whose_monday_lies_in_the_month_and_has_come() -> None:
    """May: 0 (6th), 2, 0 and 1 days; June, collected on the 12th: the weeks of the 3rd and the 10th."""
    rows = Truth(busy_world()).deployment_frequency("month")
    names = ("deployment_count", "deployment_days_count", "deployment_days_per_week_median", "is_low_count")
    assert [picked(row, *names) for row in rows[:2]] == [(3, 2, 0.5, True), (1, 1, 0.0, True)]


def test_a_repository_without_events_has_no_rows() -> None:
    truth = Truth(world(landings=LINE, pull_requests=(pull(1, "2024-05-02", ("a", "2024-05-01")),)))
    assert truth.lead_time("week") == []


def test_a_repository_that_is_not_there_is_an_error() -> None:
    with pytest.raises(NotFound):
        Truth(world()).change_lead_times("acme/web")
    with pytest.raises(NotFound):
        Truth(world(), repositories=["acme/web"])


def test_percentiles_interpolate() -> None:
    assert percentile([4, 1, 3, 2], 0.5) == 2.5
    assert percentile([0, 10], 0.9) == 9
    assert percentile([], 0.5) is None
