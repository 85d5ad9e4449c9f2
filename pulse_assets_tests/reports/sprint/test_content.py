import datetime as dt
from collections import Counter
from pathlib import Path

import pytest

from pulse_assets.errors import NotFound
from pulse_assets.reports.sprint import SprintContent, latest_sprint, sprint_content
from pulse_assets.settings import Settings
from pulse_assets.tables.check_history import Gate
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.lake import Lake
from pulse_assets_tests.metrics.sprint_built import read
from pulse_assets_tests.metrics.sprint_texts import SPRINTS
from pulse_assets_tests.reports.sprint.built_sprints import IN_THE_MIDDLE, NO_ISSUES, OPEN, built
from pulse_assets_tests.text_tables import instant


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> tuple[Lake, Settings]:
    return built(tmp_path_factory.mktemp("sprints"))


@pytest.fixture(scope="module")
def content(world: tuple[Lake, Settings]) -> SprintContent:
    return sprint_content("PAY", 7, *world)


@pytest.fixture(scope="module")
def under_way(tmp_path_factory: pytest.TempPathFactory) -> SprintContent:
    folder = tmp_path_factory.mktemp("open")
    return sprint_content("PAY", 7, *built(folder, {"sprints": OPEN, "projects": IN_THE_MIDDLE}))


def test_figures_are_those_of_the_metrics(world: tuple[Lake, Settings], content: SprintContent) -> None:
    lake, _ = world
    for name in ("sprint_velocity", "sprint_completion"):
        (row,) = (row for row in lake.read(TABLES[name], "2024-05-01").to_dict("records") if row["scope"] == "7")
        assert {key: row[key] for key in content.figures if key in row} == {
            key: content.figures[key] for key in content.figures if key in row
        }
    assert (content.figures["completed_points"], content.figures["completion_ratio"]) == (14.0, 3 / 8)


def test_head_says_what_sprint_it_is(content: SprintContent) -> None:
    assert (content.name, content.project_name, content.board_name, content.unit) == (
        "Sprint 7",
        "Payments",
        "Payments",
        "points",
    )
    assert (content.started_at, content.completed_at) == (instant("2024-05-06 09:00"), instant("2024-05-17 16:00"))
    assert content.planned_end_at == instant("2024-05-17 17:00")
    assert not content.is_open


def test_summary_says_it_in_words(content: SprintContent) -> None:
    assert content.summary == (
        "14 points completed, 23 committed; of 8 committed issues 38 % were done. Issues: 2 added, 1 removed, "
        "1 re-estimated and 4 carried over. The sprints before it completed 12 points on average."
    )


def test_each_issue_is_listed_once_by_what_became_of_it(content: SprintContent) -> None:
    assert Counter(item.outcome for item in content.items) == {
        "completed": 5,
        "carried_over": 4,
        "removed": 1,
        "left_out": 3,
    }
    assert [item.key for item in content.listed("completed")] == ["PAY-1", "PAY-3", "PAY-5", "PAY-9", "PAY-11"]


def test_each_issue_says_why(content: SprintContent) -> None:
    why = {item.key: item.why for item in content.items}
    assert why["PAY-1"] == "committed, done 7 May 2024, 09:00"
    assert why["PAY-3"] == "added 8 May 2024, 12:00, done 15 May 2024, 09:00"
    assert why["PAY-4"] == "committed, taken out 9 May 2024, 12:00"
    assert why["PAY-2"] == "committed, in the sprint at its end, not done"
    assert why["PAY-6"] == "done when the sprint was started"


def test_account_adds_up(content: SprintContent) -> None:
    lines = [(step.title, step.count, step.points) for step in content.account]
    assert lines == [
        ("Committed at the start", 8, 23.0),
        ("Added", 2, 3.0),
        ("Removed", -1, -1.0),
        ("Re-estimated (1)", 0, 2.0),
        ("In the sprint at its end", 9, 27.0),
        ("Completed", 5, 14.0),
        ("Carried over", 4, 13.0),
    ]
    counts, points = [step.count for step in content.account], [step.points for step in content.account]
    assert sum(counts[:4]) == counts[4] == counts[5] + counts[6]
    assert sum(points[:4]) == points[4] == points[5] + points[6]


def test_last_day_of_the_burndown_is_what_the_account_ends_with(content: SprintContent) -> None:
    last = content.days[-1]
    assert (last.remaining_points, last.scope_points, last.scope_count) == (13.0, 27.0, 9)
    assert len(content.days) == 12


def test_velocity_is_of_six_sprints_of_the_board_this_one_last(content: SprintContent) -> None:
    past = [(each.name, each.completed_points, each.committed_points) for each in content.past]
    assert past == [
        ("Sprint 2", 13.0, 13.0),
        ("Sprint 3", 8.0, 11.0),
        ("Sprint 4", 10.0, 10.0),
        ("Sprint 5", 13.0, 15.0),
        ("Sprint 6", 16.0, 16.0),
        ("Sprint 7", 14.0, 23.0),
    ]
    assert [each.is_this for each in content.past] == [False] * 5 + [True]
    assert content.usual == 12.0


def test_earlier_sprint_knows_nothing_of_later_ones(world: tuple[Lake, Settings]) -> None:
    earlier = sprint_content("PAY", 3, *world)
    assert [each.sprint_id for each in earlier.past] == [1, 2, 3]
    assert earlier.usual == 8.0
    assert sprint_content("PAY", 1, *world).usual is None


def test_open_sprint_is_provisional_and_says_what_is_still_to_do(under_way: SprintContent) -> None:
    assert (under_way.status, under_way.is_open, under_way.goal) == ("degraded", True, "Pay by a card.")
    assert under_way.status_reason == "the sprint was not over when the data were collected"
    assert under_way.figures["carried_over_count"] is None
    assert [step.title for step in under_way.account][-3:] == ["In the sprint now", "Completed", "Still to do"]
    assert {item.outcome for item in under_way.items} == {"completed", "left", "removed", "left_out"}
    assert under_way.days[-1].at == instant("2024-05-13 12:00")
    assert under_way.past[-1].completed_at is None
    assert "completed so far" in under_way.summary


def test_board_that_does_not_estimate_counts_issues(tmp_path: Path) -> None:
    sprints = SPRINTS.replace("customfield_10026", "-")
    found = sprint_content("PAY", 7, *built(tmp_path, {"sprints": sprints}))
    assert found.unit == "issues"
    assert found.summary.startswith("5 issues completed, 8 committed; of 8 committed issues 38 % were done.")
    assert found.usual == 1.6


def test_withheld_sprint_holds_no_figure(tmp_path: Path) -> None:
    gates = [Gate("PAY", "issues", "issues_are_complete", "withheld", "half of the issues are missing")]
    found = sprint_content("PAY", 7, *built(tmp_path, gates=gates))
    assert (found.status, found.status_reason) == ("withheld", "PAY: half of the issues are missing")
    assert set(found.figures.values()) == {None}
    assert (found.days, found.account, found.usual) == ((), (), None)
    assert {item.points_at_end for item in found.items} == {None}
    assert {each.completed_points for each in found.past} == {None}


def test_degraded_sprint_keeps_its_figures_and_says_why(tmp_path: Path) -> None:
    gates = [Gate("PAY", "issues", "issues_are_not_quarantined", "degraded", "3 records make no sense")]
    found = sprint_content("PAY", 7, *built(tmp_path, gates=gates))
    assert (found.status, found.status_reason) == ("degraded", "PAY: 3 records make no sense")
    assert found.figures["completed_points"] == 14.0


def test_sprint_without_issues_has_a_report(tmp_path: Path) -> None:
    found = sprint_content("PAY", 7, *built(tmp_path, NO_ISSUES))
    assert (found.items, found.figures["completion_ratio"]) == ((), None)
    assert found.summary.startswith("0 points completed, 0 committed.")
    assert len(found.days) == 12


@pytest.mark.parametrize(("sprint_id", "words"), [(99, "has no sprint 99"), (8, "has not been started")])
def test_what_there_is_no_report_of_is_an_error(world: tuple[Lake, Settings], sprint_id: int, words: str) -> None:
    with pytest.raises(NotFound, match=words) as caught:
        sprint_content("PAY", sprint_id, *world)
    assert caught.value.hint


def test_sprint_of_another_project_is_not_found(world: tuple[Lake, Settings]) -> None:
    with pytest.raises(NotFound, match="Project WEB has no sprint 7"):
        sprint_content("WEB", 7, *world)


def test_sprint_whose_month_was_not_built_is_an_error(tmp_path: Path) -> None:
    lake, settings = built(tmp_path)
    for name in ("sprint_velocity", "sprint_completion", "sprint_burndown"):
        lake.drop_partition(TABLES[name], "2024-05-01")
    with pytest.raises(NotFound, match="have not been built"):
        sprint_content("PAY", 7, lake, settings)


def test_latest_is_the_sprint_that_was_completed_last(world: tuple[Lake, Settings]) -> None:
    assert latest_sprint(*world) == ("PAY", 7)
    assert latest_sprint(*world, project="PAY") == ("PAY", 7)


def test_completed_sprint_is_later_than_an_open_one(tmp_path: Path) -> None:
    lake, settings = built(tmp_path, {"sprints": OPEN, "projects": IN_THE_MIDDLE})
    assert latest_sprint(lake, settings) == ("PAY", 6)


def test_open_sprint_is_the_latest_where_none_was_completed(tmp_path: Path) -> None:
    lake, settings = built(tmp_path)
    frame = lake.read(TABLES["sprints"], "PAY")
    opened = frame[frame["sprint_id"] == 7].assign(state="active", completed_at=None)
    lake.write(TABLES["sprints"], "PAY", [opened.astype(frame.dtypes.to_dict())])
    assert latest_sprint(lake, settings) == ("PAY", 7)


def test_no_sprint_at_all_is_an_error_with_a_hint(world: tuple[Lake, Settings]) -> None:
    with pytest.raises(NotFound, match="No sprint of project OPS was started") as caught:
        latest_sprint(*world, project="OPS")
    assert "kanban" in (caught.value.hint or "")


def test_lists_hold_every_row_of_the_scope(world: tuple[Lake, Settings], content: SprintContent) -> None:
    rows = [row for row in read(world[0], "sprint_scope") if row["sprint_id"] == 7]
    assert {item.key for item in content.items} == {row["key"] for row in rows}
    assert {item.key: item.points_at_end for item in content.items} == {
        row["key"]: row["points_at_end"] for row in rows
    }


def test_instants_are_told_in_the_zone_of_the_settings(tmp_path: Path) -> None:
    found = sprint_content("PAY", 7, *built(tmp_path, zone="Europe/Berlin"))
    assert {item.key: item.why for item in found.items}["PAY-1"] == "committed, done 7 May 2024, 11:00"
    assert found.days[0].day == dt.date(2024, 5, 6)
