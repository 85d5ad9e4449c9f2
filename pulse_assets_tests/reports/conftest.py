"""A small lake whose figures can be checked by hand, the report of its fifth week of 2024, and a generated world."""

import pytest

from pulse_assets.reports import ReportContent, ReportKind, content, parse_period
from pulse_assets.reports.drilldown import Explained
from pulse_assets.settings import Settings
from pulse_assets.tables.lake import Lake
from pulse_assets_tests.reports.lakes import at, build_lake, metric
from pulse_assets_tests.reports.world import build_world

API = "acme/api"
WEB = "acme/web"
OVERRIDE = "\N{RIGHT-TO-LEFT OVERRIDE}"
#: Sets a terminal's title, rings its bell, turns it red with C1 signs, deletes.
CONTROLS = "\x1b]0;owned\x07\x9b31m\x7f"
HOSTILE_TITLE = f"<script>alert(1)</script> [x](javascript:alert) | **b** {OVERRIDE}evil {CONTROLS}end"
FORMULA_TITLE = '=HYPERLINK("http://evil.example","x")'


@pytest.fixture(scope="session")
def settings() -> Settings:
    return Settings.model_construct(timezone="Europe/Berlin")


def report(lake: Lake, settings: Settings, period: str, kind: ReportKind = "weekly") -> ReportContent:
    """The report of a lake whose metrics were written by hand: no rows are behind them that could explain them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(content, "explained", lambda *_: Explained((), frozenset(), frozenset()))
        return content.report_content(kind, parse_period(kind, period), lake, settings)


@pytest.fixture(scope="session")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """Week 5 (from 29 January): two changes counted, one left out; week 4: one; week 3 is unknown; week 2 is empty."""
    counted = {"is_counted": True, "matched_by": "commit"}
    stages = {"coding_hours": 2.0, "pickup_hours": 4.0, "review_hours": 6.0, "deploy_hours": 8.0}
    week = {"lead_time_median_hours": 30.25, "lead_time_p90_hours": 38.45, "row_count": 2, "left_out_count": 1}
    week |= {"lead_time_median_low_hours": 20.0, "lead_time_median_high_hours": 40.5}
    medians = {"coding": 2.5, "pickup": 4.0, "review": 6.0, "deploy": 20.0}
    week |= {f"{stage}_median_hours": hours for stage, hours in medians.items()}
    before = {"lead_time_median_hours": 20.0, "lead_time_p90_hours": 20.0, "row_count": 1, "is_low_count": True}
    days = {"deployment_days_count": 2, "deployment_days_per_week_median": 2.0}
    failures = {"failed_deployment_count": 1, "left_out_count": 1}
    failures |= {"change_failure_low_ratio": 0.0, "change_failure_high_ratio": 1.0}
    production = {"repository": API, "environment": "production", "is_production": True, "status": "success"}
    failed = {"is_failure": True, "failed_by": "issue", "incident_count": 1, "is_counted": True}
    return build_lake(
        tmp_path_factory.mktemp("reports") / "lake",
        repositories=[
            {"repository": API, "collected_at": at("2024-02-05 06:00"), "url": "https://git.test/acme/api"},
            {"repository": WEB, "collected_at": at("2024-02-05 05:30")},
        ],
        pull_requests=[
            {"repository": API, "number": 7, "title": HOSTILE_TITLE, "author": "mira", "url": "javascript:alert(1)"},
            {"repository": API, "number": 8, "title": FORMULA_TITLE, "author": None, "url": "https://git.test/8"},
            {"repository": WEB, "number": 9, "title": "Left\nout", "author": "bot", "is_bot": True},
            {"repository": API, "number": 6, "title": "Before", "author": "mira"},
        ],
        commits=[{"repository": API, "sha": "a1"}, {"repository": API, "sha": "a2"}],
        deployments=[
            # Sunday 23:30 in UTC is Monday of week 5 in Berlin.
            {**production, "deployment_id": 41, "sha": "abc", "finished_at": at("2024-01-28 23:30")},
            {"repository": API, "deployment_id": 42, "environment": "staging", "is_production": False},
        ],
        incident_reports=[{"repository": API, "number": 12, "title": HOSTILE_TITLE, "url": "https://git.test/12"}],
        change_lead_times=[
            {"repository": API, "number": 7, "deployed_at": at("2024-01-28 23:30"), "deployment_id": 41} | counted
            | stages | {"lead_time_hours": 20.0, "merged_at": at("2024-01-28 15:30")},
            {"repository": API, "number": 8, "deployed_at": at("2024-02-04 22:59"), "deployment_id": 43} | counted
            | {"coding_hours": 3.0, "deploy_hours": 32.0, "lead_time_hours": 40.5, "merged_at": at("2024-02-03 15:00")}
            | {"flags": "matched_by_time", "matched_by": "time"},
            {"repository": WEB, "number": 9, "merged_at": at("2024-01-30 10:00"), "reason": "not_deployed"},
            {"repository": API, "number": 6, "deployed_at": at("2024-01-28 22:59"), "lead_time_hours": 20.0} | counted
            | {"merged_at": at("2024-01-28 10:00")},
        ],
        incidents=[
            {"repository": API, "incident_id": "issue-12", "kind": "issue", "number": 12, "title": HOSTILE_TITLE}
            | {"opened_at": at("2024-01-29 09:00"), "resolved_at": at("2024-01-29 19:00"), "restore_hours": 10.0}
            | {"deployment_id": 41, "attributed_by": "time", "is_attributed": True},
            {"repository": API, "incident_id": "revert-5", "kind": "revert", "title": "Revert", "number": 5}
            | {"opened_at": at("2024-01-02 09:00"), "resolved_at": None, "reason": "no_deployment_before"},
            {"repository": API, "incident_id": "issue-2", "kind": "issue", "title": "Over", "number": 2}
            | {"opened_at": at("2024-01-02 09:00"), "resolved_at": at("2024-01-03 09:00")},
        ],
        deployment_outcomes=[
            {**production, "deployment_id": 41, "sha": "abc", "finished_at": at("2024-01-28 23:30"), **failed}
            | {"first_incident_at": at("2024-01-29 09:00"), "recovered_at": at("2024-01-29 19:00")}
            | {"recovery_hours": 19.5, "created_at": at("2024-01-28 23:00"), "commit_count": 3},
            {**production, "deployment_id": 43, "finished_at": at("2024-02-04 22:59"), "is_counted": True},
            {**production, "deployment_id": 44, "status": "failure", "finished_at": at("2024-02-01 10:00")}
            | {"is_counted": False, "reason": "not_successful"},
            {**production, "deployment_id": 30, "finished_at": at("2024-01-10 10:00"), **failed}
            | {"first_incident_at": at("2024-01-11 09:00"), "recovered_at": None},
            {**production, "deployment_id": 29, "finished_at": at("2024-01-09 10:00"), **failed}
            | {"first_incident_at": at("2024-01-09 11:00"), "recovered_at": at("2024-01-09 12:00")},
        ],
        dora_lead_time=[
            metric("2024-01-29", is_low_count=True, **week),
            metric("2024-01-29", scope_kind="repository", scope=API, is_low_count=True, **week),
            metric("2024-01-29", definition="devlake", lead_time_median_hours=29.5, row_count=1, is_low_count=True),
            metric("2024-01-22", **before),
            metric("2024-01-08", row_count=0, is_low_count=True),
            metric("2024-02-05", row_count=0, status="degraded", status_reason="the period was not over"),
            metric("2024-01-01", grain="month", row_count=2, lead_time_median_hours=20.0),
        ],
        dora_deployment_frequency=[
            metric("2024-01-29", deployment_count=3, row_count=3, is_low_count=True, **days),
            metric("2024-01-29", scope_kind="repository", scope=API, deployment_count=3, row_count=3),
            metric("2024-01-22", deployment_count=4, row_count=4, **days),
            metric("2024-01-08", deployment_count=0),
            metric("2024-02-05", status="degraded", status_reason="the period was not over"),
            metric("2024-01-01", grain="month", deployment_count=7, row_count=7, **days),
        ],
        dora_change_failure_rate=[
            metric("2024-01-29", change_failure_ratio=0.5, row_count=2, is_low_count=True, **failures),
        ],
        team_collaboration=[
            metric("2024-01-29", author_team="payments", reviewer_team="others", review_count=3, pull_request_count=2),
        ],
    )  # fmt: skip


@pytest.fixture(scope="session")
def week(lake: Lake, settings: Settings) -> ReportContent:
    return report(lake, settings, "2024-W05")


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> tuple[Lake, Settings]:
    """Three repositories in two teams over four months, built by the engine."""
    return build_world(tmp_path_factory.mktemp("world"), seed=3, repositories=("acme/api", "acme/checkout", "acme/web"))


@pytest.fixture(scope="session")
def month(world: tuple[Lake, Settings]) -> ReportContent:
    """The report of April 2024 in the generated world."""
    lake, chosen = world
    return content.report_content("monthly", parse_period("monthly", "2024-04"), lake, chosen)
