"""Issues of Jira as incidents of repositories: which, why, and what follows from them."""

from pathlib import Path
from typing import Any

import pytest

from pulse_assets.metrics.engine import build_fact
from pulse_assets.settings import Settings
from pulse_assets.tables.lake import Lake
from pulse_assets_tests.metrics.across import built, filled
from pulse_assets_tests.text_tables import instant, records

DEPLOYMENTS = """
    deployment_id  service  is_production  status   finished_at
    10             -        yes            success  2024-05-01 12:00
    20             -        yes            success  2024-05-02 12:00
    30             -        yes            success  2024-05-03 12:00
"""
SERVICES = """
    deployment_id  service  is_production  status   finished_at
    10             web      yes            success  2024-05-01 12:00
    20             api      yes            success  2024-05-02 12:00
    25             old      no             success  2024-05-02 13:00
    26             bad      yes            failure  2024-05-02 14:00
"""
PULLS = "number  title\n7  Mend"
NAMED = "number  key    found_in\n7       PAY-1  title"
TEAMS = '[teams.payments]\nrepositories = ["Acme/API"]\nprojects = ["PAY"]\n'
GIVEN = ("issue_status_spans", "issue_flow")


def issue(**cells: str) -> str:
    """One incident, PAY-1."""
    usual = {"key": "PAY-1", "is_incident": "yes", "summary": "Down", "service": "-", "created_at": "2024-05-02 18:00"}
    given = usual | {"resolved_at": "-"} | cells
    return "  ".join(given) + "\n" + "  ".join(given.values())


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


@pytest.fixture
def fact(lake: Lake, tmp_path: Path, settings: Settings) -> Any:
    """Builds a fact over acme/api and PAY from text tables, and gives its rows."""

    def build(name: str, issues: str, *, teams: str = "", flow: str = "", changes: str = "", **texts: str) -> Any:
        (tmp_path / "teams.toml").write_text(teams or '[teams.x]\nrepositories = ["acme/x"]', encoding="utf-8")
        planned = {"issues": issues, "issue_flow": flow, "issue_changes": changes}
        filled(lake, {"acme/api": {"deployments": DEPLOYMENTS} | texts}, {"PAY": planned})
        return built(name, lake, settings, given=GIVEN)

    return build


def reasons(rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(row["key"], row["taken_by"]) for row in rows]


class TestRepository:
    def test_a_pull_request_that_names_it_makes_it_an_incident_there(self, fact: Any) -> None:
        (row,) = fact("jira_incidents", issue(), pull_requests=PULLS, pull_request_issue_keys=NAMED, teams=TEAMS)
        assert row == {
            "repository": "acme/api",
            "project": "PAY",
            "key": "PAY-1",
            "title": "Down",
            "service": None,
            "opened_at": instant("2024-05-02 18:00"),
            "resolved_at": None,
            "taken_by": "pull_request",
            "pull_requests": "7",
            "url": None,
        }

    def test_a_key_of_before_a_move_names_it_too(self, fact: Any) -> None:
        named = "number  key  found_in\n7  OLD-3  title\n9  OLD-3  body\n11  PAY-1  body\n12  OLD-4  body"
        moved = "key  history_id  field  from_value  changed_at\nPAY-1  1  Key  OLD-3  2024-05-01"
        (row,) = fact("jira_incidents", issue(), pull_request_issue_keys=named, changes=moved)
        assert (row["key"], row["taken_by"], row["pull_requests"]) == ("PAY-1", "pull_request", "7,9,11")

    @pytest.mark.parametrize(("service", "expected"), [("web", [("PAY-1", "service")]), ("old", []), ("bad", [])])
    def test_a_service_that_is_deployed_to_production_makes_it_one(
        self, fact: Any, service: str, expected: list[tuple[str, str]]
    ) -> None:
        rows = fact("jira_incidents", issue(service=service), deployments=SERVICES, teams=TEAMS)
        assert reasons(rows) == expected

    @pytest.mark.parametrize(
        ("service", "deployments", "expected"),
        [
            ("-", DEPLOYMENTS, ["team"]),
            ("-", SERVICES, ["team"]),
            ("web", DEPLOYMENTS, ["team"]),
            ("gone", SERVICES, []),
        ],
    )
    def test_a_team_with_one_repository_makes_it_one_unless_the_service_is_anothers(
        self, fact: Any, service: str, deployments: str, expected: list[str]
    ) -> None:
        rows = fact("jira_incidents", issue(service=service), deployments=deployments, teams=TEAMS)
        assert [row["taken_by"] for row in rows] == expected

    @pytest.mark.parametrize(
        "teams",
        [
            '[teams.payments]\nrepositories = ["acme/api", "acme/web"]\nprojects = ["PAY"]\n',
            '[teams.payments]\nrepositories = ["acme/api"]\nprojects = ["WEB"]\n',
            '[teams.payments]\nprojects = ["PAY"]\n',
        ],
    )
    def test_teams_that_do_not_have_just_this_repository_do_not(self, fact: Any, teams: str) -> None:
        assert fact("jira_incidents", issue(), teams=teams) == []

    def test_an_issue_that_is_no_incident_is_none(self, fact: Any) -> None:
        rows = fact("jira_incidents", issue(is_incident="no"), pull_request_issue_keys=NAMED, teams=TEAMS)
        assert rows == []

    def test_repositories_are_looked_at_alone(self, lake: Lake, settings: Settings) -> None:
        texts = {"acme/api": {"pull_request_issue_keys": NAMED}, "acme/web": {"deployments": SERVICES}, "acme/old": {}}
        filled(lake, texts, {"PAY": {"issues": issue(service="web"), "issue_flow": ""}})
        together = built("jira_incidents", lake, settings, given=GIVEN)
        assert [(row["repository"], row["taken_by"]) for row in together] == [
            ("acme/api", "pull_request"),
            ("acme/web", "service"),
        ]
        alone = [
            row for name in texts for b in build_fact("jira_incidents", lake, name, settings) for row in records(b)
        ]
        assert sorted(alone, key=lambda row: row["repository"]) == together
        (row,) = built("issue_incidents", lake, settings, given=GIVEN)
        assert (row["repositories"], row["is_counted"], row["reason"]) == ("acme/api,acme/web", True, None)

    def test_without_jira_there_are_none(self, lake: Lake, settings: Settings) -> None:
        filled(lake, {"acme/api": {"pull_request_issue_keys": NAMED}}, {})
        assert built("jira_incidents", lake, settings) == []
        assert built("issue_incidents", lake, settings) == []


class TestTimes:
    @pytest.mark.parametrize(
        ("done_at", "resolved_at", "expected"),
        [
            ("2024-05-02 20:00", "2024-05-02 21:00", "2024-05-02 20:00"),
            ("-", "2024-05-02 21:00", "2024-05-02 21:00"),
            ("-", "-", None),
        ],
    )
    def test_it_is_resolved_when_it_was_done_last_else_by_its_resolution(
        self, fact: Any, done_at: str, resolved_at: str, expected: str | None
    ) -> None:
        flow = f"key  done_at\nPAY-1  {done_at}"
        texts = {"pull_requests": PULLS, "pull_request_issue_keys": NAMED, "flow": flow}
        found = {
            name: fact(name, issue(resolved_at=resolved_at), **texts)[0]["resolved_at"]
            for name in ("jira_incidents", "incidents", "issue_incidents")
        }
        assert set(found.values()) == {expected and instant(expected)}


def incidents(fact: Any, issues: str, **texts: str) -> dict[str, dict[str, Any]]:
    usual = {"pull_requests": PULLS, "pull_request_issue_keys": NAMED}
    return {row["incident_id"]: row for row in fact("incidents", issues, **usual | texts)}


class TestAttribution:
    def test_time_leads_to_the_latest_deployment_before_it(self, fact: Any) -> None:
        row = incidents(fact, issue(resolved_at="2024-05-02 20:30"))["jira-PAY-1"]
        assert (row["kind"], row["number"], row["title"]) == ("issue", None, "Down")
        assert (row["deployment_id"], row["attributed_by"], row["is_attributed"]) == (20, "time", True)
        assert (row["opened_at"], row["restore_hours"]) == (instant("2024-05-02 18:00"), 2.5)

    def test_time_looks_at_the_service_that_a_label_names(self, fact: Any) -> None:
        found = {
            service: incidents(fact, issue(service=service), deployments=SERVICES)["jira-PAY-1"]
            for service in ("web", "api", "-", "gone")
        }
        assert {name: row["deployment_id"] for name, row in found.items()} == {
            "web": 10,
            "api": 20,
            "-": 20,
            "gone": None,
        }
        assert found["gone"]["reason"] == "no_deployment_before"

    def test_one_before_every_deployment_has_none(self, fact: Any) -> None:
        row = incidents(fact, issue(created_at="2024-05-01 11:59"))["jira-PAY-1"]
        assert (row["is_attributed"], row["reason"]) == (False, "no_deployment_before")

    def test_a_github_issue_of_the_same_time_is_another_incident(self, fact: Any) -> None:
        report = "number  title  opened_at\n1  Down  2024-05-02 18:00"
        assert sorted(incidents(fact, issue(), incident_reports=report)) == ["issue-1", "jira-PAY-1"]


HOTFIX = """
    number  title  base_branch  created_at        merged_at         remedy  closes_issues
    7       Mend   main         2024-05-03 13:00  2024-05-03 14:00  hotfix  {}
"""


class TestHotfix:
    def test_it_blames_the_deployment_of_the_incident_that_it_names(self, fact: Any) -> None:
        row = incidents(fact, issue(), pull_requests=HOTFIX.format("-"))["hotfix-7"]
        assert (row["deployment_id"], row["attributed_by"]) == (20, "link")

    def test_an_issue_of_github_that_it_closes_goes_before(self, fact: Any) -> None:
        report = "number  title  opened_at\n99  Down  2024-05-01 18:00"
        row = incidents(fact, issue(), pull_requests=HOTFIX.format("99"), incident_reports=report)["hotfix-7"]
        assert (row["deployment_id"], row["attributed_by"]) == (10, "link")

    def test_of_several_the_earliest_that_is_attributed_counts(self, fact: Any) -> None:
        issues = """
            key    is_incident  created_at
            PAY-1  yes          2024-05-01 11:00
            PAY-2  yes          2024-05-02 18:00
            PAY-3  yes          2024-05-01 18:00
        """
        named = "number  key  found_in\n7  PAY-1  title\n7  PAY-2  title\n7  PAY-3  body"
        texts = {"pull_requests": HOTFIX.format("-"), "pull_request_issue_keys": named}
        assert incidents(fact, issues, **texts)["hotfix-7"]["deployment_id"] == 10

    def test_time_stands_in_where_it_names_no_incident(self, fact: Any) -> None:
        texts = {"pull_requests": HOTFIX.format("-"), "pull_request_issue_keys": NAMED}
        row = incidents(fact, issue(is_incident="no"), **texts)["hotfix-7"]
        assert (row["deployment_id"], row["attributed_by"]) == (30, "time")


def test_an_incident_of_no_repository_is_shown_with_its_reason(fact: Any) -> None:
    (row,) = fact("issue_incidents", issue(resolved_at="2024-05-03"))
    assert row == {
        "project": "PAY",
        "key": "PAY-1",
        "opened_at": instant("2024-05-02 18:00"),
        "resolved_at": instant("2024-05-03"),
        "repositories": None,
        "is_counted": False,
        "reason": "no_repository",
    }
