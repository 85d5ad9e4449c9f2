import dataclasses
import datetime as dt
from pathlib import Path

import pytest

from pulse_assets.errors import NotFound, TableNotBuilt
from pulse_assets.reports import Period, ReportContent, latest_period, parse_period, report_content
from pulse_assets.reports.shown import DORA, HEADLINES, STAGES
from pulse_assets.settings import Settings
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.lake import Lake
from pulse_assets_tests.reports.conftest import API, OVERRIDE, WEB, report
from pulse_assets_tests.reports.lakes import at, build_lake, metric

LEAD = "dora_lead_time.lead_time_median_hours"
DEPLOYS = "dora_deployment_frequency.deployment_count"


def shown(content: ReportContent) -> dict[str, str]:
    return {metric: content.figure(HEADLINES[metric].name).shown for metric in DORA}


def test_figures_are_set_beside_those_of_the_period_before(week: ReportContent) -> None:
    figures = week.whole.figures
    names = (LEAD, "dora_lead_time.lead_time_p90_hours", DEPLOYS, "dora_deployment_frequency.deployment_days_count")
    assert [(figures[name].value, figures[name].previous_value, figures[name].change) for name in names] == [
        (30.25, 20.0, "10.2 h longer than the week before (+51 %)"),
        (38.45, 20.0, "18.5 h longer than the week before (+92 %)"),
        (3, 4, "1 fewer than the week before (\N{MINUS SIGN}25 %)"),
        (2, 2, "as in the week before"),
    ]
    assert (figures[LEAD].row_count, figures[LEAD].is_low_count, figures[LEAD].interval) == (2, True, "20.0 to 40.5 h")
    assert (figures[DEPLOYS].row_count, figures[DEPLOYS].interval) == (3, None)
    assert figures["dora_change_failure_rate.change_failure_ratio"].shown == "50 %"
    assert figures["dora_rework_rate.rework_ratio"].shown == "unknown"


def test_each_stage_rests_on_the_changes_that_have_it(week: ReportContent) -> None:
    figures = [week.figure(f"dora_lead_time.{stage}_median_hours") for stage in STAGES]
    assert [(each.row_count, each.is_low_count) for each in figures] == [(2, True), (1, True), (1, True), (2, True)]
    api = week.scopes[-1]
    assert (api.name, [api.figures[each.name].row_count for each in figures]) == (API, [2, 1, 1, 2])


def test_stage_that_no_change_has_is_none_and_not_unknown(tmp_path: Path, settings: Settings) -> None:
    change = {"repository": API, "number": 1, "is_counted": True, "deployed_at": at("2024-01-30 10:00")}
    stages = {"coding_hours": 1.0, "deploy_hours": 2.0, "lead_time_hours": 5.0}
    lake = build_lake(
        tmp_path / "unreviewed",
        change_lead_times=[{**change, **stages}, {**change, "number": 2, "deploy_hours": 4.0, "lead_time_hours": 5.0}],
        dora_lead_time=[
            metric("2024-01-29", row_count=2, coding_median_hours=1.0, deploy_median_hours=3.0),
            metric("2024-01-22", row_count=1, review_median_hours=7.0),
        ],
    )
    content = report(lake, settings, "2024-W05")
    figures = {stage: content.figure(f"dora_lead_time.{stage}_median_hours") for stage in STAGES}
    assert {stage: (each.shown, each.row_count) for stage, each in figures.items()} == {
        "coding": ("1.0 h", 1),
        "pickup": ("none", 0),
        "review": ("none", 0),
        "deploy": ("3.0 h", 2),
    }
    assert figures["review"].change == "the week before: 7.0 h"


def deployments_to(*environments: str, **values: object) -> list[dict[str, object]]:
    return [
        {"repository": API, "deployment_id": number, "environment": name, "status": "success"} | values
        for number, name in enumerate(environments)
    ]


@pytest.mark.parametrize("period", ["2024-W05", "2023-W05"])
def test_pattern_that_matches_no_deployment_is_named_with_the_environments(
    tmp_path: Path, settings: Settings, period: str
) -> None:
    names = ("staging", "staging", "qa", "pr-1", "pr-2", "pr-3", f"{OVERRIDE}x")
    lake = build_lake(
        tmp_path / "staged", deployments=deployments_to(*names), dora_lead_time=[metric("2024-01-29", row_count=0)]
    )
    content = report(lake, settings, period)
    (text,) = (notice.text for notice in content.notices if notice.kind == "quality")
    assert "None of 7 known deployments is to production" in text
    assert (
        "PULSE_PRODUCTION_PATTERN matches none of their environments (staging, pr-1, pr-2, pr-3, qa and 1 more)" in text
    )
    assert "There was no production deployment." not in content.summary
    assert "low_count" not in {notice.kind for notice in content.notices}
    assert "PULSE_PRODUCTION_PATTERN" in content.summary or "Nothing is known" in content.summary


@pytest.mark.parametrize("values", [{"is_production": True, "status": "failure"}, {"source": "releases"}])
def test_failed_production_deployments_and_releases_do_not_doubt_the_pattern(
    tmp_path: Path, settings: Settings, values: dict[str, object]
) -> None:
    rows = [metric("2024-01-29", deployment_count=0, deployment_days_count=0)]
    metrics = {"dora_lead_time": [metric("2024-01-29")], "dora_deployment_frequency": rows}
    lake = build_lake(tmp_path / "other", deployments=deployments_to("production", **values), **metrics)
    content = report(lake, settings, "2024-W05")
    assert [notice.kind for notice in content.notices] == ["low_count"]
    assert "There was no production deployment." in content.summary


def test_changes_belong_to_the_local_period_of_their_deployment(week: ReportContent) -> None:
    assert [(change.repository, change.number) for change in week.changes] == [(API, 7), (API, 8)]
    first = week.changes[0]
    assert (first.environment, first.deployed_sha, first.matched_by) == ("production", "abc", "commit")


def test_left_out_changes_are_listed_by_their_merge_with_the_reason_in_words(week: ReportContent) -> None:
    assert [(change.repository, change.number) for change in week.left_out] == [(WEB, 9)]
    assert [(each.words, each.count) for each in week.left_out_reasons] == [("not deployed to production yet", 1)]


def test_deployments_of_the_period_and_unrecovered_ones_from_before_are_listed(week: ReportContent) -> None:
    listed = [(each.deployment_id, each.is_of_period, each.is_failure, each.is_open) for each in week.deployments]
    assert listed == [
        (30, False, True, True),
        (41, True, True, False),
        (44, True, False, False),
        (43, True, False, False),
    ]
    assert [each.address for each in week.deployments[:2]] == [None, "https://git.test/acme/api/commit/abc"]


def test_incidents_opened_resolved_or_open_in_the_period_are_listed(week: ReportContent) -> None:
    listed = [(each.incident_id, each.is_open, each.address, each.reason) for each in week.incidents]
    assert listed == [
        ("revert-5", True, None, "no_deployment_before"),
        ("issue-12", False, "https://git.test/12", None),
    ]


def test_stages_divide_all_hours_and_name_what_cannot_be_divided(week: ReportContent) -> None:
    hours = {stage.name: stage.hours for stage in week.whole.stages}
    # 40.5 h without a review: 3 of coding, 32 of deploying, 5.5 that nobody can divide.
    assert hours == {"coding": 5.0, "pickup": 4.0, "review": 6.0, "deploy": 40.0, "unsplit": 5.5}
    assert sum(stage.ratio for stage in week.whole.stages) == pytest.approx(1)


def test_unknown_periods_are_gaps_and_known_zeros_are_zeros(week: ReportContent) -> None:
    assert len(week.trend) == 13
    assert week.trend[-1].period == week.period
    rows = {each.period.key: each.rows.get("dora_deployment_frequency") for each in week.trend}
    counts = {key: row.values["deployment_count"] if row else None for key, row in rows.items()}
    assert list(counts.items())[-5:] == [
        ("2024-W01", None),
        ("2024-W02", 0),
        ("2024-W03", None),
        ("2024-W04", 4),
        ("2024-W05", 3),
    ]


def test_freshness_counts_rows_by_repository(week: ReportContent) -> None:
    assert [dataclasses.astuple(each) for each in week.freshness] == [
        (API, "https://git.test/acme/api", at("2024-02-05 06:00"), False, 3, 2, 2, 1, 1, 3, 3),
        (WEB, None, at("2024-02-05 05:30"), False, 1, 0, 0, 0, 0, 1, 0),
    ]
    assert week.collected_at == at("2024-02-05 05:30")


def test_repositories_without_figures_have_no_row(week: ReportContent) -> None:
    assert [(scope.kind, scope.name) for scope in week.scopes] == [("all", "all"), ("repository", API)]
    assert week.repositories == (API, WEB)


def test_doubts_are_said_first(week: ReportContent) -> None:
    assert [(notice.kind, notice.text) for notice in week.notices] == [
        (
            "low_count",
            (
                "These figures rest on few rows; read them as single cases: Lead time, median on 2 changes, "
                "Deployments on 3 deployments and Change failure rate on 2 deployments."
            ),
        ),
        (
            "quality",
            "For 1 of 2 changes the deployment was found by time, not by commit: their lead time is an estimate.",
        ),
    ]
    assert week.summary == (
        "No DORA metric moved against the week before by more than chance explains. "
        "Half of the 2 changes that reached production did so within 30.2 h of their first commit, "
        "nine in ten within 38.5 h. The largest part of their time, 66 %, went into deploy. "
        "There were 3 deployments to production, on 2 days. 1 of them failed."
    )


def test_a_degraded_period_says_why_and_is_not_compared(lake: Lake, settings: Settings) -> None:
    content = report(lake, settings, "2024-W06")
    assert content.notices[0].kind == "degraded"
    assert "the period was not over" in content.notices[0].text
    assert content.figure(LEAD).status == "degraded"
    assert content.figure(LEAD).change == "the week before: 30.2 h"
    assert content.figure(DEPLOYS).verdict is None
    assert not content.findings


def test_an_empty_period_has_no_lead_time_and_zero_deployments(lake: Lake, settings: Settings) -> None:
    content = report(lake, settings, "2024-W02")
    assert (content.figure(LEAD).shown, content.figure(DEPLOYS).shown) == ("none", "0")
    assert content.summary == "No change reached production. There was no production deployment."
    assert content.whole.stages == content.changes == content.left_out == ()


@pytest.mark.parametrize(
    ("period", "why"),
    [
        ("2023-W02", "the first merged change or deployment is younger"),
        ("2024-W03", "they have not been built"),
        ("2024-W30", "the data end on 5 Feb 2024, 06:30"),
    ],
)
def test_an_unknown_period_says_why(lake: Lake, settings: Settings, period: str, why: str) -> None:
    content = report(lake, settings, period)
    assert content.notices[0].kind == "unknown"
    assert why in content.notices[0].text
    assert set(shown(content).values()) == {"unknown"}


def test_the_month_has_its_own_figures(lake: Lake, settings: Settings) -> None:
    content = report(lake, settings, "2024-01", "monthly")
    assert content.figure(DEPLOYS).shown == "7"
    assert content.figure("dora_deployment_frequency.deployment_days_per_week_median").shown == "2"
    assert [change.number for change in content.changes] == [6, 7]


def test_a_repository_that_was_never_collected_is_named(tmp_path: Path, settings: Settings) -> None:
    lake = build_lake(tmp_path / "other", repositories=[{"repository": API}], dora_lead_time=[metric("2024-01-29")])
    content = report(lake, settings, "2024-W05")
    assert f"{API} has not been collected completely; rows may be missing." in [each.text for each in content.notices]


def test_who_reviews_whom_is_told_by_team(week: ReportContent) -> None:
    assert [dataclasses.astuple(row) for row in week.collaboration.rows] == [("payments", "others", 3, 2)]


def test_definitions_stand_side_by_side(week: ReportContent) -> None:
    (lead_time, *_rest) = week.comparisons
    assert lead_time.definitions == ("pulse", "devlake")
    assert [(figure.title, dict(figure.shown)) for figure in lead_time.figures] == [
        ("Median", {"pulse": "30.2 h", "devlake": "29.5 h"}),
        ("75th percentile", {"pulse": "none", "devlake": "none"}),
        ("90th percentile", {"pulse": "38.5 h", "devlake": "none"}),
        ("Rests on", {"pulse": "2 changes", "devlake": "1 change"}),
    ]


def test_the_latest_period_is_the_last_with_a_change_or_a_deployment(lake: Lake, settings: Settings) -> None:
    # Number 8 was deployed on Sunday 4 February, 23:59 in Berlin.
    assert latest_period("weekly", lake, settings) == Period("weekly", dt.date(2024, 1, 29))
    assert latest_period("monthly", lake, settings) == Period("monthly", dt.date(2024, 2, 1))


def test_without_data_there_is_no_latest_period(tmp_path: Path, settings: Settings) -> None:
    with pytest.raises(NotFound, match="pulse sync"):
        latest_period("weekly", build_lake(tmp_path / "empty"), settings)


def test_a_table_that_was_not_built_is_an_error(tmp_path: Path, settings: Settings) -> None:
    lake = Lake(tmp_path / "nowhere")
    with pytest.raises(TableNotBuilt, match="pulse sync"):
        latest_period("weekly", lake, settings)
    lake = build_lake(tmp_path / "most")
    lake.drop_partition(TABLES["dora_lead_time"], lake.partitions(TABLES["dora_lead_time"])[0])
    with pytest.raises(TableNotBuilt, match="dora_lead_time"):
        report(lake, settings, "2024-W05")


def test_a_period_of_the_other_kind_is_refused(lake: Lake, settings: Settings) -> None:
    with pytest.raises(ValueError, match="weekly"):
        report_content("weekly", parse_period("monthly", "2024-01"), lake, settings)
