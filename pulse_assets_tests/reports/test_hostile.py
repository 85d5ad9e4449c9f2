"""A hundred hostile texts in every place that others write: inert in a browser, in a spreadsheet and in a terminal."""

import csv
import io
import re
import shutil
import subprocess
import unicodedata
from html import escape
from html.parser import HTMLParser
from pathlib import Path

import pytest

from pulse_assets.reports import FORMATS, ReportContent, parse_period, render, report_content
from pulse_assets.reports.inert import isolated
from pulse_assets_tests.reports.browser import Canary, opened
from pulse_assets_tests.reports.hostile import HOSTILE_TEXTS, Attacker, hostile_teams
from pulse_assets_tests.reports.world import build_world

REPOSITORIES = ("acme/api", "acme/web")
_ALIVE = {
    *("script", "img", "image", "picture", "source", "iframe", "frame", "frameset", "object", "embed", "portal"),
    *("base", "form", "input", "button", "select", "textarea", "video", "audio", "track", "math", "foreignobject"),
    *("animate", "marquee", "template", "noscript", "plaintext", "xmp"),
}
_CONVERT_SECONDS = 180


class Document(HTMLParser):
    """The tags and attributes of a document, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: set[tuple[str, str]] = set()
        self.texts: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {(name, value or "") for name, value in attrs}

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> ReportContent:
    """A month in which every text that others write is hostile."""
    lake, settings = build_world(
        tmp_path_factory.mktemp("attacked"),
        repositories=REPOSITORIES,
        texts=Attacker(),
        teams=hostile_teams(REPOSITORIES),
        changes_per_week=20,
    )
    return report_content("monthly", parse_period("monthly", "2024-04"), lake, settings)


def test_there_are_a_hundred_different_texts() -> None:
    assert len(set(HOSTILE_TEXTS)) == len(HOSTILE_TEXTS) >= 100


def test_the_texts_come_to_life_where_nothing_is_done_about_them() -> None:
    """The browser and the canary can see what the next test says does not happen."""
    frames = "".join(f'<iframe srcdoc="{escape(text)}"></iframe>' for text in HOSTILE_TEXTS)
    canary = Canary({"/control.html": f"<!doctype html><title>fine</title>{frames}{HOSTILE_TEXTS[0]}"})
    assert "<title>owned</title>" in opened(canary, "/control.html")
    assert len({hit for hit in canary.alarms if "canary-" in hit}) >= 20


def test_hostile_texts_are_shown_and_inert_in_a_real_browser(attacked: ReportContent) -> None:
    canary = Canary({"/report.html": render(attacked, "html")})
    document = Document(opened(canary, "/report.html"))
    assert canary.alarms == []
    assert document.tags.isdisjoint(_ALIVE)
    assert not [name for name, _ in document.attributes if name.startswith("on") or name in {"src", "style", "ping"}]
    assert {href.partition(":")[0] for name, href in document.attributes if name == "href" and href[0] != "#"} == {
        "https",
        "data",
    }
    text = "\n".join(document.texts)
    assert "Monthly report: April 2024" in document.texts
    assert "owned" not in {part.strip() for part in document.texts}
    assert [hostile for hostile in HOSTILE_TEXTS if isolated(hostile) not in text] == []


def test_no_cell_of_the_csv_is_a_formula(attacked: ReportContent) -> None:
    rows = list(csv.reader(io.StringIO(render(attacked, "csv"))))
    assert {len(row) for row in rows} == {len(rows[0])}
    cells = {cell for row in rows for cell in row}
    assert any("HYPERLINK" in cell for cell in cells)
    begun = {cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "\uff1d"))}
    assert [cell for cell in begun if not re.fullmatch(r"-?[0-9.]+(e[-+]?[0-9]+)?", cell)] == []


def test_a_real_spreadsheet_computes_nothing(attacked: ReportContent, tmp_path: Path) -> None:
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        pytest.skip("no LibreOffice here")
    (tmp_path / "report.csv").write_text(render(attacked, "csv"), encoding="utf-8", newline="")
    command = [program, "--headless", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--convert-to"]
    subprocess.run(
        [*command, "fods", "--outdir", tmp_path, tmp_path / "report.csv"], check=True, timeout=_CONVERT_SECONDS
    )
    sheet = (tmp_path / "report.fods").read_text(encoding="utf-8")
    assert "HYPERLINK" in sheet
    assert "table:formula" not in sheet


@pytest.mark.parametrize("form", FORMATS)
def test_no_format_carries_signs_that_a_terminal_obeys(attacked: ReportContent, form: str) -> None:
    text = render(attacked, form)
    assert "owned" in text
    assert {sign for sign in text if unicodedata.category(sign) == "Cc"} == {"\n"}
