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
    c5   5
    off  -
"""
DEPLOYMENTS = """
    deployment_id  environment  is_production  status   sha  created_at        finished_at
    10             production   yes            success  c1   2024-05-01 11:50  2024-05-01 12:00
    20             production   yes            success  c4   2024-05-02 11:50  2024-05-02 12:00
    30             production   yes            success  c5   2024-05-03 11:50  2024-05-03 12:00
"""
PULL_REQUESTS = """
    number  base_branch  created_at        merged_at         merge_commit_sha  remedy  reverts_number  closes_issues
    1       main         2024-05-01 08:00  2024-05-01 10:00  c1                -       -               -
    2       main         2024-05-02 08:00  2024-05-02 09:00  c3                -       -               -
    3       main         2024-05-02 08:00  2024-05-02 10:00  c4                -       -               -
"""
CALM = {
    "is_failure": False,
    "failed_by": None,
    "incident_count": 0,
    "first_incident_at": None,
    "recovered_at": None,
    "recovery_hours": None,
}


@pytest.fixture
def rows(tmp_path: Path, settings: Settings) -> Any:
    """Builds the fact from text tables and gives its rows by the deployments' numbers."""

    def build(**texts: str) -> dict[int, dict[str, Any]]:
        blank = {"commits": COMMITS, "deployments": DEPLOYMENTS, "pull_requests": PULL_REQUESTS}
        facts = built("deployment_outcomes", Lake(tmp_path), settings, blank | texts)
        return {row["deployment_id"]: row for row in facts}

    return build


def sequence(*lines: str) -> str:
    """Successful production deployments, one an hour: number, service and commit."""
    head = "deployment_id  service  sha  is_production  status  created_at  finished_at"
    times = (f"2024-05-01 {hour:02}:00" for hour in range(24))
    return "\n".join(
        [head, *(f"{line}  yes  success  {time}  {time}" for line, time in zip(lines, times, strict=False))]
    )


def column(rows: dict[int, dict[str, Any]], name: str) -> dict[int, Any]:
    return {number: row[name] for number, row in rows.items()}


class TestWhatItBrought:
    def test_it_counts_the_commits_and_pull_requests_since_the_one_before(self, rows: Any) -> None:
        found = rows()
        assert column(found, "commit_count") == {10: 2, 20: 3, 30: 1}
        assert column(found, "pull_request_count") == {10: 1, 20: 2, 30: 0}
        assert column(found, "previous_deployment_id") == {10: None, 20: 10, 30: 20}
        assert column(found, "flags") == {10: "first_deployment", 20: None, 30: None}

    def test_commits_that_come_again_after_a_rollback_count_once(self, rows: Any) -> None:
        found = rows(deployments=sequence("1  -  c3", "2  -  c1", "3  -  c2", "4  -  c5"))
        assert column(found, "commit_count") == {1: 4, 2: 0, 3: 0, 4: 2}

    def test_commits_of_a_deployment_off_the_mainline_are_unknown(self, rows: Any) -> None:
        found = rows(deployments=sequence("1  -  off", "2  -  c1", "3  -  -", "4  -  gone", "5  -  c3"))
        assert column(found, "commit_count") == {1: None, 2: 2, 3: None, 4: None, 5: 2}
        assert column(found, "flags") == {
            1: "commits_unknown,first_deployment",
            2: None,
            3: "commits_unknown",
            4: "commits_unknown",
            5: None,
        }

    def test_each_service_has_a_sequence_of_its_own(self, rows: Any) -> None:
        found = rows(deployments=sequence("1  api  c1", "2  web  c3", "3  -  c3", "4  api  c4", "5  -  c4"))
        assert column(found, "previous_deployment_id") == {1: None, 2: None, 3: None, 4: 1, 5: 3}
        assert column(found, "commit_count") == {1: 2, 2: 4, 3: 4, 4: 3, 5: 1}

    def test_deployments_that_finish_together_are_ordered_by_number(self, rows: Any) -> None:
        deployments = """
            deployment_id  is_production  status   sha  finished_at
            100            yes            success  c3   2024-05-01 12:00
            20             yes            success  c1   2024-05-01 12:00
        """
        found = rows(deployments=deployments)
        assert list(found) == [20, 100]
        assert column(found, "previous_deployment_id") == {20: None, 100: 20}

    def test_what_another_environment_runs_has_no_row(self, rows: Any) -> None:
        found = rows(deployments=DEPLOYMENTS + "25  staging  no  success  c3  2024-05-02 13:00  2024-05-02 13:00")
        assert list(found) == [10, 20, 30]


def test_deployment_that_failed_to_roll_out_is_shown_and_does_not_count(rows: Any) -> None:
    found = rows(deployments=DEPLOYMENTS + "25  production  yes  failure  c0  2024-05-02 13:00  2024-05-02 13:05")
    row = found[25]
    assert (row["is_counted"], row["reason"], row["status"]) == (False, "not_successful", "failure")
    assert row["finished_at"] == instant("2024-05-02 13:05")
    assert {row[name] for name in ("previous_deployment_id", "commit_count", "pull_request_count", "flags")} == {None}
    assert (row["is_rollback"], row["is_rework"], row["rework_by"]) == (False, False, None)
    assert {name: row[name] for name in CALM} == CALM | {"incident_count": None}
    assert (found[30]["previous_deployment_id"], found[30]["is_counted"], found[30]["reason"]) == (20, True, None)


class TestFailure:
    def test_without_incident_it_did_not_fail(self, rows: Any) -> None:
        row = rows()[20]
        assert {name: row[name] for name in CALM} == CALM

    def test_an_issue_that_is_attributed_to_it_makes_it_fail_until_the_issue_is_closed(self, rows: Any) -> None:
        reports = """
            number  opened_at         resolved_at
            12      2024-05-02 13:00  2024-05-02 15:30
        """
        found = rows(incident_reports=reports)
        assert column(found, "is_failure") == {10: False, 20: True, 30: False}
        row = found[20]
        assert (row["failed_by"], row["incident_count"]) == ("issue", 1)
        assert (row["first_incident_at"], row["recovered_at"]) == (
            instant("2024-05-02 13:00"),
            instant("2024-05-02 15:30"),
        )
        assert (row["recovery_hours"], row["flags"]) == (3.5, None)

    def test_an_incident_that_is_attributed_to_none_makes_none_fail(self, rows: Any) -> None:
        reports = """
            number  opened_at         resolved_at
            12      2024-05-01 09:00  2024-05-02 15:30
        """
        assert not any(column(rows(incident_reports=reports), "is_failure").values())

    def test_it_recovers_with_the_last_of_its_issues(self, rows: Any) -> None:
        reports = """
            number  opened_at         resolved_at
            12      2024-05-02 14:00  2024-05-02 18:00
            13      2024-05-02 13:00  2024-05-02 15:00
        """
        row = rows(incident_reports=reports)[20]
        assert (row["incident_count"], row["first_incident_at"]) == (2, instant("2024-05-02 13:00"))
        assert (row["recovered_at"], row["recovery_hours"]) == (instant("2024-05-02 18:00"), 6.0)

    def test_it_has_not_recovered_while_an_issue_is_open(self, rows: Any) -> None:
        reports = """
            number  opened_at         resolved_at
            12      2024-05-02 14:00  2024-05-02 18:00
            13      2024-05-02 13:00  -
        """
        row = rows(incident_reports=reports)[20]
        assert (row["is_failure"], row["recovered_at"], row["recovery_hours"]) == (True, None, None)

    def test_issues_go_before_remedies(self, rows: Any) -> None:
        pulls = PULL_REQUESTS + "9  main  2024-05-02 14:00  2024-05-03 10:00  c5  revert  2  -"
        reports = """
            number  opened_at         resolved_at
            12      2024-05-02 13:00  2024-05-02 15:00
        """
        row = rows(pull_requests=pulls, incident_reports=reports)[20]
        assert (row["failed_by"], row["incident_count"], row["recovery_hours"]) == ("issue,revert", 2, 3.0)

    def test_without_an_issue_it_recovers_with_the_first_remedy_in_production(self, rows: Any) -> None:
        pulls = (
            PULL_REQUESTS
            + "8  main  2024-05-02 14:00  2024-05-02 20:00  c9  revert  3  -\n"
            + "9  main  2024-05-02 16:00  2024-05-03 10:00  c5  revert  2  -"
        )
        deployments = DEPLOYMENTS + "40  production  yes  success  c9  2024-05-04 12:00  2024-05-04 12:00"
        commits = COMMITS + "    c9   9"
        row = rows(pull_requests=pulls, deployments=deployments, commits=commits)[20]
        assert (row["failed_by"], row["incident_count"]) == ("revert", 2)
        assert (row["first_incident_at"], row["recovered_at"]) == (
            instant("2024-05-02 14:00"),
            instant("2024-05-03 12:00"),
        )
        assert row["recovery_hours"] == 24.0

    def test_a_remedy_that_is_not_deployed_does_not_recover_it(self, rows: Any) -> None:
        pulls = PULL_REQUESTS + "9  main  2024-05-02 14:00  2024-05-03 10:00  c9  revert  2  -"
        commits = COMMITS + "    c9   9"
        row = rows(pull_requests=pulls, commits=commits)[20]
        assert (row["is_failure"], row["failed_by"], row["recovered_at"]) == (True, "revert", None)

    def test_a_rollback_recovers_the_one_before_it(self, rows: Any) -> None:
        row = rows(deployments=sequence("1  -  c3", "2  -  c1"))[1]
        assert (row["failed_by"], row["recovery_hours"]) == ("rollback", 1.0)

    def test_a_recovery_before_the_finish_is_null_and_flagged(self, rows: Any) -> None:
        reports = """
            number  opened_at         resolved_at       root_cause_number
            12      2024-05-02 11:00  2024-05-02 11:30  2
        """
        row = rows(incident_reports=reports)[20]
        assert (row["recovery_hours"], row["flags"]) == (None, "negative_recovery")
        assert row["recovered_at"] == instant("2024-05-02 11:30")

    def test_a_recovery_at_the_finish_takes_no_time(self, rows: Any) -> None:
        reports = """
            number  opened_at         resolved_at
            12      2024-05-02 12:00  2024-05-02 12:00
        """
        row = rows(incident_reports=reports)[20]
        assert (row["recovery_hours"], row["flags"]) == (0.0, None)


class TestRework:
    def test_a_planned_deployment_is_none(self, rows: Any) -> None:
        assert set(column(rows(), "is_rework").values()) == {False}
        assert set(column(rows(), "rework_by").values()) == {None}

    def test_a_rollback_goes_back_behind_the_one_before_it(self, rows: Any) -> None:
        found = rows(deployments=sequence("1  -  c3", "2  -  c1", "3  -  c1", "4  -  off", "5  -  c0"))
        assert column(found, "is_rollback") == {1: False, 2: True, 3: False, 4: False, 5: False}
        assert column(found, "is_rework") == {1: False, 2: True, 3: False, 4: False, 5: False}
        assert found[2]["rework_by"] == "rollback"

    def test_another_service_is_not_rolled_back(self, rows: Any) -> None:
        found = rows(deployments=sequence("1  api  c3", "2  web  c1", "3  api  c2"))
        assert column(found, "is_rollback") == {1: False, 2: False, 3: True}

    @pytest.mark.parametrize("remedy", ["revert", "hotfix"])
    def test_the_first_deployment_of_a_remedy_is_one(self, rows: Any, remedy: str) -> None:
        pulls = PULL_REQUESTS + f"9  main  2024-05-02 08:00  2024-05-02 10:30  c4  {remedy}  -  -"
        found = rows(pull_requests=pulls)
        assert column(found, "rework_by") == {10: None, 20: remedy, 30: None}
        assert column(found, "is_rework") == {10: False, 20: True, 30: False}

    def test_a_revert_of_what_had_not_reached_production_is_none(self, rows: Any) -> None:
        pulls = PULL_REQUESTS + (
            "8  main  2024-05-02 08:00  2024-05-02 10:20  c3  -       -  -\n"
            "9  main  2024-05-02 10:25  2024-05-02 10:30  c4  revert  8  -\n"
        )
        assert set(column(rows(pull_requests=pulls), "is_rework").values()) == {False}

    @pytest.mark.parametrize(
        ("closed", "rework_by"), [("12", "incident_link"), ("3,12", "incident_link"), ("3,112", None)]
    )
    def test_the_first_deployment_of_what_closes_an_incident_is_one(
        self, rows: Any, closed: str, rework_by: str | None
    ) -> None:
        pulls = PULL_REQUESTS + f"9  main  2024-05-02 08:00  2024-05-02 10:30  c4  -  -  {closed}"
        found = rows(pull_requests=pulls, incident_reports="number  opened_at\n12  2024-04-01")
        assert column(found, "rework_by") == {10: None, 20: rework_by, 30: None}

    def test_all_signs_are_named(self, rows: Any) -> None:
        pulls = PULL_REQUESTS + (
            "7  main  2024-05-02 08:00  2024-05-02 10:30  c4  revert  1  -\n"
            "8  main  2024-05-02 08:00  2024-05-02 10:30  c4  hotfix  -  12\n"
        )
        row = rows(pull_requests=pulls, incident_reports="number  opened_at\n12  2024-05-01 13:00")[20]
        assert row["rework_by"] == "hotfix,incident_link,revert"

    def test_a_remedy_that_was_merged_elsewhere_makes_none(self, rows: Any) -> None:
        pulls = PULL_REQUESTS + "9  develop  2024-05-02 08:00  2024-05-02 10:30  c4  hotfix  -  -"
        assert set(column(rows(pull_requests=pulls), "is_rework").values()) == {False}
