from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pulse_assets.errors import TableNotBuilt
from pulse_assets.metrics.session import opened
from pulse_assets.settings import Settings
from pulse_assets.tables.check_history import Gate
from pulse_assets.tables.lake import Lake
from pulse_assets.tables.teams import Teams
from pulse_assets_tests.metrics.planning_lives import lives, metric_rows, write_facts, write_project

NOT_OVER = "the period was not over when the data were collected"
METRIC = "flow_cycle_time"
Periods = Callable[..., dict[tuple[str, str], dict[str, str | None]]]


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


def _with_teams(more: dict[str, Any]) -> dict[str, Any]:
    return {"teams": Teams(), **more}


@pytest.fixture
def relation(lake: Lake, settings: Settings) -> Callable[..., list[dict[str, Any]]]:
    def read(name: str, month: str, **more: Any) -> list[dict[str, Any]]:
        write_facts(lake, [METRIC], settings)
        with opened([METRIC], lake, [month], settings, **_with_teams(more)) as session:
            return session.connection.sql(f"FROM {name}").to_arrow_table().to_pylist()

    return read


@pytest.fixture
def periods(relation: Callable[..., list[dict[str, Any]]]) -> Periods:
    """The first days of one grain by scope, with the reason why they are degraded."""

    def build(month: str, grain: str = "month", **more: Any) -> dict[tuple[str, str], dict[str, str | None]]:
        found: dict[tuple[str, str], dict[str, str | None]] = {}
        rows = relation("planning_periods", month, **more)
        for row in sorted(rows, key=lambda row: (row["scope_kind"], row["scope"], row["period_start"])):
            if row["grain"] == grain:
                scope = found.setdefault((row["scope_kind"], row["scope"]), {})
                scope[str(row["period_start"])] = row["status_reason"]
        return found

    return build


def project(created_at: str, collected_at: str | None = "2024-06-30 12:00", key: str = "PAY-1", **more: str) -> Any:
    return lives(f"key  created_at  life\n{key}  {created_at}  open", collected_at, **more)


def test_periods_run_from_the_first_issue_to_the_collection(lake: Lake, periods: Periods) -> None:
    write_project(lake, project("2024-05-08 10:00", "2024-05-21 12:00"))
    scopes = [("all", "all"), ("project", "PAY")]
    assert periods("2024-04-01") == {}
    assert periods("2024-05-01") == {scope: {"2024-05-01": NOT_OVER} for scope in scopes}
    weeks = {"2024-05-06": None, "2024-05-13": None, "2024-05-20": NOT_OVER}
    assert periods("2024-05-01", "week") == dict.fromkeys(scopes, weeks)
    assert periods("2024-06-01") == {}


def test_project_without_issues_has_no_periods(lake: Lake, periods: Periods) -> None:
    write_project(lake, lives("key  created_at  life"))
    assert periods("2024-05-01") == {}


def test_project_that_was_never_collected_completely_has_none_and_degrades_all(lake: Lake, periods: Periods) -> None:
    write_project(lake, project("2024-05-08"))
    write_project(lake, project("2024-05-08", None, "WEB_2-1"), "WEB_2")
    reason = "not collected to its end: 1 of 2 projects (WEB_2)"
    assert periods("2024-05-01") == {("all", "all"): {"2024-05-01": reason}, ("project", "PAY"): {"2024-05-01": None}}


def test_all_and_teams_go_on_to_the_newest_collection_and_name_who_is_behind(lake: Lake, periods: Periods) -> None:
    write_project(lake, project("2024-05-02", "2024-05-14 12:00"))
    write_project(lake, project("2024-03-02", "2024-07-14 12:00", "OPS-1"), "OPS")
    teams = Teams(projects={"both": ("OPS", "PAY"), "ops": ("OPS",), "gone": ("PAY", "ADA")})
    behind = "not collected to its end: 1 of 2 projects (PAY)"
    assert periods("2024-05-01", teams=teams) == {
        ("all", "all"): {"2024-05-01": behind},
        ("project", "OPS"): {"2024-05-01": None},
        ("project", "PAY"): {"2024-05-01": NOT_OVER},
        ("team", "both"): {"2024-05-01": behind},
        ("team", "gone"): {"2024-05-01": f"{NOT_OVER}; not collected to its end: 1 of 2 projects (ADA)"},
        ("team", "ops"): {"2024-05-01": None},
    }
    assert periods("2024-06-01")["all", "all"] == {"2024-06-01": behind}
    assert periods("2024-06-01", expected=["OPS"])["all", "all"] == {"2024-06-01": None}


def test_board_begins_with_its_first_issue_and_is_behind_with_any_of_its_projects(lake: Lake, periods: Periods) -> None:
    boards = "board_id  name  board_type\n7  Both  scrum\n8  Idle  kanban"
    shown = {"boards": boards, "board_issues": "board_id  key\n7  PAY-1"}
    write_project(lake, project("2024-05-08", **shown))
    other = {"boards": "board_id  name  board_type\n7  Both  scrum", "board_issues": "board_id  key\n7  OPS-1"}
    write_project(lake, project("2024-04-08", "2024-05-20", "OPS-1", **other), "OPS")
    reason = "not collected to its end: 1 of 2 projects (OPS)"
    assert periods("2024-04-01")["board", "7"] == {"2024-04-01": None}
    assert periods("2024-05-01")["board", "7"] == {"2024-05-01": reason}
    assert ("board", "8") not in periods("2024-05-01")


def test_weeks_begin_on_local_monday(lake: Lake, tmp_path: Path) -> None:
    write_project(lake, project("2024-05-12 22:30"))
    for zone, week in (("UTC", "2024-05-06"), ("Europe/Berlin", "2024-05-13")):
        settings = Settings.load(home=tmp_path, timezone=zone)
        rows = metric_rows(lake, METRIC, settings)
        assert min(str(row["period_start"]) for row in rows if row["grain"] == "week") == week


SPRINTS = """
    sprint_id  board_id  name     state   started_at        ended_at    completed_at
    11         7         Closed   closed  2024-05-06 22:30  2024-05-20  2024-05-20 23:00
    12         7         Open     active  2024-05-28 08:00  2024-06-11  -
    13         7         Future   future  -                 2024-06-25  -
    14         7         June     closed  2024-06-03 08:00  2024-06-10  2024-06-10 08:00
"""


def test_started_sprints_are_periods_of_their_own(lake: Lake, relation: Callable[..., list[dict[str, Any]]]) -> None:
    tables = project("2024-05-02", "2024-06-05 12:00", boards="board_id  name\n7  B", sprints=SPRINTS)
    write_project(lake, tables)
    rows = [row for row in relation("planning_periods", "2024-05-01") if row["grain"] == "sprint"]
    assert sorted(
        (
            row["scope_kind"],
            row["scope"],
            *(str(row[name])[:16] for name in ("period_start", "period_end", "begins_at", "ends_at")),
            row["status_reason"],
        )
        for row in rows
    ) == [
        ("sprint", "11", "2024-05-06", "2024-05-21", "2024-05-06 22:30", "2024-05-20 23:00", None),
        (
            "sprint",
            "12",
            "2024-05-28",
            "2024-06-06",
            "2024-05-28 08:00",
            "2024-06-05 12:00",
            "the sprint was not over when the data were collected",
        ),
    ]


def test_sprint_begins_and_ends_on_local_days(lake: Lake, tmp_path: Path) -> None:
    write_project(lake, project("2024-05-02", sprints=SPRINTS, boards="board_id  name\n7  B"))
    settings = Settings.load(home=tmp_path, timezone="Europe/Berlin")
    write_facts(lake, [METRIC], settings)
    with opened([METRIC], lake, ["2024-05-01"], settings, teams=Teams()) as session:
        (row,) = session.connection.sql(
            "SELECT period_start::VARCHAR, period_end::VARCHAR FROM planning_periods WHERE scope = '11'"
        ).fetchall()
    assert row == ("2024-05-07", "2024-05-22")


def test_sprint_of_two_projects_is_one_period(lake: Lake, relation: Callable[..., list[dict[str, Any]]]) -> None:
    sprints = "sprint_id  board_id  name  state  started_at  completed_at\n11  7  S  active  2024-05-06  -"
    closed = sprints.replace("active  2024-05-06  -", "closed  2024-05-06  2024-05-20")
    write_project(lake, project("2024-05-02", "2024-05-10", sprints=sprints, boards="board_id  name\n7  B"))
    write_project(lake, project("2024-05-02", "2024-06-10", "OPS-1", sprints=closed), "OPS")
    (row,) = [row for row in relation("planning_periods", "2024-05-01") if row["grain"] == "sprint"]
    reason = "not collected to its end: PAY"
    assert (str(row["ends_at"])[:10], row["status_reason"]) == ("2024-05-20", reason)


def test_weeks_and_months_have_no_rows_of_sprints_in_metrics_of_flow(lake: Lake, settings: Settings) -> None:
    write_project(lake, project("2024-05-02", sprints=SPRINTS, boards="board_id  name\n7  B"))
    for metric in (METRIC, "flow_throughput", "flow_work_in_progress", "quality_defect_share", "quality_reopen_rate"):
        rows = metric_rows(lake, metric, settings)
        assert {(row["grain"], row["scope_kind"]) for row in rows} == {
            (grain, kind) for grain in ("week", "month") for kind in ("project", "all")
        }


def gate(name: str, level: Any, table: str = "issue_flow") -> Gate:
    return Gate(name, table, "keys_are_unique", level, "keys are repeated")


def test_withheld_project_withholds_what_is_of_it_alone_and_degrades_the_rest(lake: Lake, settings: Settings) -> None:
    boards = {"boards": "board_id  name\n7  B", "board_issues": "board_id  key\n7  PAY-1"}
    write_project(lake, project("2024-05-02", **boards))
    write_project(lake, project("2024-05-02", key="OPS-1"), "OPS")
    teams = Teams(projects={"pay": ("PAY",), "both": ("OPS", "PAY")})
    rows = metric_rows(lake, METRIC, settings, teams=teams, gates=[gate("PAY", "withheld"), gate("ADA", "withheld")])
    of_month = {row["scope"]: row for row in rows if row["grain"] == "month"}
    assert {scope: row["status"] for scope, row in of_month.items()} == {
        "7": "withheld",
        "OPS": "ok",
        "PAY": "withheld",
        "all": "degraded",
        "both": "degraded",
        "pay": "withheld",
    }
    assert of_month["all"]["status_reason"] == "PAY: keys are repeated"
    assert (of_month["PAY"]["row_count"], of_month["all"]["row_count"]) == (None, 0)


def test_check_of_a_table_that_the_metric_does_not_rest_on_changes_nothing(lake: Lake, settings: Settings) -> None:
    write_project(lake, project("2024-05-02"))
    rows = metric_rows(lake, METRIC, settings, gates=[gate("PAY", "withheld", "sprint_scope")])
    assert {row["status"] for row in rows} == {"ok"}


def test_an_empty_lake_says_what_to_do(lake: Lake, settings: Settings) -> None:
    with (
        pytest.raises(TableNotBuilt, match=r"No project has all of .*pulse sync"),
        opened([METRIC], lake, ["2024-05-01"], settings, teams=Teams()),
    ):
        pass
