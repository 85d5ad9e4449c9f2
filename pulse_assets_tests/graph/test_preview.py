import math

import pandas as pd
import pytest

from pulse_assets.graph.preview import drawing, frame_preview, markdown_table
from pulse_assets.graph.trend import trend_svg


def table(*rows: dict) -> str:
    return str(markdown_table(rows, list(rows[0])).value)


def test_rows_become_one_line_each() -> None:
    assert table({"a": 1, "b": "x"}, {"a": 2, "b": None}).splitlines() == [
        "| a | b |",
        "| --- | --- |",
        "| 1 | x |",
        "| 2 |  |",
    ]


def test_no_rows_are_said() -> None:
    assert markdown_table([], ["a"]).value == "No rows."


@pytest.mark.parametrize(
    "title",
    [
        "a | b",
        "first\nsecond",
        "<script>alert(1)</script>",
        "![x](http://example.org/x.png)",
        "[click](javascript:alert(1))",
        "`code`",
    ],
)
def test_titles_of_strangers_stay_text(title: str) -> None:
    row = table({"title": title}).splitlines()
    assert len(row) == 3
    cell = row[2].removeprefix("| ").removesuffix(" |")
    assert "<" not in cell
    assert "](" not in cell.replace("\\](", "")
    assert "`" not in cell
    assert cell.replace("\\|", "").count("|") == 0


def test_unknown_values_are_empty_and_long_ones_are_cut() -> None:
    assert table({"a": math.nan, "b": pd.NaT, "c": pd.NA, "d": 1.234, "e": "x" * 200}).splitlines()[2] == (
        f"|  |  |  | 1.23 | {'x' * 79}… |"
    )


def test_a_frame_shows_its_first_rows() -> None:
    assert str(frame_preview(pd.DataFrame({"n": range(100)})).value).count("\n") == 6


def test_a_drawing_needs_no_network() -> None:
    svg = trend_svg("Deployments", "count", [("Jan", 3.0), ("Feb", None), ("Mar", 6.0)])
    assert svg.count("<rect") == 3
    assert str(drawing(svg, "Deployments").value).startswith("![Deployments](data:image/svg+xml;base64,")


def test_a_drawing_shows_at_most_thirteen_periods() -> None:
    assert trend_svg("x", "y", [(str(n), float(n)) for n in range(40)]).count("<rect") == 14
    assert "<rect" in trend_svg("x", "y", [])
