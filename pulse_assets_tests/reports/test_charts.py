from collections.abc import Sequence
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element

import pytest

from pulse_assets.reports import ReportContent
from pulse_assets.reports.charts import bar_chart, change_bar, line_chart, spark, stage_bar
from pulse_assets.reports.charts.plot import Scale, round_scale
from pulse_assets.reports.model import MetricRow, TrendPoint
from pulse_assets.reports.shown import FIGURES

LEAD = FIGURES["dora_lead_time.lead_time_median_hours"]
P90 = FIGURES["dora_lead_time.lead_time_p90_hours"]
DEPLOYS = FIGURES["dora_deployment_frequency.deployment_count"]
RATE = FIGURES["dora_change_failure_rate.change_failure_ratio"]


def parsed(svg: str) -> Element:
    return ET.fromstring(svg)  # noqa: S314 - drawn by the code under test


def drawn(svg: Element, tag: str, name: str) -> list[Element]:
    return [each for each in svg.iter(tag) if name in (each.get("class") or "").split()]


def hovers(elements: list[Element]) -> list[str | None]:
    return [each.findtext("title") for each in elements]


def withheld(trend: Sequence[TrendPoint], metric: str) -> list[TrendPoint]:
    """The trend whose last but one period is withheld."""
    last = trend[-1]
    row = MetricRow(
        metric=metric,
        definition="pulse",
        scope_kind="all",
        scope="all",
        period_start=last.period.previous.start,
        values={},
        row_count=None,
        is_low_count=False,
        status="withheld",
        status_reason="key_broken",
    )
    return [*trend[:-2], TrendPoint(last.period.previous, {metric: row}), last]


def test_unknown_periods_are_gaps_in_the_bars_and_zero_is_drawn(week: ReportContent) -> None:
    svg = parsed(bar_chart(week.trend, DEPLOYS, "deployments"))
    assert hovers(drawn(svg, "rect", "bar")) == [
        "Week 2, 8 to 14 January 2024: 0 deployments",
        "Week 4, 22 to 28 January 2024: 4 deployments",
        "Week 5, 29 January to 4 February 2024: 3 deployments",
    ]
    gaps = drawn(svg, "text", "gap")
    assert len(gaps) == 10
    assert "Week 3, 15 to 21 January 2024: unknown" in hovers(gaps)


def test_a_line_is_broken_where_a_value_is_missing(week: ReportContent) -> None:
    svg = parsed(line_chart(week.trend, LEAD, "lead-time", nothing="no change was deployed", beside=P90))
    (path,) = drawn(svg, "path", "main")
    assert (path.get("d") or "").count("M") == 1
    assert (path.get("d") or "").count("L") == 1
    dots = drawn(svg, "circle", "main")
    assert hovers(dots) == [
        "Week 4, 22 to 28 January 2024: Lead time, median 20.0 h, 1 change",
        "Week 5, 29 January to 4 February 2024: Lead time, median 30.2 h, 95 %: 20.0 to 40.5 h, 2 changes",
    ]
    assert all("few" in (dot.get("class") or "") for dot in dots)
    assert len(drawn(svg, "circle", "beside")) == 2
    assert "Week 2, 8 to 14 January 2024: no change was deployed" in hovers(drawn(svg, "text", "gap"))


def test_an_interval_is_a_band_that_holds_the_value(week: ReportContent) -> None:
    svg = parsed(line_chart(week.trend, LEAD, "lead-time", nothing="-"))
    (band,) = drawn(svg, "path", "interval")
    # A lone period: a bar from the upper end over the value to the lower end.
    high, low = (float(point.split()[1].rstrip("Z")) for point in (band.get("d") or "").split("L")[1:3])
    scale = Scale.holding(40.5, "hours")
    assert (high, low) == pytest.approx((scale.y(40.5), scale.y(20.0)), abs=0.01)
    value = float(drawn(svg, "circle", "main")[-1].get("cy") or 0)
    assert high < value < low


def test_a_withheld_period_is_a_gap_with_its_reason_and_without_a_number(week: ReportContent) -> None:
    svg = parsed(line_chart(withheld(week.trend, LEAD.metric), LEAD, "lead-time", nothing="-"))
    assert "Week 4, 22 to 28 January 2024: withheld: key_broken" in hovers(drawn(svg, "text", "gap"))
    assert len(drawn(svg, "circle", "main")) == 1
    assert "2024-W04 withheld, 2024-W05 30.2 h." in (svg.findtext("desc") or "")


def test_a_chart_says_in_words_what_it_shows(week: ReportContent) -> None:
    svg = parsed(line_chart(week.trend, LEAD, "lead-time", nothing="-"))
    assert svg.get("role") == "img"
    assert svg.get("aria-labelledby") == "lead-time-title lead-time-description"
    description = svg.findtext("desc") or ""
    assert description.endswith("2024-W03 unknown, 2024-W04 20.0 h, 2024-W05 30.2 h.")


def test_charts_of_nothing_can_be_drawn(week: ReportContent) -> None:
    empty = [TrendPoint(each.period, {}) for each in week.trend]
    drawings = (
        bar_chart(empty, DEPLOYS, "empty"),
        *(line_chart(empty, shown, "empty", nothing="-") for shown in (LEAD, RATE)),
    )
    for drawing in drawings:
        svg = parsed(drawing)
        assert len(drawn(svg, "text", "gap")) == 13
        assert not drawn(svg, "circle", "dot")
    assert spark(empty, LEAD) == ""


def test_a_spark_begins_with_the_first_known_value_and_ends_in_a_dot(week: ReportContent) -> None:
    svg = parsed(spark(week.trend, DEPLOYS))
    (path,) = drawn(svg, "path", "main")
    # Weeks 2, 4 and 5 of four: the unknown third week is a gap.
    assert (path.get("d") or "").count("M") == 2
    assert len(drawn(svg, "circle", "dot")) == 1


def test_a_stage_bar_is_filled_by_the_parts(week: ReportContent) -> None:
    svg = parsed(stage_bar(week.whole.stages, "bar", "acme/<api>"))
    assert svg.findtext("title") == "Where the time goes: acme/<api>"
    widths = [float(rect.get("width") or 0) for rect in svg.iter("rect")]
    assert len(widths) == 5
    assert sum(widths) == pytest.approx(1000, abs=0.1)
    assert stage_bar((), "bar", "nothing") == ""


def test_a_changes_bar_is_as_long_as_its_lead_time(week: ReportContent) -> None:
    svg = parsed(change_bar(week.changes[0], longest_hours=40.0))
    assert sum(float(rect.get("width") or 0) for rect in svg.iter("rect")) == pytest.approx(500)


@pytest.mark.parametrize(
    ("highest", "step", "top"), [(0.0, 0.5, 1.0), (7.5, 2.0, 8.0), (40.0, 10.0, 40.0), (23.0, 10.0, 30.0)]
)
def test_scales_have_round_steps_that_hold_the_highest_value(highest: float, step: float, top: float) -> None:
    scale = round_scale(highest)
    assert (scale.step, scale.top) == pytest.approx((step, top))


def test_counts_have_whole_steps_and_rates_percent() -> None:
    assert round_scale(0, whole=True).top == 1
    assert round_scale(3, whole=True).step == 1
    rates = Scale.holding(0.37, "ratio")
    assert (rates.top, rates.step, rates.suffix) == (pytest.approx(0.4), pytest.approx(0.1), " %")
    assert Scale.holding(0, "ratio").top == pytest.approx(0.1)
