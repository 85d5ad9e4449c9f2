from pathlib import Path
from typing import Any

import pytest

from pulse_assets.settings import Settings
from pulse_assets.tables.lake import Lake
from pulse_assets_tests.metrics.facts_built import built
from pulse_assets_tests.text_tables import instant

COMMITS = """
    sha  mainline_position
    c0   0
    c1   1
    c2   2
    c3   3
    c4   4
    off  -
"""
PULL_REQUEST = """
    number  author  base_branch  first_commit_at   created_at        merged_at         merge_commit_sha
    1       ada     main         2024-05-01 08:00  2024-05-01 10:00  2024-05-01 12:00  c2
"""
REVIEWS = """
    number  review_id  reviewer    submitted_at
    1       1          ada         2024-05-01 10:05
    1       2          robot[bot]  2024-05-01 10:30
    1       3          bob         2024-05-01 11:00
"""
STAGES = ("coding_minutes", "pickup_minutes", "review_minutes", "deploy_minutes", "cycle_minutes")


@pytest.fixture
def change(tmp_path: Path, settings: Settings) -> Any:
    """Builds the fact from text tables and gives the row of the pull request."""

    def build(*shas: str, **texts: str) -> dict[str, Any]:
        blank = {"commits": COMMITS, "pull_requests": PULL_REQUEST, "pull_request_reviews": REVIEWS}
        (row,) = built("devlake_changes", Lake(tmp_path), settings, blank | {"deployments": deployments(*shas)} | texts)
        return row

    return build


def deployments(*shas: str) -> str:
    """Successful production deployments 1, 2, … of the commits, one an hour from 13:00."""
    lines = (
        f"{number}  yes  success  {sha}  2024-05-01 {12 + number}:00  2024-05-01 {12 + number}:00"
        for number, sha in enumerate(shas, 1)
    )
    return "\n".join(["deployment_id  is_production  status  sha  created_at  finished_at", *lines])


def pull_request(**changes: str) -> str:
    header, line = (text.split("  ") for text in PULL_REQUEST.strip().splitlines())
    cells = dict(zip(filter(None, map(str.strip, header)), filter(None, map(str.strip, line)), strict=True)) | changes
    return "  ".join(cells) + "\n" + "  ".join(cells.values())


class TestDeployment:
    def test_it_is_the_one_whose_commits_hold_the_merge(self, change: Any) -> None:
        row = change("c0", "c1", "c3", "c4")
        assert (row["deployment_id"], row["deployed_at"]) == (3, instant("2024-05-01 15:00"))
        assert (row["is_counted"], row["reason"]) == (True, None)

    @pytest.mark.parametrize(("shas", "deployment_id"), [(("c1", "c2"), 2), (("c2", "c3"), None)])
    def test_its_commits_end_with_its_own_and_begin_after_the_one_before(
        self, change: Any, shas: tuple[str, ...], deployment_id: int | None
    ) -> None:
        assert change(*shas)["deployment_id"] == deployment_id

    def test_the_first_ever_yields_nothing(self, change: Any) -> None:
        row = change("c3", "c4")
        assert (row["deployment_id"], row["is_counted"], row["reason"]) == (None, False, "first_deployment")
        assert (row["deploy_minutes"], row["cycle_minutes"]) == (None, 240)
        assert (row["pulse_lead_time_hours"], row["difference"]) == (5.0, "only_pulse")

    def test_what_the_first_had_comes_again_after_a_rollback(self, change: Any) -> None:
        row = change("c3", "c1", "c4")
        assert (row["deployment_id"], row["difference"]) == (3, "other_deployment")

    def test_no_deployment_has_it(self, change: Any) -> None:
        row = change("c0", "c1")
        assert (row["reason"], row["pulse_lead_time_hours"], row["difference"]) == ("not_deployed", None, None)
        assert change()["reason"] == "not_deployed"

    @pytest.mark.parametrize("hidden", ["off", "-", "gone"])
    def test_a_deployment_with_unknown_commit_hides_what_it_brought(self, change: Any, hidden: str) -> None:
        row = change("c1", hidden, "c3")
        assert (row["deployment_id"], row["reason"]) == (None, "commits_unknown")
        assert (row["pulse_lead_time_hours"], row["difference"]) == (7.0, "only_pulse")

    def test_a_first_deployment_with_unknown_commit_hides_the_second(self, change: Any) -> None:
        assert change("off", "c3")["reason"] == "commits_unknown"
        assert change("off")["reason"] == "not_deployed"

    def test_one_that_has_it_later_is_not_taken_for_the_first(self, change: Any) -> None:
        row = change("c0", "off", "c1", "c3")
        assert (row["deployment_id"], row["is_counted"], row["reason"]) == (None, False, "commits_unknown")

    @pytest.mark.parametrize(("asked_at", "deployment_id"), [("11:59", 4), ("12:00", None)])
    def test_an_unknown_one_that_was_asked_for_before_the_merge_cannot_have_it(
        self, change: Any, asked_at: str, deployment_id: int | None
    ) -> None:
        table = f"""
            deployment_id  is_production  status   sha  created_at             finished_at
            1              yes            success  c0   2024-05-01 09:00       2024-05-01 09:00
            2              yes            success  off  2024-05-01 {asked_at}  2024-05-01 12:30
            3              yes            success  c1   2024-05-01 11:59       2024-05-01 12:40
            4              yes            success  c3   2024-05-01 14:00       2024-05-01 14:00
        """
        assert change(deployments=table)["deployment_id"] == deployment_id

    def test_an_unknown_one_that_was_asked_for_later_hides_nothing(self, change: Any) -> None:
        assert change("c0", "c3", "off", "c4")["deployment_id"] == 2

    def test_a_merge_off_the_mainline_is_in_none(self, change: Any) -> None:
        row = change("c0", "c4", pull_requests=pull_request(merge_commit_sha="off"))
        assert (row["deployment_id"], row["reason"], row["difference"]) == (None, "not_deployed", "only_pulse")

    def test_of_several_that_have_it_the_first_that_was_asked_for_counts(self, change: Any) -> None:
        table = """
            deployment_id  is_production  status   sha  created_at        finished_at
            1              yes            success  c1   2024-05-01 13:00  2024-05-01 13:00
            3              yes            success  c3   2024-05-01 13:30  2024-05-01 14:00
            4              yes            success  c1   2024-05-01 15:00  2024-05-01 15:00
            2              yes            success  c4   2024-05-01 13:30  2024-05-01 16:00
        """
        assert change(deployments=table)["deployment_id"] == 2

    def test_its_sequence_is_that_of_the_repository_whatever_the_service(self, change: Any) -> None:
        table = """
            deployment_id  service  is_production  status   sha  created_at        finished_at
            1              api      yes            success  c3   2024-05-01 13:00  2024-05-01 13:00
            2              web      yes            success  c1   2024-05-01 14:00  2024-05-01 14:00
            3              api      yes            success  c3   2024-05-01 15:00  2024-05-01 15:00
        """
        assert change(deployments=table)["deployment_id"] == 3

    @pytest.mark.parametrize(("is_production", "status"), [("no", "success"), ("yes", "failure")])
    def test_other_deployments_are_not_in_its_sequence(self, change: Any, is_production: str, status: str) -> None:
        other = f"\n9  {is_production}  {status}  c3  2024-05-01 13:30  2024-05-01 13:30"
        assert change("c1", "c3", deployments=deployments("c1", "c3") + other)["deployment_id"] == 2


class TestMinutes:
    def test_stages_run_from_commit_to_deployment(self, change: Any) -> None:
        row = change("c0", "c3")
        # The bot's review counts, the author's own does not.
        assert [row[stage] for stage in STAGES] == [120, 30, 90, 120, 360]
        assert (row["pulse_lead_time_hours"], row["difference"]) == (6.0, None)

    def test_each_is_rounded_up(self, change: Any) -> None:
        pulls = pull_request(first_commit_at="2024-05-01 09:58:59", created_at="2024-05-01 10:00:00.000001")
        row = change("c0", "c3", pull_requests=pulls)
        assert [row[stage] for stage in STAGES] == [2, 30, 90, 120, 242]
        assert row["difference"] is None

    def test_less_than_a_minute_below_zero_is_rounded_up_to_nothing(self, change: Any) -> None:
        row = change("c0", "c3", pull_requests=pull_request(first_commit_at="2024-05-01 10:00:59"))
        assert (row["coding_minutes"], row["cycle_minutes"]) == (0, 240)

    def test_a_whole_minute_below_zero_is_null_and_left_out(self, change: Any) -> None:
        row = change("c0", "c3", pull_requests=pull_request(first_commit_at="2024-05-01 10:01"))
        assert (row["coding_minutes"], row["cycle_minutes"]) == (None, 240)

    def test_negative_review_and_deploy_are_null(self, change: Any) -> None:
        reviews = "number  review_id  reviewer  submitted_at\n1  1  bob  2024-05-01 12:30"
        row = change("c0", "c3", pull_requests=pull_request(merged_at="2024-05-01 12:10"), pull_request_reviews=reviews)
        assert (row["pickup_minutes"], row["review_minutes"], row["deploy_minutes"]) == (150, None, 110)
        late = change("c0", "c3", pull_requests=pull_request(merged_at="2024-05-01 20:00"))
        assert (late["deploy_minutes"], late["cycle_minutes"]) == (None, 720)
        assert (late["pulse_lead_time_hours"], late["difference"]) == (None, "only_devlake")

    def test_without_review_there_is_neither_pickup_nor_review(self, change: Any) -> None:
        row = change("c0", "c3", pull_request_reviews="")
        assert [row[stage] for stage in STAGES] == [120, None, None, 120, 360]

    def test_two_deleted_accounts_are_two_people(self, change: Any) -> None:
        reviews = "number  review_id  reviewer  submitted_at\n1  1  -  2024-05-01 10:45"
        pulls = pull_request(author="-")
        assert change("c0", "c3", pull_requests=pulls, pull_request_reviews=reviews)["pickup_minutes"] == 45

    @pytest.mark.parametrize(("first_commit_at", "difference"), [("07:59:59.999999", None), ("08:00", "other_stages")])
    def test_three_minutes_apart_are_other_stages(
        self, change: Any, first_commit_at: str, difference: str | None
    ) -> None:
        pulls = pull_request(first_commit_at=f"2024-05-01 {first_commit_at}", created_at="2024-05-01 07:57")
        row = change("c0", "c3", pull_requests=pulls)
        assert (row["coding_minutes"], row["cycle_minutes"]) == (None, 363)
        assert row["pulse_lead_time_hours"] == pytest.approx(6.0)
        assert row["difference"] == difference


def test_open_pull_request_has_no_row(tmp_path: Path, settings: Settings) -> None:
    texts = {"pull_requests": pull_request(merged_at="-", merge_commit_sha="-")}
    assert built("devlake_changes", Lake(tmp_path), settings, texts) == []


def test_pull_request_into_another_branch_has_a_row(change: Any) -> None:
    row = change("c0", "c3", pull_requests=pull_request(base_branch="develop"))
    assert (row["deployment_id"], row["difference"]) == (2, "only_devlake")
