import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pulse_assets.errors import NotFound, TableNotBuilt, UsageError
from pulse_assets.metrics.engine import build_metrics
from pulse_assets.metrics.explanation import ExplainedRow, Explanation, explain, explain_period, sprint_start
from pulse_assets.metrics.explanation.recipes import RECIPES
from pulse_assets.metrics.explanation.words import REASONS
from pulse_assets.settings import Settings
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.lake import Lake
from pulse_assets.tables.metric_columns import value_columns
from pulse_assets.tables.teams import Teams
from pulse_assets_tests.metrics.planning_lives import lives, write_facts, write_project

FLOW = (
    "flow_cycle_time",
    "flow_throughput",
    "flow_work_in_progress",
    "flow_time_in_status",
    "quality_defect_share",
    "quality_reopen_rate",
)
WEEK: Any = ("week", dt.date(2024, 5, 6))
MONTHS = [dt.date(2024, 5, 1), dt.date(2024, 6, 1)]
TEAMS = Teams(projects={"both": ("OPS", "PAY")})
ISSUES = """
    key    issue_type  created_at        story_points  life
    PAY-1  Story       2024-05-06 10:00  3             open, doing 2024-05-07 10:00, done 2024-05-09 10:00
    PAY-2  Bug         2024-05-06 10:00  -             doing, done 2024-05-08 10:00, open 2024-05-10, done 2024-05-11
    PAY-3  Sub-task    2024-05-06 10:00  -             doing, done 2024-05-08 10:00
    PAY-4  Story       2024-05-06 10:00  1             open, done 2024-05-08 10:00
    PAY-5  Story       2024-05-06 10:00  -             open, doing 2024-05-07 10:00
    PAY-6  Epic        2024-05-06 10:00  -             doing
"""
MORE = {
    "boards": "board_id  name\n7  B",
    "board_issues": "board_id  key\n7  PAY-1\n7  PAY-3",
    "sprints": """
        sprint_id  board_id  name       state   started_at        completed_at
        11         7         Sprint 11  closed  2024-05-06 23:00  2024-05-20 10:00
        12         7         Sprint 12  future  -                 -
    """,
}
OTHER = "key  created_at  life\nOPS-1  2024-05-06 10:00  doing, done 2024-05-07 10:00"
Explain = Callable[..., Explanation]


def chosen(lake: Lake) -> Settings:
    return Settings.load(home=lake.path.parent)


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    lake = Lake(tmp_path_factory.mktemp("planning") / "lake")
    write_project(lake, lives(ISSUES, "2024-06-30 12:00", **MORE))
    write_project(lake, lives(OTHER, "2024-06-20 12:00"), "OPS")
    write_facts(lake, FLOW, chosen(lake))
    for name, tables in build_metrics(FLOW, lake, MONTHS, chosen(lake), teams=TEAMS):
        for month, table in tables.items():
            lake.write(TABLES[name], month.isoformat(), [table])
    return lake


@pytest.fixture
def of(lake: Lake) -> Explain:
    def build(metric: str, period: Any = WEEK, scope: tuple[str, str] = ("project", "PAY")) -> Explanation:
        return explain(metric, lake, chosen(lake), period=period, scope=scope, teams=TEAMS)

    return build


def items(rows: tuple[ExplainedRow, ...]) -> list[str]:
    return [row.item for row in rows]


def test_cycle_time_names_the_issues_and_why_others_are_left_out(of: Explain) -> None:
    explanation = of("flow_cycle_time")
    assert items(explanation.counted) == ["PAY-1", "PAY-2"]
    assert {row.item: row.reason for row in explanation.left_out} == {"PAY-3": "subtask", "PAY-4": "never_in_progress"}
    assert all(row.reason in REASONS for row in explanation.left_out)
    assert explanation.counted[0].title == "What PAY-1 is about"
    assert {row.repository for row in explanation.rows} == {"PAY"}
    assert explanation.counted[0].values["cycle_hours"] == 48.0
    assert explanation.figure("cycle_median_hours").recomputed == 79.0
    assert explanation.agrees
    assert "definition `pulse`" in explanation.definition_text
    assert "The rows of cycle time" in explanation.definition_text


def test_throughput_has_figures_by_type_and_for_all_together(of: Explain) -> None:
    explanation = of("flow_throughput")
    counts = {
        key: explanation.figure("completed_count", (key,)).recomputed for key in ("all", "Bug", "Story", "Sub-task")
    }
    assert counts == {"all": 3, "Bug": 1, "Story": 2, "Sub-task": 0}
    assert explanation.row_count == 3
    assert explanation.figure("completed_points", ("all",)).recomputed == 4.0
    assert explanation.agrees


def test_work_in_progress_tells_which_days_it_looked_at(of: Explain) -> None:
    explanation = of("flow_work_in_progress")
    assert items(explanation.counted) == ["PAY-5"]
    assert sorted(items(explanation.others)) == ["PAY-1", "PAY-2"]
    assert explanation.figure("day_count").recomputed == 7
    assert explanation.agrees


def test_time_in_status_has_figures_by_status(of: Explain) -> None:
    explanation = of("flow_time_in_status")
    assert explanation.figure("open_count", ("In Progress", "in_progress")).recomputed == 1
    assert explanation.figure("total_hours", ("In Progress", "in_progress")).stored == 48.0 + 48.0 + 134.0
    assert {row.reason for row in explanation.left_out} == {"done_status", "subtask"}
    assert explanation.agrees


@pytest.mark.parametrize("metric", FLOW)
def test_every_scope_and_period_agrees(lake: Lake, metric: str) -> None:
    periods: list[Any] = [WEEK, ("month", MONTHS[0]), ("week", dt.date(2024, 6, 24))]
    for period in periods:
        explanations = list(explain_period(metric, lake, chosen(lake), period=period, teams=TEAMS))
        # OPS was collected until 2024-06-20; later weeks of it are unknown.
        scopes = {("project", "PAY"), ("project", "OPS"), ("team", "both"), ("board", "7"), ("all", "all")}
        scopes -= {("project", "OPS")} if period[1] > dt.date(2024, 6, 20) else set()
        assert {(each.scope_kind, each.scope) for each in explanations} == scopes
        assert all(each.agrees for each in explanations)


def test_a_board_has_its_issues_and_projects(of: Explain) -> None:
    explanation = of("flow_cycle_time", scope=("board", "7"))
    assert items(explanation.counted) == ["PAY-1"]
    assert [(each.repository, str(each.collected_at)[:10]) for each in explanation.freshness] == [("PAY", "2024-06-30")]
    assert {each.table: each.partitions for each in explanation.sources}["issue_flow"] == ("PAY",)


def test_a_team_has_the_projects_that_it_lists(of: Explain) -> None:
    explanation = of("flow_cycle_time", scope=("team", "both"))
    assert sorted(items(explanation.counted)) == ["OPS-1", "PAY-1", "PAY-2"]
    assert [each.repository for each in explanation.freshness] == ["OPS", "PAY"]


def test_a_period_without_data_is_unknown_and_not_zero(of: Explain) -> None:
    with pytest.raises(NotFound, match=r"unknown, not zero.* from 2024-05-06 to 2024-06-30"):
        of("flow_cycle_time", ("week", dt.date(2024, 4, 22)), ("board", "7"))
    with pytest.raises(NotFound, match=r"unknown, not zero.* from 2024-05-06 to 2024-06-20"):
        of("flow_cycle_time", ("week", dt.date(2024, 6, 24)), ("project", "OPS"))


def test_an_unknown_scope_says_which_are_known(of: Explain) -> None:
    with pytest.raises(NotFound, match=r"no project 'WEB' in the tables.*Known: OPS, PAY"):
        of("flow_cycle_time", scope=("project", "WEB"))


def test_a_kind_of_scope_that_a_metric_does_not_have_says_which_it_has(of: Explain) -> None:
    with pytest.raises(UsageError, match=r"cycle_time has no figures by repository.* all, team, project, board\.$"):
        of("flow_cycle_time", scope=("repository", "PAY"))
    with pytest.raises(UsageError, match=r"lead_time has no figures by project.* all, team, repository\.$"):
        of("dora_lead_time", scope=("project", "PAY"))
    with pytest.raises(UsageError, match=r"burndown has no figures by board.* It has: sprint\.$"):
        of("sprint_burndown", scope=("board", "7"))
    with pytest.raises(UsageError, match=r"of a sprint: sprint_velocity, sprint_completion, sprint_burndown\.$"):
        of("flow_cycle_time", ("sprint", dt.date(2024, 5, 6)), ("sprint", "11"))


def test_a_day_that_begins_no_period_is_refused(of: Explain) -> None:
    with pytest.raises(UsageError, match="No month begins on 2024-05-06"):
        of("flow_cycle_time", ("month", dt.date(2024, 5, 6)))


def test_sprint_begins_on_a_local_day(lake: Lake) -> None:
    berlin = chosen(lake).model_copy(update={"timezone": "Europe/Berlin"})
    assert sprint_start(lake, chosen(lake), "11") == dt.date(2024, 5, 6)
    assert sprint_start(lake, berlin, "11") == dt.date(2024, 5, 7)
    with pytest.raises(NotFound, match="Sprint 12 has not been started"):
        sprint_start(lake, berlin, "12")
    with pytest.raises(NotFound, match=r"no sprint '11 OR 1' in the tables"):
        sprint_start(lake, berlin, "11 OR 1")


def test_sprint_of_an_empty_lake_says_what_to_do(tmp_path: Path, settings: Settings) -> None:
    with pytest.raises(TableNotBuilt, match="pulse sync"):
        sprint_start(Lake(tmp_path / "lake"), settings, "11")


def test_every_planning_metric_has_a_recipe_for_each_of_its_figures() -> None:
    names = {name for name, table in TABLES.items() if (table.layer, table.family) == ("metrics", "planning")}
    assert names == {name for name in RECIPES if TABLES[name].family == "planning"}
    for name in names:
        assert list(RECIPES[name]) == ["pulse"]
        assert set(RECIPES[name]["pulse"].rules) == {*value_columns(TABLES[name]), "row_count"}
        assert RECIPES[name]["pulse"].key == TABLES[name].key[5:]
