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
from pulse_assets.metrics.catalog import CATALOG
from pulse_assets.reports import FORMATS, ReportContent, render, wording
from pulse_assets.reports.csv_table import CSV_COLUMNS
from pulse_assets.reports.inert import plain
from pulse_assets.reports.model import Notice
from pulse_assets.reports.reckoning import LISTED_ROWS
from pulse_assets.reports.shown import DORA, HEADLINES, STAGES
from pulse_assets.settings import Settings
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.lake import Lake
from pulse_assets_tests.reports.conftest import API, FORMULA_TITLE, HOSTILE_TITLE, OVERRIDE, report

Node = tuple[str, dict[str, str]]
_VOID = {"meta", "link", "br"}


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
    found = re.findall(r'data-figure="([\w.]+)">(.*?)</dd>', text, re.DOTALL)
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


def named(tables: list[list[list[str]]], title: str) -> list[list[str]]:
    """The table whose first column has that title."""
    return next(table for table in tables if table[0][0] == title)


def test_all_formats_hold_the_same_headline(week: ReportContent) -> None:
    headlines = [week.figure(HEADLINES[metric].name) for metric in DORA]
    stages = [week.figure(f"dora_lead_time.{stage}_median_hours") for stage in STAGES]
    expected = {figure.name: figure.value for figure in (*headlines, *stages) if figure.value is not None}
    assert len(expected) == 7
    assert headline_of_html(render(week, "html")) == expected
    document = json.loads(render(week, "json"))
    written = {each["name"]: each["value"] for each in document["scopes"][0]["figures"]}
    assert {name: written[name] for name in expected} == expected
    rows = [row for row in csv_rows(render(week, "csv")) if (row["record"], row["scope"]) == ("figure", "all")]
    own = {f"{r['metric']}.{r['figure']}": r for r in rows if r["period"] == "2024-W05" and r["definition"] == "pulse"}
    assert {name: float(own[name]["value"]) for name in expected} == expected
    shown = {row[0]: row[1] for row in named(tables_of_markdown(render(week, "md")), "Figure")[1:]}
    assert {figure.title: shown[figure.title] for figure in (*headlines, *stages)} == {
        figure.title: figure.shown for figure in (*headlines, *stages)
    }


def test_all_formats_hold_the_same_interval_and_basis(week: ReportContent) -> None:
    name = "dora_lead_time.lead_time_median_hours"
    page = render(week, "html")
    card = page[page.index(f'data-figure="{name}"') :]
    assert "95 %: 20.0 to 40.5\N{NO-BREAK SPACE}h" in card[: card.index("</div>")]
    assert '2 changes <span class="mark">few</span>' in card[: card.index("</div>")]
    document = json.loads(render(week, "json"))
    figure = next(each for each in document["scopes"][0]["figures"] if each["name"] == name)
    assert (figure["low"], figure["high"], figure["row_count"], figure["rests_on"]) == (20.0, 40.5, 2, "2 changes")
    row = next(row for row in csv_rows(render(week, "csv")) if row["figure"] == "lead_time_median_hours" and row["low"])
    assert (row["low"], row["high"], row["row_count"], row["is_low_count"]) == ("20.0", "40.5", "2", "true")
    cells = named(tables_of_markdown(render(week, "md")), "Figure")[1]
    assert (cells[2], cells[6]) == ("20.0 to 40.5 h", "2 changes (few)")


@pytest.mark.parametrize("form", FORMATS)
def test_no_format_lets_control_characters_reach_a_terminal(week: ReportContent, form: str) -> None:
    foreign = ("repository", "title", "author", "branch", "address", "environment", "deployed_sha")
    hostile = tuple(
        dataclasses.replace(change, **dict.fromkeys(foreign, HOSTILE_TITLE))
        for change in (*week.changes, *week.left_out)
    )
    content = dataclasses.replace(
        week,
        repositories=(HOSTILE_TITLE,),
        notices=(Notice("quality", HOSTILE_TITLE),),
        changes=hostile,
        left_out=hostile,
        scopes=tuple(dataclasses.replace(scope, name=HOSTILE_TITLE) for scope in week.scopes),
        freshness=tuple(dataclasses.replace(each, repository=HOSTILE_TITLE) for each in week.freshness),
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
    table = named(tables_of_markdown(render(week, "md")), "Change")
    assert [row[6] for row in table[1:]] == [wording.hours(value) for value in hours]


def test_all_formats_hold_the_same_trend_with_its_gaps(week: ReportContent) -> None:
    points = {each.period.key: each.rows.get("dora_deployment_frequency") for each in week.trend}
    counts = {key: row.headline if row else None for key, row in points.items()}
    known = {key: count for key, count in counts.items() if count is not None}
    rows = [row for row in csv_rows(render(week, "csv")) if row["figure"] == "deployment_count"]
    assert {row["period"]: int(row["value"]) for row in rows if row["scope"] == "all"} == known
    written = json.loads(render(week, "json"))["trend"]
    found = {each["period"]["key"]: each["rows"].get("dora_deployment_frequency") for each in written}
    assert {key: row and row["values"]["deployment_count"] for key, row in found.items()} == counts
    table = named(tables_of_markdown(render(week, "md")), "Week")
    assert {row[0]: row[2] for row in table[1:]} == {key: wording.number(count) for key, count in counts.items()}


def test_csv_has_one_header_and_no_formula(week: ReportContent) -> None:
    text = render(week, "csv")
    assert len(set(CSV_COLUMNS)) == len(CSV_COLUMNS)
    rows = csv_rows(text)
    assert list(rows[0]) == list(CSV_COLUMNS)
    changes = [row for row in rows if row["record"] == "change"]
    assert [row["title"] for row in changes if row["number"] == "8"] == [f"'{FORMULA_TITLE}"]
    assert [row["address"] for row in changes] == ["", "https://git.test/8"]
    assert [row["title"] for row in rows if row["record"] == "left_out"] == ["Left out"]
    assert not any(cell.startswith(("=", "+", "@", "\t", "\r")) for row in rows for cell in row.values())


def test_json_says_times_in_utc_and_cannot_begin_html(week: ReportContent) -> None:
    text = render(week, "json")
    assert not set("<>&") & set(text)
    assert text.isascii()
    document = json.loads(text)
    assert document["schema"] == "pulse-report/2"
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
    assert {link["href"] for link in outside} == {
        "https://git.test/8",
        "https://git.test/12",
        "https://git.test/acme/api/commit/abc",
    }
    assert {link["rel"] for link in outside} == {"noopener noreferrer"}
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
    # The change and the incident.
    assert [text.strip("\u2068\u2069") for text in shown] == [plain(HOSTILE_TITLE)] * 2
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
    assert all(cell.get("scope") in {"col", "row", "rowgroup"} for cell in page.tags("th"))
    for svg in page.tags("svg"):
        assert svg.get("aria-hidden") == "true" or (svg["role"] == "img" and "aria-labelledby" in svg)


def test_markdown_keeps_hostile_titles_within_their_cell(week: ReportContent) -> None:
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    tokens = parser.parse(render(week, "md"))
    children = [child for token in tokens for child in token.children or []]
    assert not [token for token in [*tokens, *children] if token.type.startswith("html")]
    links = {child.attrs["href"] for child in children if child.type == "link_open"}
    assert links == {"https://git.test/8", "https://git.test/12", "https://git.test/acme/api/commit/abc"}
    table = named(tables_of_markdown(render(week, "md")), "Change")
    assert {len(row) for row in table} == {len(table[0])}
    assert table[1][0] == f"{API} #7 \u2068{plain(HOSTILE_TITLE)}\u2069"


@pytest.mark.parametrize("period", ["2024-W02", "2024-W03", "2024-W06", "2024-W30"])
@pytest.mark.parametrize("form", FORMATS)
def test_periods_without_figures_can_be_written_too(lake: Lake, settings: Settings, period: str, form: str) -> None:
    text = render(report(lake, settings, period), form)
    assert period in text
    assert "None" not in text
    assert "nan" not in re.findall(r"\w+", text.lower().replace("\\n", " "))


def test_a_degraded_period_is_marked_in_every_format(lake: Lake, settings: Settings) -> None:
    content = report(lake, settings, "2024-W06")
    for form in FORMATS:
        assert "the period was not over" in render(content, form)


def test_reading_twice_writes_the_same_bytes(lake: Lake, settings: Settings, week: ReportContent) -> None:
    again = report(lake, settings, "2024-W05")
    assert [render(again, form) for form in FORMATS] == [render(week, form) for form in FORMATS]


def _count_html(text: str) -> int:
    return text.count('class="figure lead"')


def _count_markdown(text: str) -> int:
    return len(named(tables_of_markdown(text), "Change")) - 1


@pytest.mark.parametrize(("form", "count"), [("html", _count_html), ("md", _count_markdown)])
def test_long_lists_are_cut_for_reading_and_whole_in_csv(
    week: ReportContent, form: str, count: Callable[[str], int]
) -> None:
    long = dataclasses.replace(week, changes=week.changes[:1] * (LISTED_ROWS + 1))
    text = render(long, form)
    assert count(text) == LISTED_ROWS
    assert "CSV and JSON hold all" in text
    assert sum(row["record"] == "change" for row in csv_rows(render(long, "csv"))) == LISTED_ROWS + 1


def test_an_unknown_format_is_refused(week: ReportContent) -> None:
    unknown: Any = "pdf"
    with pytest.raises(UsageError, match="html, md, csv, json"):
        render(week, unknown)


def test_the_metrics_own_definitions_are_part_of_every_reading_format(week: ReportContent) -> None:
    exact = [definition for definition in week.definitions if definition.is_exact]
    of_repositories = [entry for entry in CATALOG.values() if TABLES[entry.name].family == "delivery"]
    told = [entry.title for entry in of_repositories if entry.name != "jira_incidents"]
    assert [definition.title for definition in exact] == told
    page = Page(render(week, "html"))
    shown = {text for path, text in page.texts if path[-1:] == ("dd",)}
    assert {definition.text for definition in week.definitions} <= shown
    assert render(week, "md").count("**Deployment frequency.**") == 1
