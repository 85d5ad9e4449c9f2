from pathlib import Path
from typing import Any

import pytest

from pulse_assets.settings import Settings
from pulse_assets.tables.lake import Lake
from pulse_assets_tests.metrics.facts_built import built
from pulse_assets_tests.text_tables import instant

COMMITS = """
    sha      mainline_position
    1111111  0
    2222222  1
    3333333  2
    4444444  3
    5555555  -
    6666666  -
"""
DEPLOYMENTS = """
    deployment_id  is_production  status   sha      created_at        finished_at
    10             yes            success  1111111  2024-05-01 11:50  2024-05-01 12:00
    20             yes            success  2222222  2024-05-02 11:50  2024-05-02 12:00
    30             yes            success  3333333  2024-05-03 11:50  2024-05-03 12:00
"""
PULL_REQUESTS = """
    number  title   base_branch  created_at        merged_at         merge_commit_sha
    1       First   main         2024-05-01 08:00  2024-05-01 10:00  1111111
    2       Second  main         2024-05-02 08:00  2024-05-02 10:00  2222222
    4       Fourth  main         2024-05-04 08:00  2024-05-04 10:00  4444444
    5       Open    main         2024-05-04 08:00  -                 -
"""
OWN_COMMITS = """
    number  sha
    2       5555555
    4       6666666
"""
ATTRIBUTION = ("deployment_id", "attributed_by", "is_attributed", "reason")
NOWHERE = (None, None, False)


@pytest.fixture
def rows(tmp_path: Path, settings: Settings) -> Any:
    """Builds the fact from text tables and gives its rows by their ids."""

    def build(**texts: str) -> dict[str, dict[str, Any]]:
        blank = {"commits": COMMITS, "deployments": DEPLOYMENTS, "pull_requests": PULL_REQUESTS}
        facts = built("incidents", Lake(tmp_path), settings, blank | {"pull_request_commits": OWN_COMMITS} | texts)
        return {row["incident_id"]: row for row in facts}

    return build


def attribution(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in ATTRIBUTION)


def issue(opened_at: str = "2024-05-02 18:00", **cells: str) -> str:
    """One incident report, number 12."""
    given = {"number": "12", "title": "Down", "opened_at": opened_at, "resolved_at": "-"} | cells
    return "  ".join(given) + "\n" + "  ".join(given.values())


def remedy(kind: str, **cells: str) -> str:
    """The pull requests with one more, number 9, which deployment 30 brings."""
    given = {
        "number": "9",
        "title": "Mend",
        "base_branch": "main",
        "created_at": "2024-05-02 20:00",
        "merged_at": "2024-05-02 21:00",
        "merge_commit_sha": "3333333",
        "remedy": kind,
        "reverts_number": "-",
        "closes_issues": "-",
        "service": "-",
    } | cells
    lines = [line.strip() for line in PULL_REQUESTS.strip().splitlines()]
    nulls = "  -" * (len(given) - 6)
    others = [line + nulls for line in lines[1:]]
    return "\n".join(["  ".join(given), *others, "  ".join(given.values())])


class TestIssue:
    def test_it_opens_and_is_resolved_as_the_issue_is(self, rows: Any) -> None:
        row = rows(incident_reports=issue(resolved_at="2024-05-02 20:30"))["issue-12"]
        assert (row["kind"], row["number"], row["title"]) == ("issue", 12, "Down")
        assert (row["opened_at"], row["resolved_at"]) == (instant("2024-05-02 18:00"), instant("2024-05-02 20:30"))
        assert (row["restore_hours"], row["remedy_deployment_id"]) == (2.5, None)

    def test_one_that_is_open_has_no_time_to_restore(self, rows: Any) -> None:
        row = rows(incident_reports=issue())["issue-12"]
        assert (row["resolved_at"], row["restore_hours"]) == (None, None)

    def test_one_that_was_closed_before_it_was_opened_has_no_time_to_restore(self, rows: Any) -> None:
        assert rows(incident_reports=issue(resolved_at="2024-05-02 17:59"))["issue-12"]["restore_hours"] is None

    def test_time_leads_to_the_latest_deployment_before_it(self, rows: Any) -> None:
        assert attribution(rows(incident_reports=issue())["issue-12"]) == (20, "time", True, None)

    def test_a_deployment_that_finished_when_it_opened_caused_it(self, rows: Any) -> None:
        assert rows(incident_reports=issue("2024-05-03 12:00"))["issue-12"]["deployment_id"] == 30
        assert rows(incident_reports=issue("2024-05-03 11:59:59.999999"))["issue-12"]["deployment_id"] == 20

    def test_one_before_every_deployment_has_none(self, rows: Any) -> None:
        row = rows(incident_reports=issue("2024-05-01 11:59"))["issue-12"]
        assert attribution(row) == (*NOWHERE, "no_deployment_before")

    @pytest.mark.parametrize(("is_production", "status"), [("no", "success"), ("yes", "failure")])
    def test_time_passes_over_other_deployments(self, rows: Any, is_production: str, status: str) -> None:
        other = f"25  {is_production}  {status}  2222222  2024-05-02 13:00  2024-05-02 13:10"
        assert rows(incident_reports=issue(), deployments=DEPLOYMENTS + other)["issue-12"]["deployment_id"] == 20

    def test_of_deployments_that_finished_together_the_highest_number_caused_it(self, rows: Any) -> None:
        other = "5  yes  success  2222222  2024-05-02 11:50  2024-05-02 12:00"
        assert rows(incident_reports=issue(), deployments=DEPLOYMENTS + other)["issue-12"]["deployment_id"] == 20

    def test_time_looks_at_the_service_that_a_label_names(self, rows: Any) -> None:
        deployments = """
            deployment_id  service  is_production  status   sha      finished_at
            10             web      yes            success  1111111  2024-05-01 12:00
            20             api      yes            success  2222222  2024-05-02 12:00
            25             -        yes            success  2222222  2024-05-02 13:00
        """
        found = {
            service: rows(incident_reports=issue(service=service), deployments=deployments)["issue-12"]
            for service in ("web", "api", "-", "gone")
        }
        assert {name: row["deployment_id"] for name, row in found.items()} == {
            "web": 10,
            "api": 20,
            "-": 25,
            "gone": None,
        }
        assert found["gone"]["reason"] == "no_deployment_before"


class TestRootCause:
    def test_it_leads_to_the_first_deployment_that_contains_the_commit(self, rows: Any) -> None:
        row = rows(incident_reports=issue(root_cause_sha="1111111"))["issue-12"]
        assert attribution(row) == (10, "link", True, None)

    def test_a_rollback_before_it_does_not_contain_it(self, rows: Any) -> None:
        deployments = """
            deployment_id  is_production  status   sha      finished_at
            10             yes            success  1111111  2024-05-01 12:00
            11             yes            success  -        2024-05-01 13:00
            12             yes            success  4444444  2024-05-01 14:00
            13             yes            success  2222222  2024-05-01 15:00
        """
        row = rows(incident_reports=issue(root_cause_sha="2222222"), deployments=deployments)["issue-12"]
        assert row["deployment_id"] == 12

    def test_a_commit_that_no_deployment_contains_is_not_attributed(self, rows: Any) -> None:
        row = rows(incident_reports=issue(root_cause_sha="4444444"))["issue-12"]
        assert attribution(row) == (*NOWHERE, "cause_not_deployed")

    def test_a_commit_off_the_mainline_leads_to_the_deployment_of_its_change(self, rows: Any) -> None:
        assert attribution(rows(incident_reports=issue(root_cause_sha="5555555"))["issue-12"])[:2] == (20, "link")
        row = rows(incident_reports=issue(root_cause_sha="6666666"))["issue-12"]
        assert attribution(row) == (*NOWHERE, "cause_not_deployed")

    def test_a_commit_of_several_changes_leads_to_the_first_of_their_deployments(self, rows: Any) -> None:
        own = OWN_COMMITS + "    1       5555555\n"
        row = rows(incident_reports=issue(root_cause_sha="5555555"), pull_request_commits=own)["issue-12"]
        assert row["deployment_id"] == 10

    def test_a_commit_of_no_change_is_known_yet_not_deployed(self, rows: Any) -> None:
        row = rows(incident_reports=issue(root_cause_sha="5555555"), pull_request_commits="")["issue-12"]
        assert row["reason"] == "cause_not_deployed"

    @pytest.mark.parametrize(
        ("written", "deployment_id", "attributed_by"),
        [
            ("abcdef0", 10, "link"),  # fits one
            ("abcdef12", 30, "link"),  # is one, though it also begins another
            ("abcdef1", 20, "time"),  # fits two
            ("abcdef", 20, "time"),  # too short to be an abbreviation
            ("fedcba9", 20, "time"),  # fits none
        ],
    )
    def test_an_abbreviation_has_to_fit_one_commit(
        self, rows: Any, written: str, deployment_id: int, attributed_by: str
    ) -> None:
        commits = """
            sha         mainline_position
            abcdef01    0
            2222222     1
            abcdef12    2
            abcdef1234  3
        """
        deployments = DEPLOYMENTS.replace("1111111", "abcdef01").replace("3333333", "abcdef12")
        row = rows(incident_reports=issue(root_cause_sha=written), commits=commits, deployments=deployments)["issue-12"]
        assert (row["deployment_id"], row["attributed_by"]) == (deployment_id, attributed_by)

    @pytest.mark.parametrize(
        ("number", "expected"),
        [
            ("1", (10, "link", True, None)),
            ("4", (*NOWHERE, "cause_not_deployed")),
            ("5", (*NOWHERE, "cause_not_deployed")),  # never merged
            ("99", (20, "time", True, None)),  # no pull request
        ],
    )
    def test_a_number_leads_to_the_deployment_of_that_change(self, rows: Any, number: str, expected: Any) -> None:
        assert attribution(rows(incident_reports=issue(root_cause_number=number))["issue-12"]) == expected

    @pytest.mark.parametrize(("sha", "deployment_id"), [("2222222", 20), ("fedcba9", 10)])
    def test_a_known_commit_goes_before_a_number(self, rows: Any, sha: str, deployment_id: int) -> None:
        row = rows(incident_reports=issue("2024-05-04", root_cause_sha=sha, root_cause_number="1"))["issue-12"]
        assert (row["deployment_id"], row["attributed_by"]) == (deployment_id, "link")


class TestRevert:
    def test_it_lasts_from_its_opening_to_its_deployment(self, rows: Any) -> None:
        row = rows(pull_requests=remedy("revert", reverts_number="2"))["revert-9"]
        assert (row["kind"], row["number"], row["title"]) == ("revert", 9, "Mend")
        assert (row["opened_at"], row["resolved_at"]) == (instant("2024-05-02 20:00"), instant("2024-05-03 12:00"))
        assert (row["remedy_deployment_id"], row["restore_hours"]) == (30, None)

    def test_it_blames_the_deployment_of_what_it_reverts(self, rows: Any) -> None:
        row = rows(pull_requests=remedy("revert", reverts_number="1"))["revert-9"]
        assert attribution(row) == (10, "link", True, None)

    def test_one_that_is_not_deployed_still_blames(self, rows: Any) -> None:
        row = rows(pull_requests=remedy("revert", reverts_number="2", merge_commit_sha="4444444"))["revert-9"]
        assert (row["resolved_at"], row["remedy_deployment_id"]) == (None, None)
        assert attribution(row) == (20, "link", True, None)

    @pytest.mark.parametrize("reverted", ["4", "5"])
    def test_what_never_reached_production_was_reverted_in_time(self, rows: Any, reverted: str) -> None:
        row = rows(pull_requests=remedy("revert", reverts_number=reverted))["revert-9"]
        assert attribution(row) == (*NOWHERE, "reverted_before_deployment")

    def test_what_reached_production_together_with_its_revert_did_no_harm(self, rows: Any) -> None:
        row = rows(pull_requests=remedy("revert", reverts_number="2", merge_commit_sha="2222222"))["revert-9"]
        assert attribution(row) == (*NOWHERE, "reverted_before_deployment")

    @pytest.mark.parametrize("reverted", ["-", "99"])
    def test_time_stands_in_where_what_it_reverts_is_unknown(self, rows: Any, reverted: str) -> None:
        row = rows(pull_requests=remedy("revert", reverts_number=reverted))["revert-9"]
        assert attribution(row) == (20, "time", True, None)

    @pytest.mark.parametrize("cells", [{"merged_at": "-", "merge_commit_sha": "-"}, {"base_branch": "develop"}])
    def test_one_that_is_not_in_the_default_branch_is_no_incident(self, rows: Any, cells: dict[str, str]) -> None:
        assert rows(pull_requests=remedy("revert", reverts_number="2", **cells)) == {}


class TestHotfix:
    def test_it_blames_the_deployment_of_the_issue_that_it_closes(self, rows: Any) -> None:
        reports = issue("2024-05-01 18:00")
        row = rows(pull_requests=remedy("hotfix", closes_issues="3,12"), incident_reports=reports)["hotfix-9"]
        assert attribution(row) == (10, "link", True, None)
        assert (row["opened_at"], row["resolved_at"]) == (instant("2024-05-02 20:00"), instant("2024-05-03 12:00"))
        assert row["remedy_deployment_id"] == 30

    def test_of_several_issues_the_lowest_number_that_is_attributed_counts(self, rows: Any) -> None:
        reports = """
            number  opened_at
            7       2024-05-01 06:00
            12      2024-05-02 18:00
            100     2024-05-01 18:00
        """
        found = rows(pull_requests=remedy("hotfix", closes_issues="7,12,100"), incident_reports=reports)
        assert found["issue-7"]["is_attributed"] is False
        assert attribution(found["hotfix-9"])[:2] == (20, "link")

    @pytest.mark.parametrize("closed", ["-", "3", "112"])
    def test_time_stands_in_where_it_closes_no_incident(self, rows: Any, closed: str) -> None:
        reports = issue("2024-05-01 18:00")
        row = rows(pull_requests=remedy("hotfix", closes_issues=closed), incident_reports=reports)["hotfix-9"]
        assert attribution(row) == (20, "time", True, None)

    def test_time_looks_at_the_service_that_a_label_names(self, rows: Any) -> None:
        deployments = """
            deployment_id  service  is_production  status   sha      finished_at
            10             web      yes            success  1111111  2024-05-01 12:00
            20             api      yes            success  2222222  2024-05-02 12:00
        """
        row = rows(pull_requests=remedy("hotfix", service="web"), deployments=deployments)["hotfix-9"]
        assert (row["deployment_id"], row["service"]) == (10, "web")


class TestRollback:
    def test_it_blames_the_deployment_before_it(self, rows: Any) -> None:
        deployments = """
            deployment_id  environment  service  is_production  status   sha      created_at        finished_at
            10             production   -        yes            success  3333333  2024-05-01 11:50  2024-05-01 12:00
            20             production   -        yes            success  1111111  2024-05-01 12:50  2024-05-01 13:00
            30             production   -        yes            success  2222222  2024-05-01 13:50  2024-05-01 14:00
        """
        (row,) = rows(deployments=deployments).values()
        assert (row["incident_id"], row["kind"], row["number"]) == ("rollback-20", "rollback", None)
        assert (row["title"], row["service"]) == ("production", None)
        assert (row["opened_at"], row["resolved_at"]) == (instant("2024-05-01 12:50"), instant("2024-05-01 13:00"))
        assert attribution(row) == (10, "link", True, None)
        assert (row["remedy_deployment_id"], row["restore_hours"]) == (20, None)

    def test_services_are_rolled_back_by_themselves(self, rows: Any) -> None:
        deployments = """
            deployment_id  service  is_production  status   sha      finished_at
            10             api      yes            success  3333333  2024-05-01 12:00
            20             web      yes            success  2222222  2024-05-01 13:00
            30             api      yes            success  1111111  2024-05-01 14:00
            40             -        yes            success  1111111  2024-05-01 15:00
        """
        found = rows(deployments=deployments)
        assert {name: row["deployment_id"] for name, row in found.items()} == {"rollback-30": 10}
        assert found["rollback-30"]["service"] == "api"

    @pytest.mark.parametrize(("before", "own"), [("3333333", "5555555"), ("-", "1111111"), ("2222222", "2222222")])
    def test_a_commit_that_is_not_known_to_be_lower_is_none(self, rows: Any, before: str, own: str) -> None:
        deployments = f"""
            deployment_id  is_production  status   sha       finished_at
            10             yes            success  {before}  2024-05-01 12:00
            20             yes            success  {own}     2024-05-01 13:00
        """
        assert rows(deployments=deployments) == {}


def test_rows_are_sorted_by_their_ids(rows: Any) -> None:
    reports = """
        number  opened_at
        20      2024-05-04
        3       2024-05-04
    """
    found = rows(incident_reports=reports, pull_requests=remedy("hotfix"))
    assert list(found) == ["hotfix-9", "issue-20", "issue-3"]
