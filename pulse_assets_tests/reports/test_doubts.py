"""Figures that their rows do not give again are provisional: nothing is concluded from them."""

from pathlib import Path

import pytest

from pulse_assets.reports import ReportContent, parse_period, report_content
from pulse_assets.reports.drilldown import NOT_GIVEN_AGAIN
from pulse_assets.reports.model import Figure
from pulse_assets.reports.shown import HEADLINES
from pulse_assets.settings import Settings
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.lake import Lake
from pulse_assets_tests.reports.conftest import API, WEB
from pulse_assets_tests.reports.world import TEAMS, build_world

World = tuple[Lake, Settings]
OWN_TEAMS = TEAMS.replace(', "acme/checkout"', "")
LEAD = HEADLINES["dora_lead_time"].name
NAMES = {
    "the scopes": {"all", API, WEB, "payments", "storefront"},
    "with the rows of acme/api": {"all", API, "payments"},
}


@pytest.fixture
def small(tmp_path: Path) -> World:
    return build_world(tmp_path, seed=5, repositories=(API, WEB), changes_per_week=6, teams=OWN_TEAMS)


def told(world: World) -> ReportContent:
    lake, settings = world
    return report_content("monthly", parse_period("monthly", "2024-03"), lake, settings)


def headlines(content: ReportContent, name: str) -> dict[str, Figure]:
    return {scope.name: scope.figures[name] for scope in content.scopes}


def doubted(content: ReportContent) -> list[str]:
    return [notice.text for notice in content.notices if "do not give the figures again" in notice.text]


def test_figures_that_their_rows_give_again_are_final(small: World) -> None:
    content = told(small)
    assert {name: figure.status for name, figure in headlines(content, LEAD).items()} == dict.fromkeys(
        NAMES["the scopes"], "ok"
    )
    assert doubted(content) == []


def test_figures_of_rows_that_were_built_later_are_provisional_and_not_judged(small: World) -> None:
    lake, _ = small
    table = TABLES["change_lead_times"]
    rows = lake.read(table, API)
    rows["lead_time_hours"] = rows["lead_time_hours"] * 2
    before = told(small)
    lake.write(table, API, [rows])
    content = told(small)
    figures = headlines(content, LEAD)
    assert {name for name, figure in figures.items() if figure.status == "degraded"} == NAMES[
        "with the rows of acme/api"
    ]
    assert {figures[name].status_reason for name in NAMES["with the rows of acme/api"]} == {NOT_GIVEN_AGAIN}
    assert {figures[name].verdict for name in NAMES["with the rows of acme/api"]} == {None}
    assert headlines(before, LEAD)[API].verdict is not None
    assert figures[WEB] == headlines(before, LEAD)[WEB]
    assert {figure.status for figure in headlines(content, "dora_rework_rate.rework_ratio").values()} == {"ok"}
    assert "dora_lead_time" in {finding.metric for finding in before.findings}
    assert "dora_lead_time" not in {finding.metric for finding in content.findings}
    assert "Half of the" in before.summary
    assert "Half of the" not in content.summary
    lead_time = next(each for each in content.comparisons if each.metric == "dora_lead_time").figures[0].shown
    assert {name: text.endswith(", provisional") for name, text in lead_time.items()} == {
        "pulse": True,
        "devlake": False,
        "fourkeys": False,
    }
    assert content.trend[-1].rows["dora_lead_time"].status == "degraded"
    (drilldown,) = (each for each in content.drilldowns if (each.metric, each.scope) == ("dora_lead_time", API))
    assert (drilldown.status, drilldown.status_reason, drilldown.agrees) == ("degraded", NOT_GIVEN_AGAIN, False)
    assert len(doubted(content)) == 1


def test_other_definitions_are_doubted_on_their_own(small: World) -> None:
    lake, _ = small
    table = TABLES["change_lead_times"]
    rows = lake.read(table, API)
    rows["lead_time_hours"] = rows["lead_time_hours"] * 2
    lake.write(table, API, [rows])
    statuses = {
        (row.definition, row.status)
        for row in told(small).others
        if (row.metric, row.scope) == ("dora_lead_time", "all")
    }
    assert statuses == {("devlake", "ok"), ("fourkeys", "ok")}


def test_a_team_that_is_gone_has_provisional_figures_only(small: World) -> None:
    _, settings = small
    assert settings.teams_path is not None
    settings.teams_path.write_text(OWN_TEAMS.partition("[teams.storefront]")[0], encoding="utf-8")
    content = told(small)
    statuses = {name: (figure.status, figure.status_reason) for name, figure in headlines(content, LEAD).items()}
    assert statuses == {
        **dict.fromkeys(("all", API, WEB, "payments"), ("ok", None)),
        "storefront": ("degraded", NOT_GIVEN_AGAIN),
    }
    gone = next(scope for scope in content.scopes if scope.name == "storefront")
    assert {(figure.status, figure.verdict) for figure in gone.figures.values()} == {("degraded", None)}
    assert content.collaboration.status == "degraded"
    assert len(doubted(content)) == 1
