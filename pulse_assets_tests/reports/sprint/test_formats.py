"""All formats hold the same sprint, and what others wrote stays text in each of them."""

import base64
import csv
import hashlib
import io
import json
import re
import unicodedata
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

from pulse_assets.errors import UsageError
from pulse_assets.reports.inert import isolated
from pulse_assets.reports.sprint import (
    FORMATS,
    SprintContent,
    render_sprint,
    sprint_content,
    sprint_path,
    sprint_report,
)
from pulse_assets.tables.check_history import Gate
from pulse_assets_tests.metrics.sprint_built import Rows, parsed
from pulse_assets_tests.metrics.sprint_texts import SPRINTS, TEXTS
from pulse_assets_tests.reports.browser import Canary, opened
from pulse_assets_tests.reports.hostile import HOSTILE_TEXTS
from pulse_assets_tests.reports.sprint.built_sprints import IN_THE_MIDDLE, NO_ISSUES, OPEN, built

_VOID = {"meta", "link", "br"}
_ALIVE = {"script", "img", "image", "iframe", "object", "embed", "base", "form", "input", "button", "video", "audio"}


class Page(HTMLParser):
    """The tags of a page with their attributes, and its text; every tag is closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.nodes: list[tuple[str, dict[str, str]]] = []
        self.text = ""
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
        self.text += data


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> SprintContent:
    return sprint_content("PAY", 7, *built(tmp_path_factory.mktemp("sprint")))


@pytest.fixture(scope="module")
def under_way(tmp_path_factory: pytest.TempPathFactory) -> SprintContent:
    folder = tmp_path_factory.mktemp("open")
    return sprint_content("PAY", 7, *built(folder, {"sprints": OPEN, "projects": IN_THE_MIDDLE}))


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> SprintContent:
    """A sprint in which every text that others write is hostile, each text at least once."""
    texts = iter(HOSTILE_TEXTS * 10)
    tables = parsed(TEXTS)
    issues: Rows = [*tables["issues"]]
    for number in range(200, 200 + len(HOSTILE_TEXTS)):
        issues.append({"key": f"PAY-{number}", "sprint_ids": "7", "created_at": issues[0]["created_at"]})
    change: dict[str, Rows] = {
        "issues": [row | _hostile(texts, "summary", "issue_type", "status", "url") for row in issues],
        "sprints": [row | _hostile(texts, "name", "goal") for row in tables["sprints"]],
        "boards": [row | _hostile(texts, "name") for row in tables["boards"]],
        "projects": [row | _hostile(texts, "name") for row in tables["projects"]],
    }
    return sprint_content("PAY", 7, *built(tmp_path_factory.mktemp("attacked"), change=change))


def _hostile(texts: Iterator[str], *columns: str) -> dict[str, Any]:
    return {column: next(texts) for column in columns}


def csv_rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def cards(text: str) -> dict[str, str]:
    """What the cards say: by figure the exact value of the number, else its words."""
    found = re.findall(r'data-figure="(\w+)">\s*<dt>.*?</dt>\s*<dd class="value">(.*?)</dd>', text, re.DOTALL)
    return {name: match[1] if (match := re.search(r'value="([^"]+)"', body)) else body for name, body in found}


def test_all_formats_hold_the_same_figures(content: SprintContent) -> None:
    document = json.loads(render_sprint(content, "json"))
    assert document["figures"] == dict(content.figures)
    rows = {row["figure"]: row["value"] for row in csv_rows(render_sprint(content, "csv")) if row["record"] == "figure"}
    assert {name: float(value) for name, value in rows.items()} == dict(content.figures)
    shown = cards(render_sprint(content, "html"))
    assert (float(shown["completed"]), float(shown["committed"]), float(shown["carried_over"])) == (14.0, 23.0, 13.0)
    assert (float(shown["completion_ratio"]), shown["scope_change"]) == (3 / 8, "+2")
    assert "| Completed | 5 | 14 |" in render_sprint(content, "md")


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_lists_every_issue_with_its_reason(content: SprintContent, form: str) -> None:
    text = render_sprint(content, form)
    for item in content.items:
        assert item.key in text
        assert item.why in text


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_says_what_the_last_sprints_completed(content: SprintContent, form: str) -> None:
    text = render_sprint(content, form)
    assert [f"Sprint {number}" in text for number in range(1, 8)] == [False, *[True] * 6]


def test_lists_of_json_and_csv_are_whole(content: SprintContent) -> None:
    document, rows = json.loads(render_sprint(content, "json")), csv_rows(render_sprint(content, "csv"))
    sizes = {"issue": "items", "day": "days", "velocity": "past", "account": "account"}
    for record, name in sizes.items():
        count = sum(row["record"] == record for row in rows)
        assert count == len(document[name]) == len(getattr(content, name)) > 0
    days = [row for row in rows if row["record"] == "day"]
    assert [float(row["remaining_points"]) for row in days] == [day.remaining_points for day in content.days]
    assert (days[0]["day"], days[0]["at"]) == ("2024-05-06", "2024-05-07T00:00:00Z")


def test_page_asks_nobody_and_runs_nothing(content: SprintContent) -> None:
    text = render_sprint(content, "html")
    page = Page(text)
    policy = next(node["content"] for tag, node in page.nodes if node.get("http-equiv") == "Content-Security-Policy")
    style = text[text.index("<style>") + len("<style>") : text.index("</style>")]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy.startswith("default-src 'none'; ")
    assert f"'sha256-{digest}'" in policy
    assert not _ALIVE & {tag for tag, _ in page.nodes}
    assert "url(" not in style


def test_ids_are_unique_and_links_reach_them(content: SprintContent) -> None:
    page = Page(render_sprint(content, "html"))
    ids = [node["id"] for _, node in page.nodes if "id" in node]
    assert len(ids) == len(set(ids))
    assert {node["href"][1:] for tag, node in page.nodes if tag == "a" and node["href"].startswith("#")} <= set(ids)


def test_charts_say_in_words_what_they_show(content: SprintContent) -> None:
    text = render_sprint(content, "html")
    assert "Burndown in points, by day" in text
    assert "10 May: 21 points left, 13.6 at an even pace, 27 in the sprint" in text
    assert "Sprint 5: 13 points completed, 15 committed" in text


def test_lines_and_bars_are_told_apart_without_colour(content: SprintContent) -> None:
    text = render_sprint(content, "html")
    style = text[text.index("<style>") : text.index("</style>")]
    for line in ("beside", "scope"):
        assert re.search(rf"\.line\.{line} {{[^}}]*stroke-dasharray", style), line
        assert f'class="line {line}"' in text
    assert re.search(r"\.committed {[^}]*fill: none", style)


def test_burndown_has_a_dot_for_the_start_and_for_each_day(content: SprintContent, under_way: SprintContent) -> None:
    for each in (content, under_way):
        drawing = re.search(r"<svg[^>]*chart burndown.*?</svg>", render_sprint(each, "html"), re.DOTALL)
        assert drawing
        assert drawing[0].count("<circle") == len(each.days) + 1


def test_open_sprint_is_marked(under_way: SprintContent) -> None:
    text = render_sprint(under_way, "html")
    assert '<span class="mark">open</span>' in text
    assert '<li class="notice degraded">' in text
    assert cards(text)["carried_over"] == "21.0"
    assert 'class="bar provisional"' in text
    assert "Provisional:** the sprint was not over" in render_sprint(under_way, "md")


@pytest.mark.parametrize("form", FORMATS)
def test_withheld_sprint_shows_no_figure_in_any_format(tmp_path: Path, form: str) -> None:
    gates = [Gate("PAY", "issues", "issues_are_complete", "withheld", "half of the issues are missing")]
    found = sprint_content("PAY", 7, *built(tmp_path, gates=gates))
    text = render_sprint(found, form)
    assert "half of the issues are missing" in text
    if form == "html":
        assert set(cards(text)) == {"completed", "committed", "completion_ratio", "scope_change", "carried_over"}
        assert all("withheld" in said for said in cards(text).values())
        assert "chart burndown" not in text
    if form == "csv":
        assert {row["value"] for row in csv_rows(text) if row["record"] == "figure"} == {""}


@pytest.mark.parametrize("form", FORMATS)
def test_board_that_does_not_estimate_is_told_in_issues(tmp_path: Path, form: str) -> None:
    found = sprint_content("PAY", 7, *built(tmp_path, {"sprints": SPRINTS.replace("customfield_10026", "-")}))
    text = render_sprint(found, form)
    if form == "html":
        Page(text)
        assert cards(text)["completed"] == "5"
        assert "Burndown in issues, by day" in text
        assert "no estimate" not in text.lower().partition("<main")[2].partition('id="definitions"')[0]


@pytest.mark.parametrize("form", FORMATS)
def test_sprint_without_issues_is_written(tmp_path: Path, form: str) -> None:
    assert "Sprint 7" in render_sprint(sprint_content("PAY", 7, *built(tmp_path, NO_ISSUES)), form)


def test_report_is_written_in_one_go(tmp_path: Path) -> None:
    lake, settings = built(tmp_path)
    text = sprint_report("PAY", 7, lake, settings, "md")
    assert text == render_sprint(sprint_content("PAY", 7, lake, settings), "md")
    with pytest.raises(UsageError, match="no format pdf"):
        sprint_report("PAY", 7, lake, settings, "pdf")


def test_files_are_named_by_project_and_sprint() -> None:
    assert sprint_path(Path("home"), "WEB_2", 7, "html") == Path("home/reports/sprint/WEB_2-sprint-7.html")


def test_hostile_texts_are_shown_and_inert(attacked: SprintContent) -> None:
    page = Page(render_sprint(attacked, "html"))
    assert not _ALIVE & {tag for tag, _ in page.nodes}
    assert not [name for _, node in page.nodes for name in node if name.startswith("on") or name in {"src", "ping"}]
    addresses = [node["href"] for tag, node in page.nodes if tag == "a" and not node["href"].startswith("#")]
    assert {address.partition(":")[0] for address in addresses} <= {"http", "https"}
    assert [text for text in HOSTILE_TEXTS if isolated(text) not in page.text] == []


def test_hostile_texts_are_inert_in_a_real_browser(attacked: SprintContent) -> None:
    canary = Canary({"/sprint.html": render_sprint(attacked, "html")})
    document = opened(canary, "/sprint.html")
    assert canary.alarms == []
    assert "<title>Sprint report: PAY 7</title>" in document


def test_hostile_texts_are_text_in_markdown(attacked: SprintContent) -> None:
    parser = MarkdownIt("commonmark", {"html": True}).enable("table")
    tokens = parser.parse(render_sprint(attacked, "md"))
    kinds = {child.type for token in tokens for child in token.children or []} | {token.type for token in tokens}
    assert not kinds & {"html_block", "html_inline", "image", "code_inline"}
    widths = {
        line.count("|") - line.count("\\|") for line in render_sprint(attacked, "md").splitlines() if line[:1] == "|"
    }
    assert widths <= {4, 6}


def test_no_cell_of_the_csv_is_a_formula(attacked: SprintContent) -> None:
    rows = list(csv.reader(io.StringIO(render_sprint(attacked, "csv"))))
    assert {len(row) for row in rows} == {len(rows[0])}
    begun = {cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "|", "%", "\uff1d"))}
    assert [cell for cell in begun if not re.fullmatch(r"-?[0-9.]+(e[-+]?[0-9]+)?", cell)] == []


@pytest.mark.parametrize("form", FORMATS)
def test_no_format_carries_signs_that_a_terminal_obeys(attacked: SprintContent, form: str) -> None:
    assert {sign for sign in render_sprint(attacked, form) if unicodedata.category(sign) == "Cc"} == {"\n"}
