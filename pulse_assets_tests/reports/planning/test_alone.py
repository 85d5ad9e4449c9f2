"""A home with projects of Jira and no repository, and one with repositories and no project."""

import csv
import dataclasses
import io
import json
import re
import shutil
from pathlib import Path

import pytest

from pulse_assets.errors import NotFound, TableNotBuilt
from pulse_assets.metrics.engine import build_fact
from pulse_assets.reports import FORMATS, latest_period, render
from pulse_assets.reports.csv_table import CSV_COLUMNS
from pulse_assets.reports.model import ReportContent
from pulse_assets.settings import Settings
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.lake import Lake
from pulse_assets_tests.metrics.planning_lives import lives, write_project
from pulse_assets_tests.reports.lakes import at, build_lake
from pulse_assets_tests.reports.planning.conftest import World, monthly, weekly
from pulse_assets_tests.reports.planning.small import build, small_jira
from pulse_assets_tests.text_tables import completed, fill

#: What is told of repositories only.
OF_REPOSITORIES = ("DORA", "Deployments", "Deployed changes", "Where the time goes", "Reviews and contribution")


@pytest.mark.parametrize("form", FORMATS)
def test_jira_alone_is_reported_without_a_word_of_repositories(may: ReportContent, form: str) -> None:
    text = render(may, form)
    assert "Spring 12" in text
    if form in {"html", "md"}:
        assert [words for words in OF_REPOSITORIES if re.search(rf">{words}<|## {words}|{words} {{4}}", text)] == []
        assert "the five DORA metrics".lower() not in text.lower()


def test_jira_alone_has_the_sections_of_projects(may: ReportContent) -> None:
    page, text = render(may, "html"), render(may, "md")
    titles = re.findall(r'<h2 id="[\w-]+"[^>]*>(.*?)(?: <span.*)?</h2>', page)
    assert titles == [
        "Before you use these figures",
        "What changed",
        "Flow",
        "Sprints",
        "Quality",
        "The data",
        "How it is counted",
        "Definitions",
    ]
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == [
        "What changed",
        "Flow",
        "Sprints (1)",
        "Quality",
        "How it is counted",
        "Data",
        "Definitions",
    ]
    assert "2 projects, 1 team, data as of 30 Jun 2024, 12:00" in text
    assert may.collected_at == at("2024-06-30 12:00")


def test_definitions_are_those_of_what_is_reported(may: ReportContent, both: World, month: ReportContent) -> None:
    def titles(content: ReportContent) -> set[str]:
        return {each.title for each in content.definitions}

    assert {"Cycle time", "Velocity", "Withheld", "Shown durations"} <= titles(may)
    assert titles(may).isdisjoint({"Lead time for changes", "Change lead time", "Rework rate"})
    assert titles(month).isdisjoint({"Cycle time", "Velocity", "Sprints", "Incidents of Jira by repository"})
    assert titles(monthly(both, "2024-04")) >= titles(month) | titles(may)


def test_the_sprint_is_a_link_to_its_report(may: ReportContent) -> None:
    assert '<a href="../sprint/PAY-sprint-12.html"><bdi>Spring 12</bdi></a>' in render(may, "html")
    assert "[Spring 12](<../sprint/PAY-sprint-12.html>)" in render(may, "md")
    rows = list(csv.DictReader(io.StringIO(render(may, "csv"))))
    assert [row["report"] for row in rows if row["record"] == "sprint"] == ["../sprint/PAY-sprint-12.html"]
    (sprint,) = json.loads(render(may, "json"))["planning"]["sprints"]
    assert (sprint["report"], sprint["name"]) == ("../sprint/PAY-sprint-12.html", "Spring 12")


def test_all_formats_hold_the_same_figures(may: ReportContent) -> None:
    assert may.planning is not None
    expected = {name: figure.value for name, figure in may.planning.whole.figures.items()}
    document = json.loads(render(may, "json"))["planning"]["scopes"][0]
    assert {each["name"]: each["value"] for each in document["figures"]} == expected
    rows = csv.DictReader(io.StringIO(render(may, "csv")))
    own = [
        row
        for row in rows
        if (row["record"], row["scope"], row["period"], row["issue_type"], row["issue_status"])
        == ("figure", "all", "2024-05", "", "")
    ]
    assert {
        f"{row['metric']}.{row['figure']}": float(row["value"]) if row["value"] else None for row in own
    } == expected
    page = render(may, "html")
    cards = dict(re.findall(r'data-figure="([\w.]+)">.*?<data value="([^"]+)"', page, re.DOTALL))
    assert {name: float(value) for name, value in cards.items()} == {
        name: expected[name]
        for name in (
            "flow_cycle_time.cycle_median_hours",
            "flow_throughput.completed_count",
            "flow_work_in_progress.end_count",
            "flow_cycle_time.flow_efficiency_ratio",
            "quality_defect_share.defect_share_ratio",
        )
    }
    lines = render(may, "md").splitlines()
    for figure in may.planning.whole.figures.values():
        if figure.shown_as.metric != "flow_delivery_time":
            assert any(line.startswith(f"| {figure.title} | {figure.shown} |") for line in lines), figure.name


def test_reading_twice_writes_the_same_bytes(alone: World) -> None:
    first, second = (monthly(alone, "2024-03") for _ in range(2))
    assert [render(first, form) for form in FORMATS] == [render(second, form) for form in FORMATS]


def test_items_lead_to_jira(alone: World) -> None:
    page = render(monthly(alone, "2024-04"), "html")
    assert re.search(r'<a href="https://jira\.test/browse/PAY-(\d+)" rel="noopener noreferrer">PAY-\1</a>', page)
    assert re.search(r'<a href="https://jira\.test/browse/PAY-(\d+)" rel="noopener noreferrer">\d+ PAY-\1</a>', page)


@pytest.mark.parametrize(("kind", "key"), [("weekly", "2024-W20"), ("monthly", "2024-05")])
def test_the_latest_period_is_that_of_the_last_issue_or_sprint(small: World, kind: str, key: str) -> None:
    assert latest_period("weekly" if kind == "weekly" else "monthly", *small).key == key


def test_a_sprint_that_was_completed_later_than_the_last_issue_counts(tmp_path: Path) -> None:
    sprints = "sprint_id  board_id  name  state   completed_at\n12  7  Late  closed  2024-06-03 10:00"
    assert latest_period("monthly", *small_jira(tmp_path, texts={"PAY": {"sprints": sprints}})).key == "2024-06"


def test_the_latest_period_is_the_newest_of_both(tmp_path: Path) -> None:
    lake, settings = small_jira(tmp_path)
    for text, key in (("2024-04-30 10:00", "2024-05"), ("2024-06-02 10:00", "2024-06")):
        fill(lake, {})
        rows = [{"number": 1, "merged_at": at(text)}]
        lake.write(TABLES["change_lead_times"], "acme/api", [completed("change_lead_times", rows)])
        assert latest_period("monthly", lake, settings).key == key


def test_without_anything_done_there_is_no_period(tmp_path: Path) -> None:
    lake, settings = Lake(tmp_path / "lake"), Settings.load(home=tmp_path)
    write_project(lake, lives("key  created_at  life\nPAY-1  2024-05-01 10:00  open"))
    with pytest.raises(NotFound, match=r"no monthly report has .*, an issue that was done or a completed sprint"):
        latest_period("monthly", lake, settings)
    build(lake, settings)
    content = monthly((lake, settings), "2024-05")
    assert content.summary == "No issue was done. Nothing was in progress at the end."


def test_a_home_without_any_table_says_what_is_missing(tmp_path: Path) -> None:
    lake, settings = Lake(tmp_path / "lake"), Settings.load(home=tmp_path)
    with pytest.raises(TableNotBuilt):
        latest_period("monthly", lake, settings)
    with pytest.raises(TableNotBuilt):
        monthly((lake, settings), "2024-05")


@pytest.mark.parametrize("form", ["html", "md", "json"])
def test_projects_whose_metrics_are_not_built_are_unknown(tmp_path: Path, form: str) -> None:
    lake, settings = Lake(tmp_path / "lake"), Settings.load(home=tmp_path)
    write_project(lake, lives("key  created_at  life\nPAY-1  2024-05-01 10:00  open"))
    content = weekly((lake, settings), "2024-W20")
    assert content.planning is not None
    assert {figure.shown for figure in content.planning.whole.figures.values()} == {"unknown"}
    assert "are unknown" in render(content, form)


def test_without_jira_the_report_is_what_it_was(month: ReportContent) -> None:
    assert month.planning is None
    assert "planning" not in json.loads(render(month, "json"))
    assert render(month, "csv").partition("\n")[0] == ",".join(CSV_COLUMNS)
    page = render(month, "html")
    assert [place for place in ("flow", "sprints", "quality", "projects-title") if f'id="{place}"' in page] == []
    assert "project" not in page[page.index("</style>") : page.index("<section")].lower()


def test_tables_that_were_never_built_are_no_sources(world: World, tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    shutil.copytree(world[0].path, lake.path)
    of_jira = {table.name for table in TABLES.values() if table.family != "delivery"}
    for name in of_jira:
        for partition in lake.partitions(TABLES[name]):
            lake.drop_partition(TABLES[name], partition)
    content = monthly((lake, world[1]), "2024-04")
    assert {source for each in content.drilldowns for source in each.sources}.isdisjoint(of_jira)
    assert all(each.agrees for each in content.drilldowns)


def test_a_lake_whose_projects_are_empty_has_none(tmp_path: Path, settings: Settings) -> None:
    lake = build_lake(tmp_path / "lake")
    with pytest.raises(NotFound, match="no weekly report has a merged change or a production deployment"):
        latest_period("weekly", lake, settings)


def test_a_repository_in_which_nothing_was_merged_or_deployed_yet_does_not_keep_issues_from_being_reported(
    tmp_path: Path,
) -> None:
    lake, settings = small_jira(tmp_path)
    fill(lake, {}, "acme/new")
    for fact in ("change_lead_times", "jira_incidents", "incidents", "deployment_outcomes"):
        lake.write(TABLES[fact], "acme/new", build_fact(fact, lake, "acme/new", settings))
    assert latest_period("monthly", lake, settings).key == "2024-05"
    assert "Spring 12" in render(monthly((lake, settings), "2024-05"), "md")


@pytest.mark.parametrize("form", ["html", "md"])
def test_what_has_no_rows_has_no_heading(may: ReportContent, form: str) -> None:
    assert may.planning is not None
    whole = "### " if form == "md" else "<h3>"
    assert f"{whole}Throughput by type" in render(may, form)
    scopes = tuple(dataclasses.replace(scope, types=(), statuses=()) for scope in may.planning.scopes)
    bare = dataclasses.replace(may, planning=dataclasses.replace(may.planning, scopes=scopes))
    text = render(bare, form)
    assert f"{whole}Throughput by type" not in text
    flow = text.partition("## How it is counted" if form == "md" else 'id="why"')[0]
    assert f"{whole}Time in status" not in flow


def test_how_it_is_counted_leaves_out_what_needs_repositories(may: ReportContent) -> None:
    counted = render(may, "md").partition("## How it is counted")[2].partition("## Data")[0]
    assert "Cycle time" in counted
    assert "Issue start to production" not in counted


def test_data_are_as_of_the_oldest_collection_of_repositories_and_projects(both: World) -> None:
    content = monthly(both, "2024-04")
    assert content.planning is not None
    every = [each.collected_at for each in (*content.freshness, *content.planning.freshness) if each.collected_at]
    assert content.collected_at == min(every)
    assert content.collected_at != max(every)
