import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from pulse_assets.sandbox.organization import Deployment, Organization, PullRequest, Push, Repository
from pulse_assets.sandbox.truth import Truth
from pulse_assets_tests.sandbox.truth_worlds import LINE, api, change, picked, ships
from pulse_assets_tests.sandbox.worlds import ADA, BEN, BOT, at, commit, issue, review

WHERE = ("deployment_id", "reason", "difference")
#: m2 on the third, m4 on the fifth and m6 on the seventh of May.
THREE = (ships(1, "m2", "2024-05-03"), ships(2, "m4", "2024-05-05"), ships(3, "m6", "2024-05-07"))


def found(*changes: PullRequest, deployments: Any = THREE, columns: tuple[str, ...] = WHERE) -> dict[int, Any]:
    rows = Truth(api(deployments=deployments, pull_requests=changes)).devlake_changes("acme/api")
    return {row["number"]: picked(row, *columns) for row in rows}


def test_stages_are_whole_minutes_rounded_up_and_bots_review() -> None:
    reviews = (
        review(1, ADA, "2024-05-03T09:01"),
        review(2, BOT, "2024-05-03T09:30:01"),
        review(3, BEN, "2024-05-03T10:00"),
    )
    pushes = (Push(at("2024-05-03T09:00"), (commit("c3", "2024-05-03T08:59:01"),)),)
    organization = api(deployments=THREE, pull_requests=(change(3, reviews=reviews, pushes=pushes),))
    (row,) = Truth(organization).devlake_changes("acme/api")
    assert row == {
        "repository": "acme/api",
        "number": 3,
        "merged_at": at("2024-05-03T12:00"),
        "deployment_id": 2,
        "deployed_at": at("2024-05-05"),
        "coding_minutes": 1,
        "pickup_minutes": 31,
        "review_minutes": 150,
        "deploy_minutes": 36 * 60,
        "cycle_minutes": 1 + 180 + 36 * 60,
        "is_counted": True,
        "reason": None,
        "pulse_lead_time_hours": pytest.approx(39 + 59 / 3600),
        "difference": None,
    }


def test_the_first_deployment_yields_nothing() -> None:
    assert found(change(2), change(3), change(7)) == {
        2: (None, "first_deployment", "only_pulse"),
        3: (2, None, None),
        7: (None, "not_deployed", None),
    }
    assert found(change(2), deployments=()) == {2: (None, "not_deployed", None)}


def test_services_share_one_sequence() -> None:
    """The worker's first deployment follows that of the web, and has what that had not."""
    deployments = (ships(1, "m2", "2024-05-03", service="web"), ships(2, "m4", "2024-05-05", service="worker"))
    assert found(change(2), change(4), deployments=deployments)[4] == (2, None, None)


def test_of_two_that_have_it_the_one_that_was_asked_for_first_is_taken() -> None:
    """After a rollback m4 comes again; the second time was asked for earlier, and finished later."""
    deployments = (
        ships(1, "m2", "2024-05-03"),
        ships(2, "m4", "2024-05-06", created="2024-05-05T12:00"),
        ships(3, "m2", "2024-05-07"),
        ships(4, "m4", "2024-05-08", created="2024-05-05T06:00"),
    )
    assert found(change(3), deployments=deployments) == {3: (4, None, "other_deployment")}


def test_a_negative_span_is_nothing_and_less_than_a_minute_back_is_zero() -> None:
    """The deployment was asked for and finished before the merge, by its branch."""
    late = (Push(at("2024-05-03T09:00"), (commit("c3", "2024-05-03T09:00:30"),)),)
    columns = ("coding_minutes", "cycle_minutes", "difference")
    assert found(change(3, pushes=late), columns=columns) == {3: (0, 180 + 36 * 60, None)}
    later = (Push(at("2024-05-03T09:00"), (commit("c3", "2024-05-03T10:00"),)),)
    assert found(change(3, pushes=later), columns=columns) == {3: (None, 180 + 36 * 60, "other_stages")}
    assert found(change(3, pushes=()), columns=columns) == {3: (None, 180 + 36 * 60, "only_devlake")}


def test_a_deployed_branch_has_what_its_commit_reaches() -> None:
    """c6 branched off m5; so its deployment has m5, and the next one m6."""
    branch = (Push(at("2024-05-06T09:00"), (commit("c6", "2024-05-06T08:00", parents=("m5",)),)),)
    deployments = (*THREE[:2], ships(3, "c6", "2024-05-06T10:00"), ships(4, "m6", "2024-05-07"))
    columns = ("deployment_id", "deploy_minutes", "difference")
    assert found(change(5), change(6, pushes=branch), deployments=deployments, columns=columns) == {
        5: (3, 22 * 60, "other_deployment"),
        6: (4, 12 * 60, "only_devlake"),
    }


def test_a_merge_commit_brings_what_came_along() -> None:
    """Of m3 as a merge commit: its side is reached over the second parent and the merge over the first ones."""
    landings = list(LINE)
    side = commit("c3", "2024-05-03T08:00", parents=("m1",))
    merge = replace(landings[3].commit, parents=(*landings[3].commit.parents, side.sha))
    landings[3] = replace(landings[3], commit=merge, side=(side,))
    deployments = (ships(1, "m2", "2024-05-03"), ships(2, "c3", "2024-05-04"), ships(3, "m4", "2024-05-05"))
    organization = api(
        landings=tuple(landings), deployments=deployments, pull_requests=(change(2), change(3), change(4))
    )
    rows = Truth(organization).devlake_changes("acme/api")
    assert [row["deployment_id"] for row in rows] == [3, 3, 3]


# ------------------------------------------------------------------ figures
def figures(rows: list[dict[str, Any]], *columns: str) -> dict[tuple[str, str], tuple[Any, ...]]:
    return {(row["scope"], str(row["period_start"])): picked(row, *columns) for row in rows if row["grain"] == "month"}


def two_repositories(*deployments: Deployment) -> Organization:
    """Deployments of even number are those of `web`; both have a report of the sixth of May, 12 o'clock."""
    until, people = at("2024-05-20"), (ADA,)
    reports = (issue(9, "2024-05-06T12:00", closed="2024-05-06T13:30:59"),)
    parts = [[one for one in deployments if one.id % 2 == rest] for rest in (1, 0)]
    repositories = tuple(
        Repository(number, "acme", name, at("2024-01-01"), landings=LINE, deployments=part, issues=reports)
        for number, (name, part) in enumerate(zip(("api", "web"), parts, strict=True))
    )
    return Organization("acme", until, people, repositories)


def test_the_median_is_a_value_itself_and_has_no_interval() -> None:
    """m3 and m5 took 40 hours, m4 and m6 16; the lower median of four is the second, where `pulse` says 28."""
    truth = Truth(api(deployments=THREE, pull_requests=tuple(change(number) for number in range(1, 8))))
    columns = ("row_count", "lead_time_median_hours", "lead_time_p75_hours", "lead_time_p90_hours", "left_out_count")
    assert figures(truth.devlake_lead_time("month"), *columns)["all", "2024-05-01"] == (4, 16.0, 40.0, 40.0, 3)
    columns = ("lead_time_median_low_hours", "coding_median_hours", "pickup_median_hours", "deploy_median_hours")
    assert figures(truth.devlake_lead_time("month"), *columns)["all", "2024-05-01"] == (None, 1.0, None, 12.0)
    less = truth.devlake_lead_time("month", uncounted={("acme/api", 3), ("acme/api", 5)})
    assert figures(less, "row_count", "lead_time_median_hours", "left_out_count")["all", "2024-05-01"] == (2, 16.0, 5)


def test_deployments_count_as_under_pulse() -> None:
    truth = Truth(api(deployments=THREE))
    other = [row | {"definition": "pulse"} for row in truth.devlake_deployment_frequency("week")]
    assert other == truth.deployment_frequency("week")


def test_a_report_blames_the_latest_deployment_of_the_whole_scope() -> None:
    truth = Truth(two_repositories(*THREE[:2], ships(4, "m6", "2024-05-06T12:00:01")))
    columns = ("row_count", "failed_deployment_count", "change_failure_ratio", "change_failure_low_ratio")
    assert figures(truth.devlake_change_failure_rate("month"), *columns) == {
        ("all", "2024-05-01"): (3, 1, 1 / 3, None),
        ("acme/api", "2024-05-01"): (1, 1, 1.0, None),
        ("acme/web", "2024-05-01"): (2, 1, 0.5, None),
    }
    columns = (
        "row_count",
        "recovery_median_hours",
        "restore_median_hours",
        "restore_count",
        "recovery_median_low_hours",
    )
    restored = 1.5
    assert figures(truth.devlake_recovery_time("month"), *columns) == {
        ("all", "2024-05-01"): (2, 37.5, restored, 2, None),
        ("acme/api", "2024-05-01"): (1, 85.5, restored, 1, None),
        ("acme/web", "2024-05-01"): (1, 37.5, restored, 1, None),
    }


def test_a_recovery_belongs_to_the_month_of_the_deployment_and_a_restore_to_that_of_the_resolution() -> None:
    reports = issue(8, "2024-05-30", closed="2024-06-01"), issue(9, "2024-05-30"), issue(10, "2024-05-01")
    truth = Truth(api(deployments=THREE, issues=reports))
    columns = ("row_count", "recovery_median_hours", "restore_count", "restore_median_hours", "restore_open_count")
    assert figures(truth.devlake_recovery_time("month"), *columns) == {
        (scope, month): row
        for scope in ("all", "acme/api")
        for month, row in (("2024-05-01", (1, 600.0, 0, None, 3)), ("2024-06-01", (0, None, 1, 48.0, 2)))
    }
    unattributed = figures(truth.devlake_change_failure_rate("month"), "unattributed_incident_count")
    assert unattributed["all", "2024-05-01"] == (1,)
    assert dt.date(2024, 5, 1) in {row["period_start"] for row in truth.devlake_recovery_time("month")}
