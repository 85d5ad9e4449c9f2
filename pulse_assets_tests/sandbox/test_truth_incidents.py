from typing import Any

import pytest

from pulse_assets.sandbox.organization import Issue, Organization, PullRequest, sha_of
from pulse_assets.sandbox.truth import Rules, Truth
from pulse_assets_tests.sandbox.truth_worlds import LINE, api, change, incidents, picked, ships
from pulse_assets_tests.sandbox.worlds import ADA, at, commit, deployment, issue, mainline

WHO = ("deployment_id", "attributed_by", "reason")
#: m2 on the third, m4 on the fifth and m6 on the seventh of May.
THREE = (ships(1, "m2", "2024-05-03"), ships(2, "m4", "2024-05-05"), ships(3, "m6", "2024-05-07"))


def with_incident(*reports: Issue, deployments: Any = THREE, changes: tuple[PullRequest, ...] = ()) -> Organization:
    return api(deployments=deployments, issues=reports, pull_requests=changes)


def caused(number: int, cause: str | int) -> Issue:
    """An incident of the eighth of May that names its cause."""
    return issue(number, "2024-05-08", cause=cause)


def test_a_report_belongs_to_the_latest_deployment_before_it() -> None:
    (row,) = Truth(with_incident(issue(9, "2024-05-06", closed="2024-05-06T18:00"))).incidents("acme/api")
    assert row == {
        "repository": "acme/api",
        "incident_id": "issue-9",
        "kind": "issue",
        "number": 9,
        "title": "Incident 9",
        "service": None,
        "opened_at": at("2024-05-06"),
        "resolved_at": at("2024-05-06T18:00"),
        "deployment_id": 2,
        "attributed_by": "time",
        "remedy_deployment_id": None,
        "is_attributed": True,
        "reason": None,
        "restore_hours": 18.0,
    }


def test_a_deployment_that_finished_at_that_second_is_before_it() -> None:
    reports = issue(8, "2024-05-05"), issue(9, "2024-05-04T23:59:59")
    assert incidents(with_incident(*reports), "deployment_id") == {"issue-8": (2,), "issue-9": (1,)}


def test_without_a_deployment_before_it_nothing_caused_it() -> None:
    found = incidents(
        with_incident(issue(9, "2024-05-02", closed="2024-05-02T06:00")), *WHO, "is_attributed", "restore_hours"
    )
    assert found == {"issue-9": (None, None, "no_deployment_before", False, 6.0)}


def test_an_open_report_has_no_time_to_restore() -> None:
    found = incidents(with_incident(issue(9, "2024-05-06")), "deployment_id", "resolved_at", "restore_hours")
    assert found == {"issue-9": (2, None, None)}


def test_a_report_closed_after_the_instant_is_open() -> None:
    organization = with_incident(issue(9, "2024-05-06", closed="2024-05-09"))
    (row,) = Truth(organization, at("2024-05-08")).incidents("acme/api")
    assert picked(row, "resolved_at", "restore_hours") == (None, None)


def test_failed_and_staging_deployments_cause_nothing() -> None:
    deployments = (
        ships(1, "m2", "2024-05-03"),
        deployment(2, "m3", ("pending", "2024-05-04"), ("failure", "2024-05-04T01:00")),
        deployment(3, "m3", ("success", "2024-05-04T02:00"), environment="staging"),
    )
    assert incidents(with_incident(issue(9, "2024-05-08"), deployments=deployments), "deployment_id") == {
        "issue-9": (1,)
    }


def test_the_label_makes_the_incident_and_names_the_service() -> None:
    deployments = (ships(1, "m2", "2024-05-03", service="web"), ships(2, "m2", "2024-05-04", service="worker"))
    reports = (
        issue(7, "2024-05-06", "incident", "service:web"),
        issue(8, "2024-05-06"),
        issue(9, "2024-05-06", "incident", "service:billing"),
    )
    organization = with_incident(*reports, deployments=deployments)
    assert incidents(organization, "service", *WHO) == {
        "issue-7": ("web", 1, "time", None),
        "issue-8": (None, 2, "time", None),
        "issue-9": ("billing", None, None, "no_deployment_before"),
    }
    assert incidents(organization, "kind", rules=Rules(incident_labels=("Service:Web",))) == {"issue-7": ("issue",)}


# ------------------------------------------------------------------ root causes
def test_a_root_cause_on_the_default_branch_points_to_its_first_deployment() -> None:
    whole = caused(8, sha_of("m3"))
    abbreviated = caused(9, sha_of("m2")[:7])
    assert incidents(with_incident(whole, abbreviated), *WHO) == {
        "issue-8": (2, "link", None),
        "issue-9": (1, "link", None),
    }


def test_a_cause_that_is_not_deployed_blames_nobody() -> None:
    assert incidents(with_incident(caused(9, sha_of("m7"))), *WHO) == {"issue-9": (None, None, "cause_not_deployed")}


def test_an_unknown_cause_falls_back_to_time() -> None:
    reports = caused(8, sha_of("nowhere")), caused(9, 77)
    assert incidents(with_incident(*reports), *WHO) == {"issue-8": (3, "time", None), "issue-9": (3, "time", None)}


def test_a_cause_by_number_is_the_first_deployment_of_that_change() -> None:
    changes = (change(3), change(7))
    reports = caused(8, 3), caused(9, 7)
    assert incidents(with_incident(*reports, changes=changes), *WHO) == {
        "issue-8": (2, "link", None),
        "issue-9": (None, None, "cause_not_deployed"),
    }


def test_a_cause_beside_the_default_branch_is_deployed_with_its_pull_request() -> None:
    """m3 is a merge commit that brought c3 along; c4 was squashed away and is in no history."""
    landings = list(LINE)
    merged = landings[3]
    landings[3] = type(merged)(merged.commit, merged.landed_at, side=(commit("c3", "2024-05-03T08:00"),))
    reports = caused(8, sha_of("c3")), caused(9, sha_of("c4")[:10])
    organization = api(
        landings=tuple(landings), deployments=THREE, issues=reports, pull_requests=(change(3), change(4))
    )
    assert incidents(organization, *WHO) == {"issue-8": (2, "link", None), "issue-9": (3, "time", None)}


# ------------------------------------------------------------------ reverts
def test_a_revert_blames_the_deployment_of_what_it_reverts() -> None:
    organization = with_incident(changes=(change(3), change(6, reverts=3)))
    columns = ("kind", "number", "opened_at", "resolved_at", "remedy_deployment_id", "restore_hours")
    assert incidents(organization, *WHO, *columns) == {
        "revert-6": (2, "link", None, "revert", 6, at("2024-05-06T09:00"), at("2024-05-07"), 3, None)
    }


def test_a_revert_that_is_not_deployed_blames_all_the_same() -> None:
    organization = with_incident(changes=(change(3), change(7, reverts=3)))
    assert incidents(organization, *WHO, "resolved_at", "remedy_deployment_id") == {
        "revert-7": (2, "link", None, None, None)
    }


def test_what_is_reverted_before_its_deployment_failed_nobody() -> None:
    together = with_incident(changes=(change(3), change(4, reverts=3)))
    assert incidents(together, *WHO) == {"revert-4": (None, None, "reverted_before_deployment")}
    never = with_incident(changes=(change(7), change(6, reverts=7)))
    assert incidents(never, *WHO) == {"revert-6": (None, None, "reverted_before_deployment")}


def test_a_revert_of_an_unknown_change_falls_back_to_time() -> None:
    organization = with_incident(changes=(change(6, reverts=77),))
    assert incidents(organization, *WHO) == {"revert-6": (2, "time", None)}


# ------------------------------------------------------------------ hotfixes
@pytest.mark.parametrize("hotfix", [change(6, "hotfix"), change(6, head_branch="hotfix/6")])
def test_a_hotfix_blames_the_latest_deployment_before_it(hotfix: PullRequest) -> None:
    assert incidents(with_incident(changes=(hotfix,)), *WHO, "remedy_deployment_id") == {
        "hotfix-6": (2, "time", None, 3)
    }


def test_a_hotfix_blames_what_the_incident_that_it_closes_blames() -> None:
    """Number 11 blames nothing, number 12 the first deployment, number 13 the second one."""
    reports = (
        issue(11, "2024-05-01"),
        issue(12, "2024-05-04"),
        issue(13, "2024-05-06"),
    )
    organization = with_incident(*reports, changes=(change(6, "hotfix", closes=(11, 12, 13)),))
    assert incidents(organization, *WHO)["hotfix-6"] == (1, "link", None)
    organization = with_incident(*reports, changes=(change(6, "hotfix", closes=(11, 99)),))
    assert incidents(organization, *WHO)["hotfix-6"] == (2, "time", None)


def test_a_hotfix_of_a_service_blames_that_service() -> None:
    deployments = (ships(1, "m2", "2024-05-03", service="web"), ships(2, "m2", "2024-05-04", service="worker"))
    organization = with_incident(deployments=deployments, changes=(change(6, "hotfix", "service:web"),))
    assert incidents(organization, "service", *WHO) == {"hotfix-6": ("web", 1, "time", None)}


@pytest.mark.parametrize("named", [{"title": 'Revert "Change 3"'}, {"head_branch": "revert-3-ada/3"}])
def test_a_revert_is_known_by_its_title_or_branch_too(named: dict[str, str]) -> None:
    """It does not say which change it reverts, so time decides."""
    assert incidents(with_incident(changes=(change(3), change(6, **named))), *WHO) == {"revert-6": (2, "time", None)}


def test_a_revert_of_a_hotfix_is_one_incident() -> None:
    organization = with_incident(changes=(change(3), change(6, "hotfix", reverts=3)))
    assert list(incidents(organization, "kind")) == ["revert-6"]


def test_remedies_elsewhere_or_not_merged_are_no_incidents() -> None:
    open_one = PullRequest(5, 5, "Hotfix", ADA, at("2024-05-05"), "main", "hotfix/5")
    elsewhere = change(6, "hotfix", base_branch="release/1.x")
    assert incidents(with_incident(changes=(open_one, elsewhere)), "kind") == {}


# ------------------------------------------------------------------ rollbacks
def test_going_back_blames_the_version_before() -> None:
    deployments = (ships(1, "m2", "2024-05-03"), ships(2, "m4", "2024-05-05"))
    back = ships(3, "m2", "2024-05-05T02:00", created="2024-05-05T01:00")
    organization = with_incident(deployments=(*deployments, back))
    columns = ("title", "number", "opened_at", "resolved_at", "remedy_deployment_id")
    assert incidents(organization, *WHO, *columns) == {
        "rollback-3": (2, "link", None, "production", None, at("2024-05-05T01:00"), at("2024-05-05T02:00"), 3)
    }


def test_going_back_twice_blames_the_first_way_back_too() -> None:
    line = ("m4", "m3", "m2", "m4")
    deployments = tuple(ships(1 + n, name, f"2024-05-0{5 + n}") for n, name in enumerate(line))
    assert incidents(with_incident(deployments=deployments), "deployment_id") == {
        "rollback-2": (1,),
        "rollback-3": (2,),
    }


def test_another_service_that_lags_behind_is_no_rollback() -> None:
    deployments = (
        ships(1, "m4", "2024-05-05", service="web"),
        ships(2, "m2", "2024-05-06", service="worker"),
        ships(3, "m3", "2024-05-07", service="web"),
    )
    assert incidents(with_incident(deployments=deployments), "deployment_id", "service", "title") == {
        "rollback-3": (1, "web", "production-web")
    }


def test_a_commit_of_no_default_branch_is_no_rollback() -> None:
    line = mainline(("m0", "2024-05-01"), ("m1", "2024-05-02"))
    deployments = (ships(1, "m1", "2024-05-03"), ships(2, "own", "2024-05-04"), ships(3, "m0", "2024-05-05"))
    assert incidents(api(landings=line, deployments=deployments), "kind") == {}
