from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element

import pytest

from pulse_assets.reports import ReportContent, charts
from pulse_assets.reports.charts import change_bar, deployment_chart, lead_time_chart, stage_bar


def parsed(svg: str) -> Element:
    return ET.fromstring(svg)  # noqa: S314 - drawn by the code under test


def drawn(svg: Element, tag: str, name: str) -> list[Element]:
    return [each for each in svg.iter(tag) if name in (each.get("class") or "").split()]


def hovers(elements: list[Element]) -> list[str | None]:
    return [each.findtext("title") for each in elements]


def test_unknown_periods_are_gaps_in_the_bars_and_zero_is_drawn(week: ReportContent) -> None:
    svg = parsed(deployment_chart(week.trend, "deployments"))
    assert hovers(drawn(svg, "rect", "bar")) == [
        "Week 2, 8 to 14 January 2024: 0 deployments on 0 days",
        "Week 4, 22 to 28 January 2024: 4 deployments on 2 days",
        "Week 5, 29 January to 4 February 2024: 3 deployments on 2 days",
    ]
    gaps = drawn(svg, "text", "gap")
    assert len(gaps) == 10
    assert "Week 3, 15 to 21 January 2024: unknown" in hovers(gaps)


def test_a_line_is_broken_where_a_value_is_missing(week: ReportContent) -> None:
    svg = parsed(lead_time_chart(week.trend, "lead-time"))
    (path,) = drawn(svg, "path", "median")
    assert (path.get("d") or "").count("M") == 1
    assert (path.get("d") or "").count("L") == 1
    dots = drawn(svg, "circle", "median")
    assert hovers(dots) == [
        "Week 4, 22 to 28 January 2024: median 20.0 h, 1 change",
        "Week 5, 29 January to 4 February 2024: median 30.2 h, 2 changes",
    ]
    assert all("few" in (dot.get("class") or "") for dot in dots)


def test_a_chart_says_in_words_what_it_shows(week: ReportContent) -> None:
    svg = parsed(lead_time_chart(week.trend, "lead-time"))
    assert svg.get("role") == "img"
    assert svg.get("aria-labelledby") == "lead-time-title lead-time-description"
    description = svg.findtext("desc") or ""
    assert description.endswith("2024-W03 unknown, 2024-W04 20.0 h, 2024-W05 30.2 h.")


def test_charts_of_nothing_can_be_drawn(week: ReportContent) -> None:
    empty = [type(each)(each.period, None) for each in week.trend]
    for draw in (lead_time_chart, deployment_chart):
        svg = parsed(draw(empty, "empty"))
        assert len(drawn(svg, "text", "gap")) == 13
        assert not drawn(svg, "circle", "dot")


def test_a_stage_bar_is_filled_by_the_parts(week: ReportContent) -> None:
    svg = parsed(stage_bar(week.stages, "bar", "acme/<api>"))
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
    scale = charts._scale(highest)
    assert (scale.step, scale.top) == pytest.approx((step, top))


def test_counts_have_whole_steps() -> None:
    assert charts._scale(0, whole=True).top == 1
    assert charts._scale(3, whole=True).step == 1
