from typing import Any

import pytest

from pulse_assets.settings import Settings
from pulse_assets.store import Record, Store
from pulse_assets_tests.tables.landed import NOON, built, land, raw
from pulse_assets_tests.text_tables import instant

DEPLOYMENTS = "raw_github_deployments"
RUNS = "raw_github_workflow_runs"
PULLS = "raw_github_pull_requests"
LATER = "2024-05-01T12:30:00Z"


@pytest.fixture
def releases(settings: Settings) -> Settings:
    return settings.model_copy(update={"deployment_source": "releases"})


@pytest.fixture
def runs(settings: Settings) -> Settings:
    return settings.model_copy(update={"deployment_source": "workflow_runs"})


@pytest.fixture
def merges(settings: Settings) -> Settings:
    return settings.model_copy(update={"deployment_source": "merges"})


def deployment(store: Store, settings: Settings, *statuses: str, **changes: Any) -> dict[str, Any]:
    """Statuses as `state day`, in May 2024."""
    given = [status.split() for status in statuses]
    timed = [{"state": state, "created_at": f"2024-05-{day}T00:00:00Z"} for state, day in given]
    land(store, raw(DEPLOYMENTS, statuses=timed, **changes))
    (row,) = built("deployments", store, settings)
    return row


def numbers(store: Store, settings: Settings, *landed: Record) -> list[int]:
    land(store, *landed)
    return [row["deployment_id"] for row in built("deployments", store, settings)]


@pytest.mark.parametrize(
    ("statuses", "status", "finished_at"),
    [
        ([], "pending", None),
        (["pending 01", "in_progress 02"], "in_progress", None),
        (["queued 01"], "queued", None),
        (["in_progress 01", "success 02", "inactive 03"], "success", "2024-05-02"),
        (["success 02", "success 04"], "success", "2024-05-02"),
        (["failure 01", "success 02"], "success", "2024-05-02"),
        (["success 02", "failure 03"], "success", "2024-05-02"),
        (["in_progress 01", "failure 02", "inactive 03"], "failure", "2024-05-02"),
        (["error 03", "in_progress 01"], "error", "2024-05-03"),
        (["failure 01", "in_progress 02"], "in_progress", None),
        (["inactive 01"], "inactive", None),
    ],
)
def test_deployment_ends_with_its_first_success_or_its_last_failure(
    sqlite_store: Store, settings: Settings, statuses: list[str], status: str, finished_at: str | None
) -> None:
    row = deployment(sqlite_store, settings, *statuses)
    assert row["status"] == status
    assert row["finished_at"] == (finished_at and instant(finished_at))


@pytest.mark.parametrize(
    ("environment", "is_production"),
    [("production", True), ("Prod (eu)", True), ("live", True), ("staging", False), ("preprod", False), ("", False)],
)
def test_production_is_what_the_pattern_says(
    sqlite_store: Store, settings: Settings, environment: str, *, is_production: bool
) -> None:
    assert deployment(sqlite_store, settings, environment=environment)["is_production"] is is_production


@pytest.mark.parametrize(
    ("environment", "service"),
    [
        ("production", None),
        ("production-web", "web"),
        ("Prod (eu west)", "eu west)"),
        ("live: Web shop ", "Web shop"),
        ("production: ", None),
        ("staging-web", None),
    ],
)
def test_service_is_named_by_the_environment_of_production(
    sqlite_store: Store, settings: Settings, environment: str, service: str | None
) -> None:
    assert deployment(sqlite_store, settings, environment=environment)["service"] == service


def test_service_is_what_the_pattern_says(sqlite_store: Store, settings: Settings) -> None:
    pattern = {"service_pattern": r"^(?P<service>\w+)?/", "production_pattern": "live$"}
    chosen = settings.model_copy(update=pattern)
    assert deployment(sqlite_store, chosen, environment="web/live")["service"] == "web"
    assert deployment(sqlite_store, chosen, environment="/live")["service"] is None
    assert deployment(sqlite_store, chosen, environment="web/qa")["service"] is None


def test_published_releases_stand_for_deployments(sqlite_store: Store, releases: Settings) -> None:
    land(
        sqlite_store,
        raw("raw_github_releases", id=1, tag_sha="c1"),
        raw("raw_github_releases", id=2, is_prerelease=True),
        raw("raw_github_releases", id=3, is_draft=True, published_at=None),
        raw(DEPLOYMENTS, id=9),
    )
    rows = {row["deployment_id"]: row for row in built("deployments", sqlite_store, releases)}
    assert {number: row["is_production"] for number, row in rows.items()} == {1: True, 2: False}
    assert (rows[1]["sha"], rows[1]["status"], rows[1]["source"]) == ("c1", "success", "releases")
    assert rows[1]["finished_at"] == instant("2024-05-01 12:00")
    assert len(built("releases", sqlite_store, releases)) == 3


@pytest.mark.parametrize(
    ("status", "conclusion", "expected", "is_finished"),
    [
        ("completed", "success", "success", True),
        ("completed", "failure", "failure", True),
        ("completed", "timed_out", "failure", True),
        ("completed", "startup_failure", "failure", True),
        ("completed", "cancelled", "inactive", False),
        ("completed", "skipped", "inactive", False),
        ("completed", "neutral", "inactive", False),
        ("completed", "stale", "inactive", False),
        ("completed", "action_required", "inactive", False),
        ("completed", None, "inactive", False),
        ("in_progress", None, "in_progress", False),
        ("queued", None, "queued", False),
        ("requested", None, "queued", False),
        ("waiting", None, "waiting", False),
        ("pending", None, "pending", False),
    ],
)
def test_run_of_a_workflow_ends_as_it_concludes(
    sqlite_store: Store, runs: Settings, status: str, conclusion: str | None, expected: str, *, is_finished: bool
) -> None:
    land(sqlite_store, raw(RUNS, id=7, status=status, conclusion=conclusion, head_sha="c9", updated_at=LATER))
    assert built("deployments", sqlite_store, runs) == [
        {
            "repository": "acme/api",
            "deployment_id": 7,
            "source": "workflow_runs",
            "environment": "Deploy to production",
            "service": None,
            "is_production": True,
            "sha": "c9",
            "creator": None,
            "created_at": instant("2024-05-01 12:00"),
            "finished_at": instant("2024-05-01 12:30") if is_finished else None,
            "status": expected,
        }
    ]


def test_conclusion_that_nobody_knows_yet_is_left_for_the_checks_to_find(sqlite_store: Store, runs: Settings) -> None:
    land(sqlite_store, raw(RUNS, conclusion="postponed"))
    (row,) = built("deployments", sqlite_store, runs)
    assert (row["status"], row["finished_at"]) == ("postponed", None)


def test_only_workflows_whose_name_fits_deploy(sqlite_store: Store, runs: Settings) -> None:
    names = ["CI", "Deploy to staging", "deploy (prod)", "Deploy", "Redeploy live", None]
    landed = [raw(RUNS, id=number, name=name) for number, name in enumerate(names)]
    assert numbers(sqlite_store, runs, *landed) == [2, 4]
    assert numbers(sqlite_store, runs.model_copy(update={"workflow_pattern": "^CI$"})) == [0]


def test_merge_into_the_default_branch_is_a_deployment(sqlite_store: Store, merges: Settings) -> None:
    land(
        sqlite_store,
        raw("raw_github_repositories", default_branch="main"),
        raw(PULLS, number=1, merged_at=LATER, merge_commit_sha="m1"),
        raw(PULLS, number=2, merged_at=None),
        raw(PULLS, number=3, base_branch="main-2"),
        raw(PULLS, number=4, base_branch="not-main"),
    )
    assert built("deployments", sqlite_store, merges) == [
        {
            "repository": "acme/api",
            "deployment_id": 1,
            "source": "merges",
            "environment": "main",
            "service": None,
            "is_production": True,
            "sha": "m1",
            "creator": None,
            "created_at": instant("2024-05-01 12:30"),
            "finished_at": instant("2024-05-01 12:30"),
            "status": "success",
        }
    ]


@pytest.mark.parametrize(("name", "fits"), [("a.b", [1]), (None, [])])
def test_default_branch_is_a_name_and_no_pattern(
    sqlite_store: Store, merges: Settings, name: str | None, fits: list[int]
) -> None:
    repository = raw("raw_github_repositories", default_branch=name)
    landed = [raw(PULLS, number=1, base_branch="a.b"), raw(PULLS, number=2, base_branch="axb")]
    assert numbers(sqlite_store, merges, repository, *landed) == fits


def test_merge_into_a_branch_that_fits_is_a_deployment(sqlite_store: Store, merges: Settings) -> None:
    chosen = merges.model_copy(update={"merge_branch_pattern": "^release/"})
    landed = [raw(PULLS, number=1), raw(PULLS, number=2, base_branch="release/1", merged_at=NOON)]
    assert numbers(sqlite_store, chosen, *landed) == [2]
