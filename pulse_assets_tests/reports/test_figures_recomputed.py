"""Every figure of a report comes out of the rows that its explanation lists."""

import csv
import io
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from pulse_assets.metrics.explanation import Explanation, explain_period
from pulse_assets.reports import ReportContent, ReportKind, parse_period, render, report_content
from pulse_assets.reports.shown import FIGURES, METRICS, figures_of
from pulse_assets.settings import Settings
from pulse_assets.tables.lake import Lake

Key = tuple[str, str, str, str]
PERIODS: tuple[tuple[ReportKind, str], ...] = (
    ("weekly", "2024-W09"),
    ("weekly", "2024-W18"),
    ("monthly", "2024-04"),
)


@dataclass(frozen=True)
class Told:
    """A report, and where each of its metrics comes from."""

    content: ReportContent
    explained: Mapping[Key, Explanation]


@pytest.fixture(scope="module", params=PERIODS, ids=lambda period: period[1])
def told(request: pytest.FixtureRequest, world: tuple[Lake, Settings]) -> Told:
    kind, key = request.param
    period = parse_period(kind, key)
    found = (each for metric in METRICS for each in explain_period(metric, *world, period=(period.grain, period.start)))
    explained = {(each.metric, each.definition, each.scope_kind, each.scope): each for each in found}
    return Told(report_content(kind, period, *world), explained)


def number(cell: str) -> Any:
    return float(cell) if cell else None


def test_each_figure_of_a_report_is_what_its_rows_give(told: Told) -> None:
    period = told.content.period
    checked: Counter[Key] = Counter()
    for row in csv.DictReader(io.StringIO(render(told.content, "csv"))):
        if (row["record"], row["period"]) != ("figure", period.key):
            continue
        of = (row["metric"], row["definition"], row["scope_kind"], row["scope"])
        shown = FIGURES[f"{row['metric']}.{row['figure']}"]
        ends = {"low": shown.low_column, "high": shown.high_column}
        for cell, column in ({"value": shown.column} | ends).items():
            if column is not None:
                recomputed = told.explained[of].figure(column).recomputed
                assert number(row[cell]) == pytest.approx(recomputed, abs=1e-9), (of, column)
        if shown.count_column == "row_count":
            assert int(row["row_count"]) == len(told.explained[of].counted)
        checked[of] += 1
    # Nothing that can be explained is missing from the report, and nothing is in it that cannot.
    assert checked == {of: len(figures_of(of[0], period.grain)) for of in told.explained}


def test_the_drill_down_lists_the_rows_of_the_explanation(told: Told) -> None:
    drilldowns = [each for each in told.content.drilldowns if each.metric in METRICS]
    assert any(each.counted for each in drilldowns)
    for each in drilldowns:
        explanation = told.explained[each.metric, each.definition, each.scope_kind, each.scope]
        for mine, theirs in ((each.counted, explanation.counted), (each.left_out, explanation.left_out)):
            assert [(item.repository, item.item) for item in mine] == [(row.repository, row.item) for row in theirs]
        assert sum(reason.count for reason in each.left_out_reasons) == len(explanation.left_out)
        assert each.agrees


def test_every_figure_of_the_page_links_to_how_it_came_about(told: Told) -> None:
    page = render(told.content, "html")
    places = set(re.findall(r' id="([^"]+)"', page))
    links = re.findall(r'<a class="why" href="#([^"]+)"', page)
    assert len(links) > 100
    assert set(links) <= places
    assert {f"why.all.{metric}" for metric in METRICS} <= set(links)
    assert {f"all.{name}" for name in told.content.whole.figures} <= places


def test_a_page_stays_small_enough_to_be_sent(told: Told) -> None:
    assert len(render(told.content, "html").encode()) < 500_000
