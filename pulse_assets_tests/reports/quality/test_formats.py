"""All formats hold the same results, and what others wrote stays text in each of them."""

import base64
import csv
import dataclasses
import hashlib
import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from pulse_assets.errors import UsageError
from pulse_assets.reports.quality import (
    FORMATS,
    QualityContent,
    Standing,
    quality_content,
    quality_path,
    render_quality,
)
from pulse_assets.reports.quality.page import LISTED_PARTITIONS
from pulse_assets.settings import Settings
from pulse_assets.store import CheckTrend
from pulse_assets.tables.check_history import RecordedCheck
from pulse_assets_tests.reports.quality.recorded import AT, result, results

HOSTILE = (
    '</td></table><script>alert(1)</script><img src="http://evil.test/x" onerror=alert(1)> '
    "[x](http://evil.test) | \x1b[31m"
)
FORMULA = '=HYPERLINK("http://evil.test","x")'
RESULTS = """
    table          partition  kind          passed
    commits        acme/api   structure     no
    commits        acme/web   structure     yes
    pull_requests  acme/api   completeness  no
"""


class Page(HTMLParser):
    """The tags of a page with their attributes, and whether each was closed in order."""

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
        if tag not in {"meta", "link"}:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.nodes.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> QualityContent:
    hostile = result(
        "deployments",
        "production",
        passed=False,
        description=f"Their environments: {HOSTILE}",
        sample=[{"environment": HOSTILE, "deployment_count": 3}, {"environment": FORMULA, "note": None}],
    )
    formula = result("pull_requests", "plausibility", passed=False, description=FORMULA)
    extra = [
        RecordedCheck("deployments", "acme/api", AT, hostile),
        RecordedCheck("pull_requests", "acme/web", AT, formula),
    ]
    trend = CheckTrend("commits", "commits_have_one_head", (2, 1), (0, 1))
    found = Standing(
        [*results(RESULTS), *extra], {("commits", "commits_have_one_head"): trend}, {}, {"acme/api": AT}, {"acme/api"}
    )
    settings = Settings(home=tmp_path_factory.mktemp("home"), production_pattern="<b>|x", timezone="Europe/Berlin")
    return quality_content(found, settings, AT)


@pytest.mark.parametrize("name", FORMATS)
def test_each_format_names_what_fails(content: QualityContent, name: str) -> None:
    text = render_quality(content, name).replace("\\", "")
    for check in ("commits_have_one_head", "pull_requests_are_complete", "deployments_reach_production"):
        assert check in text


def test_an_unknown_format_is_refused(content: QualityContent) -> None:
    with pytest.raises(UsageError, match="html, md, csv, json"):
        render_quality(content, "pdf")


def test_the_files_have_one_place(tmp_path: Path) -> None:
    assert quality_path(tmp_path, "csv") == tmp_path / "reports" / "quality" / "data_quality.csv"


def test_the_page_asks_for_nothing_and_runs_nothing(content: QualityContent) -> None:
    page = Page(render_quality(content, "html"))
    tags = {tag for tag, _ in page.nodes}
    assert not tags & {"script", "img", "iframe", "object", "form", "base", "b"}
    for tag, attributes in page.nodes:
        assert not [name for name in attributes if name.startswith("on") or name in {"src", "style"}], tag
        assert attributes.get("href", "#").startswith(("#", "data:,")), tag
    assert "<script>alert(1)</script>" in page.text


def test_the_policy_of_the_page_allows_its_own_style_only(content: QualityContent) -> None:
    text = render_quality(content, "html")
    (style,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}'" in text.replace("&#39;", "'")


def test_every_class_of_the_page_has_a_style(content: QualityContent) -> None:
    text = render_quality(content, "html")
    (style,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    used = {name for _, attributes in Page(text).nodes for name in attributes.get("class", "").split()}
    styled = set(re.findall(r"\.([a-z_-]+)", style))
    assert used - styled <= {"masthead", "definition"}


def test_ids_are_unique_and_links_lead_to_them(content: QualityContent) -> None:
    page = Page(render_quality(content, "html"))
    ids = [attributes["id"] for _, attributes in page.nodes if "id" in attributes]
    assert len(ids) == len(set(ids))
    links = {attributes["href"][1:] for tag, attributes in page.nodes if tag == "a"}
    labels = {
        name
        for _, attributes in page.nodes
        for name in (attributes.get("aria-labelledby", "") + " " + attributes.get("aria-describedby", "")).split()
    }
    assert links | labels <= set(ids)


def test_a_trend_is_said_in_words(content: QualityContent) -> None:
    text = Page(render_quality(content, "html")).text
    assert "Partitions that failed, the oldest result first: 0 of 2; 1 of 2." in text


def test_markdown_holds_no_html_and_no_link(content: QualityContent) -> None:
    text = render_quality(content, "md")
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(text)
    flat = [child for token in tokens for child in (token, *(token.children or ()))]
    assert not [token for token in flat if "html" in token.type or token.type in {"link_open", "image"}]
    assert "\x1b" not in text


def test_no_cell_is_a_formula_and_every_result_is_there(content: QualityContent) -> None:
    rows = list(csv.DictReader(io.StringIO(render_quality(content, "csv"))))
    assert len(rows) == len(content.checks) == 5
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]
    by_name = {(row["name"], row["partition"]): row for row in rows}
    head = by_name["commits_have_one_head", "acme/api"]
    assert (head["is_passed"], head["effect"], head["is_blocking"]) == ("false", "withheld", "true")
    sample = json.loads(by_name["deployments_reach_production", "acme/api"]["sample"])
    assert sample[1]["environment"] == FORMULA


def test_json_holds_everything_in_printable_ascii(content: QualityContent) -> None:
    text = render_quality(content, "json")
    assert text.isascii()
    assert not set(text) & set("<>&\x1b")
    document = json.loads(text)
    assert document["schema"] == "pulse-data-quality/1"
    assert [check["name"] for check in document["checks"]] == [check.name for check in content.checks]
    assert document["written_at"] == "2024-05-03T10:00:00Z"
    (hostile,) = [check for check in document["checks"] if check["table"] == "deployments"]
    assert hostile["sample"][0]["environment"] == HOSTILE


def test_of_many_partitions_the_page_shows_some_and_says_so(content: QualityContent) -> None:
    first = content.failures[0]
    count = LISTED_PARTITIONS + 3
    many = tuple(dataclasses.replace(first, partition=f"acme/r{place:02}") for place in range(count))
    text = Page(render_quality(dataclasses.replace(content, checks=many), "html")).text
    assert f"acme/r{LISTED_PARTITIONS - 1:02}" in text
    assert f"acme/r{LISTED_PARTITIONS:02}" not in text
    assert f"The first {LISTED_PARTITIONS} of {count}" in text
