from pulse_assets.sandbox.organization import Release, sha_of
from pulse_assets.sandbox.truth import DeploymentSource, Rules, Truth
from pulse_assets_tests.sandbox.truth_worlds import api, change, outcomes, picked, ships
from pulse_assets_tests.sandbox.worlds import ADA, at, attempt, run

WHAT = ("environment", "sha", "status", "created_at", "finished_at")


def of(source: DeploymentSource) -> Rules:
    return Rules(deployment_source=source)


def release(number: int, name: str, published: str, *, is_prerelease: bool = False, is_draft: bool = False) -> Release:
    tag, when = f"v1.{number}", (at(f"{published}T10:00"), at(f"{published}T11:00"))
    return Release(number, tag, sha_of(name), *when, ADA, is_prerelease=is_prerelease, is_draft=is_draft)


def test_a_published_release_is_a_deployment() -> None:
    organization = api(
        deployments=(ships(9, "m6", "2024-05-09"),),
        pull_requests=(change(3),),
        releases=(
            release(1, "m2", "2024-05-03"),
            release(2, "m3", "2024-05-04", is_prerelease=True),
            release(3, "m3", "2024-05-05", is_draft=True),
            release(4, "m4", "2024-05-06"),
        ),
    )
    times = {day: (at(f"2024-05-0{day}T10:00"), at(f"2024-05-0{day}T11:00")) for day in (3, 6)}
    assert outcomes(organization, *WHAT, rules=of("releases")) == {
        1: ("production", sha_of("m2"), "success", *times[3]),
        4: ("production", sha_of("m4"), "success", *times[6]),
    }
    (row,) = Truth(organization, rules=of("releases")).change_lead_times("acme/api")
    assert picked(row, "deployment_id", "deployed_at") == (4, at("2024-05-06T11:00"))


def test_a_run_of_a_deploying_workflow_is_a_deployment() -> None:
    success = attempt("2024-05-03T12:00", "2024-05-03T12:05", "success")
    runs = (
        run(1, "m2", success),
        run(2, "m2", success, workflow="Deploy to staging"),
        run(3, "m2", success, workflow="CI"),
        run(4, "m3", attempt("2024-05-04T12:00", "2024-05-04T12:05", "timed_out")),
        run(5, "m3", attempt("2024-05-05T12:00", "2024-05-05T12:05", "cancelled")),
        run(
            6,
            "m3",
            attempt("2024-05-06T12:00", "2024-05-06T12:05", "failure"),
            attempt("2024-05-07T12:00", "2024-05-07T12:05", "success"),
        ),
        run(7, "m3", attempt("2024-05-08T12:00")),
    )
    found = outcomes(api(workflow_runs=runs), "status", "created_at", "finished_at", rules=of("workflow_runs"))
    assert found == {
        1: ("success", at("2024-05-03T12:00"), at("2024-05-03T12:05")),
        4: ("failure", at("2024-05-04T12:00"), at("2024-05-04T12:05")),
        5: ("inactive", at("2024-05-05T12:00"), None),
        6: ("success", at("2024-05-06T12:00"), at("2024-05-07T12:05")),
        7: ("in_progress", at("2024-05-08T12:00"), None),
    }


def test_the_pattern_says_which_workflow_deploys() -> None:
    success = attempt("2024-05-03T12:00", "2024-05-03T12:05", "success")
    organization = api(workflow_runs=(run(1, "m2", success, workflow="Release"),))
    rules = Rules(deployment_source="workflow_runs", workflow_pattern="^Release$")
    assert outcomes(organization, "environment", "service", rules=rules) == {1: ("Release", None)}
    assert outcomes(organization, "environment", rules=of("workflow_runs")) == {}


def test_a_merge_into_the_default_branch_is_a_deployment() -> None:
    changes = change(3), change(4, base_branch="release/1.x"), change(5, "hotfix")
    organization = api(pull_requests=changes, deployments=(ships(9, "m6", "2024-05-09"),))
    noon = at("2024-05-03T12:00")
    found = outcomes(organization, *WHAT, "pull_request_count", "is_rework", rules=of("merges"))
    assert found[3] == ("main", sha_of("m3"), "success", noon, noon, 1, False)
    assert list(found) == [3, 5]
    assert found[5][-2:] == (1, True)
    rows = Truth(organization, rules=of("merges")).change_lead_times("acme/api")
    columns = ("deployment_id", "deploy_hours", "lead_time_hours", "reason")
    assert [picked(row, *columns) for row in rows] == [
        (3, 0.0, 4.0, None),
        (None, None, None, "other_base_branch"),
        (5, 0.0, 4.0, None),
    ]
