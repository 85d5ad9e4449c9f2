from dataclasses import replace
from typing import Any

import pytest

from pulse_assets.sandbox.organization import Issue, Organization, PullRequest
from pulse_assets.sandbox.truth import Truth
from pulse_assets_tests.sandbox.truth_worlds import api, change, outcomes, ships
from pulse_assets_tests.sandbox.worlds import at, deployment, issue

FAILURE = ("is_failure", "failed_by", "incident_count", "first_incident_at", "recovered_at", "recovery_hours", "flags")
REWORK = ("is_rollback", "is_rework", "rework_by")
COMMITS = ("previous_deployment_id", "commit_count", "pull_request_count", "flags")
#: m2 on the third, m4 on the fifth and m6 on the seventh of May.
THREE = (ships(1, "m2", "2024-05-03"), ships(2, "m4", "2024-05-05"), ships(3, "m6", "2024-05-07"))


def shipped(*changes: PullRequest, deployments: Any = THREE, reports: tuple[Issue, ...] = ()) -> Organization:
    return api(deployments=deployments, issues=reports, pull_requests=changes)


def test_one_row_says_what_was_in_it_and_what_came_of_it() -> None:
    organization = shipped(
        change(3), change(4), change(5, "hotfix"), reports=(issue(9, "2024-05-05T06:00", closed="2024-05-05T12:00"),)
    )
    rows = Truth(organization).deployment_outcomes("acme/api")
    assert rows[1] == {
        "repository": "acme/api",
        "deployment_id": 2,
        "environment": "production",
        "service": None,
        "sha": THREE[1].sha,
        "created_at": at("2024-05-05"),
        "finished_at": at("2024-05-05"),
        "status": "success",
        "previous_deployment_id": 1,
        "commit_count": 2,
        "pull_request_count": 2,
        "is_rollback": False,
        "is_rework": False,
        "rework_by": None,
        "is_failure": True,
        "failed_by": "hotfix,issue",
        "incident_count": 2,
        "first_incident_at": at("2024-05-05T06:00"),
        "recovered_at": at("2024-05-05T12:00"),
        "recovery_hours": 12.0,
        "is_counted": True,
        "reason": None,
        "flags": None,
    }


def test_without_a_deployment_there_is_no_row() -> None:
    assert outcomes(shipped(change(3), deployments=()), "status") == {}


def test_a_failed_deployment_reached_nobody_and_its_retry_counts() -> None:
    """Production alone has rows; a deployment that is under way has not finished."""
    deployments = (
        ships(1, "m2", "2024-05-03"),
        deployment(2, "m4", ("success", "2024-05-04"), environment="staging"),
        deployment(3, "m4", ("pending", "2024-05-05"), ("failure", "2024-05-05T01:00"), ("inactive", "2024-05-06")),
        ships(4, "m4", "2024-05-05T02:00"),
        deployment(5, "m6", ("queued", "2024-05-07"), ("in_progress", "2024-05-07T00:01")),
        replace(deployment(6, "m6", ("pending", "2024-05-08")), statuses=()),
        deployment(7, "m6", ("inactive", "2024-05-09")),
    )
    found = outcomes(shipped(deployments=deployments), "status", "finished_at", "is_counted", "reason", *COMMITS)
    unknown = ("not_successful", None, None, None, None)
    assert found == {
        1: ("success", at("2024-05-03"), True, None, None, 3, 0, "first_deployment"),
        3: ("failure", at("2024-05-05T01:00"), False, *unknown),
        4: ("success", at("2024-05-05T02:00"), True, None, 1, 2, 0, None),
        5: ("in_progress", None, False, *unknown),
        6: ("pending", None, False, *unknown),
        7: ("inactive", None, False, *unknown),
    }


def test_a_deployment_that_reached_nobody_fails_nobody() -> None:
    deployments = (deployment(1, "m2", ("pending", "2024-05-03"), ("error", "2024-05-03T01:00")),)
    found = outcomes(shipped(deployments=deployments, reports=(issue(9, "2024-05-04"),)), *FAILURE, *REWORK)
    assert found == {1: (False, None, None, None, None, None, None, False, False, None)}


# ------------------------------------------------------------------ commits
def test_commits_count_once_for_each_service() -> None:
    """The mainline holds m0 … m7 at 0 … 7; going back brings nothing, and coming again to m4 nothing new."""
    deployments = (
        ships(1, "m4", "2024-05-05", service="web"),
        ships(2, "m2", "2024-05-06", service="worker"),
        ships(3, "m2", "2024-05-06T01:00", service="web"),
        ships(4, "m5", "2024-05-06T02:00", service="web"),
        ships(5, "own", "2024-05-07", service="worker"),
        ships(6, "m6", "2024-05-08", service="worker"),
    )
    assert outcomes(shipped(change(2), change(5), deployments=deployments), *COMMITS) == {
        1: (None, 5, 1, "first_deployment"),
        2: (None, 3, 0, "first_deployment"),
        3: (1, 0, 0, None),
        4: (3, 1, 1, None),
        5: (2, None, 0, "commits_unknown"),
        6: (5, 4, 0, None),
    }


# ------------------------------------------------------------------ failure and recovery
def test_it_recovers_when_the_last_report_is_closed() -> None:
    reports = issue(8, "2024-05-05T01:00", closed="2024-05-05T03:00"), issue(9, "2024-05-05T02:00", closed="2024-05-06")
    assert outcomes(shipped(reports=reports), *FAILURE)[2] == (
        *(True, "issue", 2, at("2024-05-05T01:00"), at("2024-05-06"), 24.0, None),
    )


def test_it_has_not_recovered_while_a_report_is_open() -> None:
    reports = issue(8, "2024-05-05T01:00", closed="2024-05-05T03:00"), issue(9, "2024-05-05T02:00")
    organization = shipped(change(3), change(6, reverts=3), reports=reports)
    assert outcomes(organization, *FAILURE)[2] == (
        *(True, "issue,revert", 3, at("2024-05-05T01:00"), None, None, None),
    )


def test_without_a_report_the_first_remedy_in_production_is_the_recovery() -> None:
    """A revert is merged and never deployed, a hotfix is deployed on the seventh, after the rollback of the sixth."""
    deployments = (
        *THREE[:2],
        ships(3, "m2", "2024-05-06", created="2024-05-05T23:00"),
        ships(4, "m6", "2024-05-07"),
    )
    changes = change(3), change(5, "hotfix"), change(7, reverts=3)
    found = outcomes(shipped(*changes, deployments=deployments), *FAILURE)
    assert found[2] == (True, "hotfix,revert,rollback", 3, at("2024-05-05T09:00"), at("2024-05-06"), 24.0, None)


def test_a_failure_whose_remedy_is_not_deployed_is_open() -> None:
    found = outcomes(shipped(change(3), change(7, reverts=3)), *FAILURE)
    assert found[2] == (True, "revert", 1, at("2024-05-07T09:00"), None, None, None)


def test_a_report_closed_before_the_deployment_that_it_blames_has_no_recovery_time() -> None:
    report = issue(9, "2024-05-04", closed="2024-05-04T12:00", cause=4)
    assert outcomes(shipped(change(4), reports=(report,)), *FAILURE)[2] == (
        *(True, "issue", 1, at("2024-05-04"), at("2024-05-04T12:00"), None, "negative_recovery"),
    )


# ------------------------------------------------------------------ rework
@pytest.mark.parametrize(
    ("mending", "known_by"),
    [
        (change(6, "hotfix"), "hotfix"),
        (change(6, head_branch="hotfix-6"), "hotfix"),
        (change(6, reverts=3), "revert"),
        (change(6, closes=(9,)), "incident_link"),
        (change(6, "hotfix", closes=(9,)), "hotfix,incident_link"),
        (change(6, closes=(8,)), None),
        (change(6, head_branch="my-hotfix"), None),
    ],
)
def test_a_deployment_that_brings_a_remedy_is_rework(mending: PullRequest, known_by: str | None) -> None:
    bug = issue(8, "2024-05-04", "bug")
    organization = shipped(change(3), mending, reports=(bug, issue(9, "2024-05-05T06:00")))
    found = outcomes(organization, *REWORK)
    assert found[2] == (False, False, None)
    assert found[3] == (False, known_by is not None, known_by)


def test_only_the_first_deployment_of_a_remedy_is_rework() -> None:
    deployments = (*THREE, ships(4, "m6", "2024-05-08"), ships(5, "m7", "2024-05-09"))
    found = outcomes(shipped(change(6, "hotfix"), deployments=deployments), *REWORK)
    assert [row[1] for row in found.values()] == [False, False, True, False, False]


def test_a_rollback_is_rework_and_the_way_forward_is_not() -> None:
    deployments = (*THREE[:2], ships(3, "m2", "2024-05-06"), ships(4, "m4", "2024-05-07"))
    found = outcomes(shipped(deployments=deployments), *REWORK)
    assert [found[number] for number in (2, 3, 4)] == [
        (False, False, None),
        (True, True, "rollback"),
        (False, False, None),
    ]


def test_a_hotfix_deployed_from_its_branch_is_rework_then() -> None:
    deployments = (*THREE[:2], ships(3, "c6", "2024-05-06T10:00"), ships(4, "m6", "2024-05-07"))
    found = outcomes(shipped(change(6, "hotfix"), deployments=deployments), "is_rework", "flags", "commit_count")
    assert [found[number] for number in (3, 4)] == [(True, "commits_unknown", None), (False, None, 2)]
