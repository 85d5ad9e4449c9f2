"""A small lake whose figures can be checked by hand, and the report of its fifth week of 2024."""

import pytest

from pulse_assets.reports import ReportContent, parse_period, report_content
from pulse_assets.settings import Settings
from pulse_assets.tables.lake import Lake
from pulse_assets_tests.reports.lakes import at, build_lake, deployment_frequency, lead_time

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


@pytest.fixture(scope="session")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """Week 5 (from 29 January): two changes counted, one left out; week 4: one; week 3 is unknown; week 2 is empty."""
    counted = {"is_counted": True, "matched_by": "commit"}
    stages = {"coding_hours": 2.0, "pickup_hours": 4.0, "review_hours": 6.0, "deploy_hours": 8.0}
    week = {"lead_time_median_hours": 30.25, "lead_time_p90_hours": 38.45, "row_count": 2, "left_out_count": 1}
    medians = {"coding": 2.5, "pickup": 4.0, "review": 6.0, "deploy": 20.0}
    week |= {f"{stage}_median_hours": hours for stage, hours in medians.items()}
    before = {"lead_time_median_hours": 20.0, "lead_time_p90_hours": 20.0, "row_count": 1, "is_low_count": True}
    days = {"deployment_days_count": 2, "deployment_days_per_week_median": 2.0}
    return build_lake(
        tmp_path_factory.mktemp("reports") / "lake",
        repositories=[
            {"repository": API, "collected_at": at("2024-02-05 06:00")},
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
            {"repository": API, "deployment_id": 41, "environment": "production", "is_production": True, "sha": "abc"}
            | {"finished_at": at("2024-01-28 23:30"), "status": "success"},
            {"repository": API, "deployment_id": 42, "environment": "staging", "is_production": False},
        ],
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
        dora_lead_time=[
            lead_time("2024-01-29", is_low_count=True, **week),
            lead_time("2024-01-29", scope_kind="repository", scope=API, **week),
            lead_time("2024-01-22", **before),
            lead_time("2024-01-08", row_count=0, is_low_count=True),
            lead_time("2024-02-05", row_count=0, status="degraded", status_reason="the period was not over"),
            lead_time("2024-01-01", grain="month", row_count=2, lead_time_median_hours=20.0),
        ],
        dora_deployment_frequency=[
            deployment_frequency("2024-01-29", deployment_count=3, row_count=3, **days),
            deployment_frequency("2024-01-29", scope_kind="repository", scope=API, deployment_count=3, row_count=3),
            deployment_frequency("2024-01-22", deployment_count=4, row_count=4, **days),
            deployment_frequency("2024-01-08", deployment_count=0),
            deployment_frequency("2024-02-05", status="degraded", status_reason="the period was not over"),
            deployment_frequency("2024-01-01", grain="month", deployment_count=7, row_count=7, **days),
        ],
    )  # fmt: skip


@pytest.fixture(scope="session")
def week(lake: Lake, settings: Settings) -> ReportContent:
    return report_content("weekly", parse_period("weekly", "2024-W05"), lake, settings)
