import pytest

from pulse_assets.reports import ReportContent
from pulse_assets.reports.planning.model import PlanningContent, PlanningScope
from pulse_assets.settings import Settings
from pulse_assets.tables.lake import Lake
from pulse_assets_tests.reports.planning.conftest import monthly, weekly


@pytest.fixture
def planning(may: ReportContent) -> PlanningContent:
    assert may.planning is not None
    return may.planning


def shown(scope: PlanningScope, metric: str) -> dict[str, str]:
    return {each.shown_as.column: each.shown for each in scope.figures.values() if each.shown_as.metric == metric}


def named(planning: PlanningContent, kind: str, name: str) -> PlanningScope:
    return next(scope for scope in planning.scopes if (scope.kind, scope.name) == (kind, name))


def test_scopes_are_all_then_teams_with_projects_then_projects_then_boards(planning: PlanningContent) -> None:
    assert [(scope.kind, scope.name, scope.title) for scope in planning.scopes] == [
        ("all", "all", "All projects"),
        ("team", "core", "core"),
        ("project", "OPS", "OPS"),
        ("project", "PAY", "PAY"),
        ("board", "7", "Payments"),
    ]
    assert planning.teams == ("core",)
    assert planning.projects == ("OPS", "PAY")


def test_times_of_the_issues_that_were_done(planning: PlanningContent) -> None:
    assert shown(planning.whole, "flow_cycle_time") == {
        "cycle_median_hours": "2.0 d",
        "cycle_p85_hours": "3.4 d",
        "cycle_p95_hours": "3.8 d",
        "cycle_median_business_hours": "48.0 h",
        "lead_median_hours": "8.0 d",
        "lead_p85_hours": "8.7 d",
        "flow_efficiency_ratio": "71 %",
        "left_out_count": "2",
    }
    of_pay = named(planning, "project", "PAY").figures["flow_cycle_time.cycle_median_hours"]
    assert (of_pay.shown, of_pay.interval, of_pay.basis, of_pay.is_low_count) == (
        "3.0 d",
        "2.0 to 4.0 d",
        "2 issues",
        True,
    )
    assert (of_pay.previous_value, of_pay.change) == (24.0, "2.0 d longer than the month before (+200 %)")


def test_work_that_was_done_and_is_in_progress(planning: PlanningContent) -> None:
    assert shown(planning.whole, "flow_throughput") == {
        "completed_count": "4",
        "completed_points": "5",
        "estimated_count": "2",
        "left_out_count": "1",
    }
    assert shown(planning.whole, "flow_work_in_progress") == {
        "average_count": "0.5",
        "end_count": "1",
        "max_count": "2",
        "age_median_hours": "11.6 d",
        "age_p85_hours": "11.6 d",
    }
    figures = planning.whole.figures
    assert figures["flow_work_in_progress.average_count"].value == pytest.approx(17 / 31)
    assert figures["flow_work_in_progress.average_count"].basis == "31 days"
    assert figures["flow_work_in_progress.end_count"].verdict is None
    assert figures["flow_throughput.completed_count"].change == "3 more than the month before (+300 %)"


def test_quality_of_what_was_done(planning: PlanningContent) -> None:
    assert shown(planning.whole, "quality_defect_share") == {
        "defect_share_ratio": "25 %",
        "defect_count": "1",
        "escaped_count": "1",
        "created_defect_count": "1",
    }
    assert shown(planning.whole, "quality_reopen_rate") == {"reopen_ratio": "20 %", "reopened_count": "1"}
    for name in ("reopen_ratio", "reopened_count"):
        figure = planning.whole.figures[f"quality_reopen_rate.{name}"]
        assert (figure.verdict, figure.usual_value) == (None, None)
        assert figure.change.startswith("can still grow; the month before: 0")
    share = planning.whole.figures["quality_defect_share.defect_share_ratio"]
    assert (share.change, share.verdict) == ("25 points higher than the month before (0 %)", "unclear")


def test_what_needs_a_pull_request_has_nothing_to_measure(planning: PlanningContent) -> None:
    figure = planning.whole.figures["flow_delivery_time.start_to_production_median_hours"]
    assert (figure.shown, figure.status, figure.basis) == ("none", "ok", "0 issues")


def test_types_are_told_the_most_frequent_first_with_what_they_were_before(planning: PlanningContent) -> None:
    told = [
        (part.name, *((figure.shown, figure.change) for figure in part.figures.values()))
        for part in planning.whole.types
    ]
    assert told == [
        (
            "Story",
            ("3", "2 more than the month before (+200 %)"),
            ("5", "2 more than the month before (+67 %)"),
            ("0", "as in the month before"),
        ),
        (
            "Bug",
            ("1", "1 more than the month before"),
            ("0", "the month before: none"),
            ("0", "as in the month before"),
        ),
        (
            "Sub-task",
            ("0", "as in the month before"),
            ("0", "the month before: none"),
            ("1", "1 more than the month before"),
        ),
    ]
    assert all(part.category is None for part in planning.whole.types)


def test_statuses_are_told_the_longest_first(planning: PlanningContent) -> None:
    assert [(part.key, *(figure.shown for figure in part.figures.values())) for part in planning.whole.statuses] == [
        (("Open", "todo"), "32.0 d", "3.5 d", "8.8 d", "0"),
        (("In Progress", "in_progress"), "15.6 d", "24.0 h", "40.8 h", "1"),
        (("In Review", "in_progress"), "24.0 h", "24.0 h", "24.0 h", "0"),
    ]
    review = planning.whole.statuses[2].figures["flow_time_in_status.stay_median_hours"]
    assert (review.basis, review.is_low_count, review.change) == ("1 stay", True, "the month before: none")


def test_a_completed_sprint_has_its_own_figures_and_its_report(planning: PlanningContent) -> None:
    (sprint,) = planning.sprints
    assert (sprint.project, sprint.sprint_id, sprint.name, sprint.board) == ("PAY", 12, "Spring 12", "Payments")
    assert sprint.report == "../sprint/PAY-sprint-12.html"
    assert {name.partition(".")[2]: each.shown for name, each in sprint.figures.items()} == {
        "committed_points": "8",
        "completed_points": "3",
        "committed_count": "3",
        "completed_count": "2",
        "completion_ratio": "67 %",
        "carried_over_count": "1",
        "carried_over_points": "5",
        "added_count": "0",
        "removed_count": "0",
    }
    assert {each.change for each in sprint.figures.values()} == {"not compared"}
    assert shown(planning.whole, "sprint_velocity") == {
        "velocity_mean_points": "3",
        "sprint_count": "1",
        "committed_points": "8",
        "completed_points": "3",
    }


def test_a_sprint_belongs_to_the_period_of_its_completion(small: tuple[Lake, Settings]) -> None:
    weeks = {key: weekly(small, key).planning for key in ("2024-W19", "2024-W20", "2024-W21")}
    assert {key: [each.sprint_id for each in found.sprints] for key, found in weeks.items() if found} == {
        "2024-W19": [],
        "2024-W20": [12],
        "2024-W21": [],
    }


def test_a_period_before_the_first_issue_is_unknown_and_not_zero(small: tuple[Lake, Settings]) -> None:
    content = monthly(small, "2024-03")
    assert content.planning is not None
    assert {figure.shown for figure in content.planning.whole.figures.values()} == {"unknown"}
    assert content.summary == "Nothing is known of Jira's projects in March 2024."
    assert [(each.kind, each.text) for each in content.notices] == [
        (
            "unknown",
            (
                "The figures of projects in this month are unknown: the first issue is younger, or they have not been "
                "built; run `pulse sync jira`."
            ),
        )
    ]


def test_the_trend_is_of_all_projects_with_gaps(planning: PlanningContent) -> None:
    assert len(planning.trend) == 13
    cycle = {
        point.period.key: point.rows["flow_cycle_time"].values["cycle_median_hours"]
        for point in planning.trend
        if point.rows
    }
    assert cycle == {"2024-04": 24.0, "2024-05": 48.0}


def test_the_summary_tells_what_was_done_and_is_in_progress(may: ReportContent) -> None:
    assert may.summary == (
        "4 issues were done; half of the 3 that were in progress before took at most 2.0 d from the first work on "
        "them. 1 issue was in progress at the end. 1 sprint was completed, with 67 % of the committed issues completed."
    )


def test_what_moved_is_told_with_the_projects(may: ReportContent) -> None:
    assert [(each.metric, each.verdict, each.brief) for each in may.findings] == [
        ("flow_cycle_time", "unclear", "cycle time 24.0 h → 2.0 d"),
        ("flow_throughput", "unclear", "throughput 1 → 4"),
        ("quality_defect_share", "unclear", "defect share 0 % → 25 %"),
    ]


def test_each_figure_leads_to_its_rows_and_to_those_that_are_left_out(planning: PlanningContent) -> None:
    cycle = next(each for each in planning.drilldowns if (each.metric, each.scope) == ("flow_cycle_time", "all"))
    assert [(item.repository, item.item, item.title) for item in cycle.counted] == [
        ("PAY", "PAY-2", "What PAY-2 is about"),
        ("PAY", "PAY-3", "What PAY-3 is about"),
        ("OPS", "OPS-1", "What OPS-1 is about"),
    ]
    assert [(item.item, item.reason_words) for item in cycle.left_out] == [
        ("PAY-4", "a sub-task, which is a part of another issue"),
        ("PAY-6", "it never was in progress before it was done"),
    ]
    sprint = next(each for each in planning.drilldowns if each.scope_kind == "sprint")
    assert (sprint.metric, [item.item for item in sprint.counted]) == ("sprint_velocity", ["12 PAY-2", "12 PAY-3"])
