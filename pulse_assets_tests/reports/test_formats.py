import base64
import csv
import dataclasses
import hashlib
import io
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest
from markdown_it import MarkdownIt

from pulse_assets.errors import UsageError
from pulse_assets.reports import FORMATS, ReportContent, parse_period, render, report_content, wording
from pulse_assets.reports.formats import CSV_COLUMNS
from pulse_assets.reports.inert import plain
from pulse_assets.reports.model import STAGE_TITLES, STAGES, Notice
from pulse_assets.reports.page import LISTED_CHANGES
from pulse_assets.settings import Settings
from pulse_assets.tables.lake import Lake
from pulse_assets_tests.reports.conftest import API, FORMULA_TITLE, HOSTILE_TITLE, OVERRIDE

Node = tuple[str, dict[str, str]]
_VOID = {"meta", "link", "br"}
_STAGE_TITLES = {STAGE_TITLES[stage] for stage in STAGES}


class Page(HTMLParser):
    """The tags of a page with their attributes, the text, and whether every tag was closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.nodes: list[Node] = []
        self.texts: list[tuple[tuple[str, ...], str]] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.nodes.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in _VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.nodes.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append((tuple(self._open), data))

    def tags(self, name: str) -> list[dict[str, str]]:
        return [attributes for tag, attributes in self.nodes if tag == name]


def headline_of_html(text: str) -> dict[str, float]:
    found = re.findall(r'data-figure="(\w+)">(.*?)</dd>', text, re.DOTALL)
    values = ((name, re.search(r'<data value="([^"]+)"', body)) for name, body in found)
    return {name: float(value[1]) for name, value in values if value}


def tables_of_markdown(text: str) -> list[list[list[str]]]:
    tables: list[list[list[str]]] = []
    is_inside = False
    for token in MarkdownIt("commonmark", {"html": True}).enable("table").parse(text):
        if token.type in {"table_open", "table_close"}:
            is_inside = token.type == "table_open"
            tables += [[]] if is_inside else []
        elif token.type == "tr_open":
            tables[-1].append([])
        elif token.type == "inline" and is_inside:
            tables[-1][-1].append("".join(child.content for child in token.children or []))
    return tables


def csv_rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_all_formats_hold_the_same_headline(week: ReportContent) -> None:
    expected = {figure.name: figure.value for figure in week.headline if figure.value is not None}
    assert headline_of_html(render(week, "html")) == expected
    document = json.loads(render(week, "json"))
    assert {each["name"]: each["value"] for each in document["headline"] if each["value"] is not None} == expected
    row = next(
        row for row in csv_rows(render(week, "csv")) if row["period"] == week.period.key and row["scope"] == "all"
    )
    assert {name: float(row[name]) for name in expected} == expected
    shown = {row[0]: row[1] for row in tables_of_markdown(render(week, "md"))[0][1:]}
    assert shown == {figure.title: figure.shown for figure in week.headline}


def test_all_formats_hold_the_same_counts_of_each_stage(week: ReportContent) -> None:
    counts = {figure.name: figure.row_count for figure in week.headline if figure.title.split(",")[0] in _STAGE_TITLES}
    assert list(counts.values()) == [2, 1, 1, 2]
    shown = re.findall(r'data-figure="(\w+)">(?:(?!</div>).)*?"basis">(\d+) change', render(week, "html"), re.DOTALL)
    assert {name: int(count) for name, count in shown if name in counts} == counts
    document = json.loads(render(week, "json"))
    assert {each["name"]: each["row_count"] for each in document["headline"] if each["name"] in counts} == counts
    assert [each["change_count"] for each in document["stages"]] == [*counts.values(), None]
    rows = [row for row in csv_rows(render(week, "csv")) if row["record"] == "figures"]
    columns = [f"{stage}_change_count" for stage in STAGES]
    written = {row["scope"]: [row[name] for name in columns] for row in rows if row["period"] == week.period.key}
    assert written == {scope: [str(count) for count in counts.values()] for scope in ("all", API)}
    headline, stages = tables_of_markdown(render(week, "md"))[:2]
    assert [row[3] for row in headline if row[0].split(",")[0] in _STAGE_TITLES] == [
        f"{wording.plural(count or 0, 'change')} (few)" for count in counts.values()
    ]
    assert [row[4] for row in stages[1:]] == [*(wording.plural(count or 0, "change") for count in counts.values()), ""]


@pytest.mark.parametrize("form", FORMATS)
def test_no_format_lets_control_characters_reach_a_terminal(week: ReportContent, form: str) -> None:
    foreign = ("repository", "title", "author", "branch", "address", "environment", "deployed_sha")
    hostile = [
        dataclasses.replace(change, **dict.fromkeys(foreign, HOSTILE_TITLE))
        for change in (*week.changes, *week.left_out)
    ]
    named = [dataclasses.replace(each, repository=HOSTILE_TITLE) for each in (*week.by_repository, *week.freshness)]
    content = dataclasses.replace(
        week,
        repositories=(HOSTILE_TITLE,),
        notices=(Notice("quality", HOSTILE_TITLE),),
        changes=tuple(hostile),
        left_out=tuple(hostile),
        by_repository=tuple(named[:1]),
        freshness=tuple(named[1:]),
    )
    text = render(content, form)
    assert "owned" in text
    assert {sign for sign in text if unicodedata.category(sign) == "Cc"} == {"\n"}


def test_all_formats_hold_the_same_changes(week: ReportContent) -> None:
    hours = [change.lead_time_hours for change in week.changes]
    rows = [row for row in csv_rows(render(week, "csv")) if row["record"] == "change"]
    assert [float(row["lead_time_hours"]) for row in rows] == hours
    assert [each["lead_time_hours"] for each in json.loads(render(week, "json"))["changes"]] == hours
    page = render(week, "html")
    assert [float(value) for value in re.findall(r'figure lead"><data value="([^"]+)"', page)] == hours
    table = next(table for table in tables_of_markdown(render(week, "md")) if table[0][0] == "Change")
    assert [row[6] for row in table[1:]] == [wording.hours(value) for value in hours]


def test_all_formats_hold_the_same_trend_with_its_gaps(week: ReportContent) -> None:
    counts = {each.period.key: each.figures.deployment_count if each.figures else None for each in week.trend}
    rows = [row for row in csv_rows(render(week, "csv")) if row["record"] == "figures" and row["scope"] == "all"]
    assert {r["period"]: int(r["deployment_count"]) if r["deployment_count"] else None for r in rows} == counts
    points = json.loads(render(week, "json"))["trend"]
    assert {p["period"]["key"]: p["figures"] and p["figures"]["deployment_count"] for p in points} == counts
    table = next(table for table in tables_of_markdown(render(week, "md")) if table[0][0] == "Week")
    assert {row[0]: row[5] for row in table[1:]} == {key: wording.number(count) for key, count in counts.items()}


def test_csv_has_one_header_and_no_formula(week: ReportContent) -> None:
    text = render(week, "csv")
    assert len(set(CSV_COLUMNS)) == len(CSV_COLUMNS)
    rows = csv_rows(text)
    assert list(rows[0]) == list(CSV_COLUMNS)
    assert {row["title"] for row in rows if row["number"] == "8"} == {f"'{FORMULA_TITLE}"}
    assert {row["address"] for row in rows if row["number"] in "78"} == {"", "https://git.test/8"}
    assert [row["title"] for row in rows if row["record"] == "left_out"] == ["Left out"]
    assert not any(cell.startswith(("=", "+", "@", "\t", "\r")) for row in rows for cell in row.values())


def test_json_says_times_in_utc_and_cannot_begin_html(week: ReportContent) -> None:
    text = render(week, "json")
    assert not set("<>&") & set(text)
    assert text.isascii()
    document = json.loads(text)
    assert document["schema"] == "pulse-report/1"
    assert document["period"] == {
        "key": "2024-W05",
        "title": "Week 5, 29 January to 4 February 2024",
        "start": "2024-01-29",
        "last_day": "2024-02-04",
    }
    assert document["collected_at"] == "2024-02-05T05:30:00Z"
    assert document["changes"][0]["title"] == HOSTILE_TITLE
    assert [change["address"] for change in document["changes"]] == [None, "https://git.test/8"]


def test_html_is_self_contained_and_has_no_script(week: ReportContent) -> None:
    page = Page(render(week, "html"))
    assert {tag for tag, _ in page.nodes}.isdisjoint({"script", "img", "iframe", "object", "form", "base", "image"})
    assert all("src" not in attributes and "srcset" not in attributes for _, attributes in page.nodes)
    assert not [name for _, attributes in page.nodes for name in attributes if name.startswith("on")]
    assert "style" not in {name for _, attributes in page.nodes for name in attributes}
    outside = [link for link in page.tags("a") if not link["href"].startswith("#")]
    assert [(link["href"], link["rel"]) for link in outside] == [("https://git.test/8", "noopener noreferrer")]
    style = "".join(text for path, text in page.texts if path[-1:] == ("style",))
    assert style
    assert not re.search(r"url\(|@import|</", style)


def test_html_allows_only_its_own_style(week: ReportContent) -> None:
    page = Page(render(week, "html"))
    policy = next(meta["content"] for meta in page.tags("meta") if "http-equiv" in meta)
    style = "".join(text for path, text in page.texts if path[-1:] == ("style",))
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert "default-src 'none'" in policy
    assert f"style-src 'sha256-{digest}'" in policy


def test_html_shows_hostile_titles_as_text_in_their_own_direction(week: ReportContent) -> None:
    page = Page(render(week, "html"))
    shown = [text for path, text in page.texts if path[-1:] == ("bdi",) and "alert(1)" in text]
    assert [text.strip("\u2068\u2069") for text in shown] == [plain(HOSTILE_TITLE)]
    assert all("bdi" in path for path, text in page.texts if OVERRIDE in text)


def test_html_can_be_read_by_ear_and_keyboard(week: ReportContent) -> None:
    page = Page(render(week, "html"))
    ids = [attributes["id"] for _, attributes in page.nodes if "id" in attributes]
    assert max(Counter(ids).values()) == 1
    named = [name for _, a in page.nodes for name in a.get("aria-labelledby", "").split()]
    anchors = [link["href"][1:] for link in page.tags("a") if link["href"].startswith("#")]
    assert set(named) | set(anchors) <= set(ids)
    assert {"header", "main", "nav", "footer"} <= {tag for tag, _ in page.nodes}
    assert page.tags("html")[0]["lang"] == "en"
    assert page.tags("a")[0] == {"class": "skip", "href": "#main"}
    assert len(page.tags("h1")) == 1
    assert len(page.tags("caption")) == len(page.tags("table"))
    assert all(cell.get("scope") in {"col", "row"} for cell in page.tags("th"))
    for svg in page.tags("svg"):
        assert svg.get("aria-hidden") == "true" or (svg["role"] == "img" and "aria-labelledby" in svg)


def test_markdown_keeps_hostile_titles_within_their_cell(week: ReportContent) -> None:
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    tokens = parser.parse(render(week, "md"))
    children = [child for token in tokens for child in token.children or []]
    assert not [token for token in [*tokens, *children] if token.type.startswith("html")]
    assert [child.attrs["href"] for child in children if child.type == "link_open"] == ["https://git.test/8"]
    table = next(table for table in tables_of_markdown(render(week, "md")) if table[0][0] == "Change")
    assert {len(row) for row in table} == {len(table[0])}
    assert table[1][0] == f"{API} #7 \u2068{plain(HOSTILE_TITLE)}\u2069"


@pytest.mark.parametrize("period", ["2024-W02", "2024-W03", "2024-W06", "2024-W30"])
@pytest.mark.parametrize("form", FORMATS)
def test_periods_without_figures_can_be_written_too(lake: Lake, settings: Settings, period: str, form: str) -> None:
    text = render(report_content("weekly", parse_period("weekly", period), lake, settings), form)
    assert period in text
    assert "None" not in text
    assert "nan" not in re.findall(r"\w+", text.lower())


def test_a_degraded_period_is_marked_in_every_format(lake: Lake, settings: Settings) -> None:
    content = report_content("weekly", parse_period("weekly", "2024-W06"), lake, settings)
    for form in FORMATS:
        assert "the period was not over" in render(content, form)


def test_few_rows_are_marked(week: ReportContent) -> None:
    assert '<span class="mark">few changes</span>' in render(week, "html")
    assert "2 changes (few)" in render(week, "md")


def test_reading_twice_writes_the_same_bytes(lake: Lake, settings: Settings, week: ReportContent) -> None:
    again = report_content("weekly", parse_period("weekly", "2024-W05"), lake, settings)
    assert [render(again, form) for form in FORMATS] == [render(week, form) for form in FORMATS]


def _count_html(text: str) -> int:
    return text.count('class="figure lead"')


def _count_markdown(text: str) -> int:
    return len(next(table for table in tables_of_markdown(text) if table[0][0] == "Change")) - 1


@pytest.mark.parametrize(("form", "count"), [("html", _count_html), ("md", _count_markdown)])
def test_long_lists_are_cut_for_reading_and_whole_in_csv(
    week: ReportContent, form: str, count: Callable[[str], int]
) -> None:
    long = dataclasses.replace(week, changes=week.changes[:1] * (LISTED_CHANGES + 1))
    text = render(long, form)
    assert count(text) == LISTED_CHANGES
    assert "CSV and JSON hold all" in text
    assert sum(row["record"] == "change" for row in csv_rows(render(long, "csv"))) == LISTED_CHANGES + 1


def test_an_unknown_format_is_refused(week: ReportContent) -> None:
    unknown: Any = "pdf"
    with pytest.raises(UsageError, match="html, md, csv, json"):
        render(week, unknown)


def test_the_metrics_own_definitions_are_part_of_every_reading_format(week: ReportContent) -> None:
    exact = [definition for definition in week.definitions if definition.is_exact]
    assert [definition.title for definition in exact] == [
        "Lead time of each change",
        "Change lead time",
        "Deployment frequency",
    ]
    page = Page(render(week, "html"))
    shown = {text for path, text in page.texts if path[-1:] == ("dd",)}
    assert {definition.text for definition in week.definitions} <= shown
    assert render(week, "md").count("**Deployment frequency.**") == 1
