import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from pulse_assets.metrics.engine import build_fact
from pulse_assets.settings import Settings
from pulse_assets.tables.lake import Lake
from pulse_assets_tests.text_tables import REPOSITORY, fill, instant, records

MAINLINE = """
    sha  mainline_position
    c0   0
    c1   1
    c2   2
    c3   3
    off  -
"""
PULL_REQUEST = """
    number  base_branch  first_commit_at   created_at        first_review_at   merged_at         merge_commit_sha
    1       main         2024-05-01 08:00  2024-05-01 10:00  2024-05-01 11:00  2024-05-01 14:00  c1
"""
DEPLOYMENT = """
    deployment_id  is_production  status   sha  finished_at
    10             yes            success  c2   2024-05-01 16:00
"""


@pytest.fixture
def lead(tmp_path: Path, settings: Settings) -> Any:
    """Builds the fact from text tables and gives the row of one pull request, nulls as None."""

    def build(number: int = 1, **texts: str) -> dict[str, Any]:
        lake = Lake(tmp_path)
        fill(lake, {"commits": MAINLINE, "pull_requests": PULL_REQUEST, "deployments": DEPLOYMENT} | texts)
        facts = [row for batch in build_fact("change_lead_times", lake, REPOSITORY, settings) for row in records(batch)]
        (row,) = [row for row in facts if row["number"] == number]
        return row

    return build


def pull_request(**changes: str) -> str:
    header, line = (text.split("  ") for text in PULL_REQUEST.strip().splitlines())
    cells = dict(zip(filter(None, map(str.strip, header)), filter(None, map(str.strip, line)), strict=True)) | changes
    return "  ".join(cells) + "\n" + "  ".join(cells.values())


def test_clock_runs_from_first_commit_to_first_production_deployment_after_merge(lead: Any) -> None:
    row = lead()
    assert row["first_commit_at"] == instant("2024-05-01 08:00")
    assert row["deployed_at"] == instant("2024-05-01 16:00")
    assert row["lead_time_hours"] == 8.0
    assert (row["deployment_id"], row["matched_by"]) == (10, "commit")
    assert (row["is_counted"], row["reason"]) == (True, None)


def test_stages_add_up_to_the_lead_time(lead: Any) -> None:
    row = lead()
    stages = [row[f"{stage}_hours"] for stage in ("coding", "pickup", "review", "deploy")]
    assert stages == [2.0, 1.0, 3.0, 2.0]
    assert sum(stages) == row["lead_time_hours"]


def test_open_pull_request_has_no_row(tmp_path: Path, settings: Settings) -> None:
    lake = Lake(tmp_path)
    fill(lake, {"pull_requests": pull_request(merged_at="-", merge_commit_sha="-")})
    assert sum(len(batch) for batch in build_fact("change_lead_times", lake, REPOSITORY, settings)) == 0


def test_change_to_another_branch_is_left_out_and_has_no_deployment(lead: Any) -> None:
    row = lead(pull_requests=pull_request(base_branch="develop"))
    assert (row["is_counted"], row["reason"], row["matched_by"]) == (False, "other_base_branch", None)
    assert (row["deployment_id"], row["deployed_at"], row["lead_time_hours"], row["flags"]) == (None, None, None, None)
    assert row["coding_hours"] == 2.0


def test_change_that_no_deployment_contains_is_left_out(lead: Any) -> None:
    row = lead(pull_requests=pull_request(merge_commit_sha="c3"))
    assert (row["is_counted"], row["reason"], row["matched_by"]) == (False, "not_deployed", None)
    assert row["deploy_hours"] is None


def test_deployment_of_the_merge_commit_itself_contains_it(lead: Any) -> None:
    assert lead(pull_requests=pull_request(merge_commit_sha="c2"))["deployment_id"] == 10


def test_first_containing_deployment_wins_over_a_newer_one(lead: Any) -> None:
    row = lead(
        deployments="""
            deployment_id  is_production  status   sha  finished_at
            9              yes            success  c0   2024-05-01 15:00
            10             yes            success  c3   2024-05-01 17:00
            11             yes            success  c1   2024-05-01 16:00
            12             yes            success  c2   2024-05-01 18:00
        """
    )
    assert row["deployment_id"] == 11
    assert row["flags"] is None


def test_deployments_that_finish_together_are_ordered_by_number(lead: Any) -> None:
    row = lead(
        deployments="""
            deployment_id  is_production  status   sha  finished_at
            100            yes            success  c2   2024-05-01 16:00
            20             yes            success  c2   2024-05-01 16:00
        """
    )
    assert row["deployment_id"] == 20


@pytest.mark.parametrize(("is_production", "status"), [("no", "success"), ("yes", "failure"), ("yes", "in_progress")])
def test_only_successful_production_deployments_stop_the_clock(lead: Any, is_production: str, status: str) -> None:
    row = lead(
        deployments=f"""
            deployment_id  is_production    status    sha  finished_at
            9              {is_production}  {status}  c2   2024-05-01 15:00
            10             yes              success   c2   2024-05-01 17:00
        """
    )
    assert row["deployment_id"] == 10
    assert row["flags"] == "first_deployment"


def test_change_within_the_first_deployment_is_flagged(lead: Any) -> None:
    assert lead()["flags"] == "first_deployment"


def test_rollback_does_not_contain_what_came_after_it(lead: Any) -> None:
    row = lead(
        deployments="""
            deployment_id  is_production  status   sha  finished_at
            9              yes            success  c0   2024-05-01 15:00
            10             yes            success  c0   2024-05-01 16:00
            11             yes            success  c3   2024-05-02 16:00
        """
    )
    assert row["deployment_id"] == 11


def test_deployment_of_one_of_its_own_commits_contains_it(lead: Any) -> None:
    row = lead(
        pull_requests=pull_request(merge_commit_sha="c3"),
        pull_request_commits="""
            number  sha
            1       branch
        """,
        deployments="""
            deployment_id  is_production  status   sha     finished_at
            9              yes            success  c2      2024-05-01 15:00
            10             yes            success  branch  2024-05-01 16:00
            11             yes            success  c3      2024-05-01 17:00
        """,
    )
    assert (row["deployment_id"], row["matched_by"]) == (10, "commit")


def test_deployment_before_the_merge_is_shown_but_not_counted(lead: Any) -> None:
    row = lead(
        deployments="""
            deployment_id  is_production  status   sha  finished_at
            10             yes            success  c2   2024-05-01 13:00
            11             yes            success  c2   2024-05-01 15:00
        """
    )
    assert (row["is_counted"], row["reason"]) == (False, "deployed_before_merge")
    assert (row["deployment_id"], row["deployed_at"]) == (10, instant("2024-05-01 13:00"))
    assert (row["deploy_hours"], row["flags"]) == (None, "first_deployment,negative_deploy")


def test_deployment_at_the_instant_of_the_merge_counts(lead: Any) -> None:
    row = lead(deployments=DEPLOYMENT.replace("16:00", "14:00"))
    assert (row["is_counted"], row["deploy_hours"]) == (True, 0.0)


@pytest.mark.parametrize("merge_commit_sha", ["-", "off", "unknown"])
def test_time_stands_in_where_the_merge_commit_is_not_on_the_mainline(lead: Any, merge_commit_sha: str) -> None:
    row = lead(
        pull_requests=pull_request(merge_commit_sha=merge_commit_sha),
        pull_request_commits="""
            number  sha
            1       c1
        """,
        deployments="""
            deployment_id  is_production  status   sha  finished_at
            9              yes            success  c1   2024-05-01 13:00
            10             yes            success  c0   2024-05-01 16:00
            11             yes            success  c3   2024-05-01 17:00
        """,
    )
    assert (row["deployment_id"], row["matched_by"], row["flags"]) == (10, "time", "matched_by_time")
    assert row["is_counted"] is True


def test_time_stands_in_where_no_deployment_is_on_the_mainline(lead: Any) -> None:
    row = lead(
        deployments="""
            deployment_id  is_production  status   sha  finished_at
            30             yes            success  off  2024-05-01 14:00
            20             yes            success  -    2024-05-01 14:00
        """
    )
    assert (row["deployment_id"], row["matched_by"], row["deploy_hours"]) == (20, "time", 0.0)
    assert row["flags"] == "first_deployment,matched_by_time"


def test_staging_deployment_on_the_mainline_does_not_keep_time_from_standing_in(lead: Any) -> None:
    row = lead(
        deployments="""
            deployment_id  is_production  status   sha  finished_at
            9              no             success  c2   2024-05-01 15:00
            10             yes            success  off  2024-05-01 16:00
        """
    )
    assert (row["deployment_id"], row["matched_by"]) == (10, "time")


def test_unknown_first_commit_is_left_out(lead: Any) -> None:
    row = lead(pull_requests=pull_request(first_commit_at="-"))
    assert (row["is_counted"], row["reason"], row["lead_time_hours"]) == (False, "first_commit_unknown", None)
    assert (row["deployment_id"], row["coding_hours"], row["deploy_hours"]) == (10, None, 2.0)


def test_first_commit_dated_after_the_deployment_is_left_out(lead: Any) -> None:
    row = lead(pull_requests=pull_request(first_commit_at="2024-05-01 16:30"))
    assert (row["is_counted"], row["reason"], row["lead_time_hours"]) == (False, "negative_lead_time", None)
    assert row["flags"] == "first_deployment,negative_coding"


def test_commit_written_after_opening_gives_no_coding_time(lead: Any) -> None:
    row = lead(pull_requests=pull_request(first_commit_at="2024-05-01 12:00"))
    assert (row["is_counted"], row["coding_hours"], row["lead_time_hours"]) == (True, None, 4.0)
    assert row["flags"] == "first_deployment,negative_coding"


def test_review_after_the_merge_gives_no_review_time(lead: Any) -> None:
    row = lead(pull_requests=pull_request(first_review_at="2024-05-01 15:00"))
    assert (row["pickup_hours"], row["review_hours"]) == (5.0, None)
    assert row["flags"] == "first_deployment,negative_review"


def test_review_before_the_opening_gives_no_pickup_time(lead: Any) -> None:
    row = lead(pull_requests=pull_request(first_review_at="2024-05-01 09:00"))
    assert (row["pickup_hours"], row["review_hours"]) == (None, 5.0)
    assert row["flags"] == "first_deployment,negative_pickup"


def test_change_without_review_has_neither_pickup_nor_review_time(lead: Any) -> None:
    row = lead(pull_requests=pull_request(first_review_at="-"))
    assert (row["pickup_hours"], row["review_hours"], row["lead_time_hours"]) == (None, None, 8.0)


def test_hours_keep_microseconds(lead: Any) -> None:
    row = lead(pull_requests=pull_request(first_commit_at="2024-05-01 15:59:59.999999"))
    assert row["lead_time_hours"] == dt.timedelta(microseconds=1) / dt.timedelta(hours=1)


def test_repository_without_deployments_has_undeployed_changes_only(lead: Any) -> None:
    row = lead(deployments="")
    assert (row["reason"], row["is_counted"]) == ("not_deployed", False)
