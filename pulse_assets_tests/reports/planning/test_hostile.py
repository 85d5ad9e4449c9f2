"""Hostile texts in every place of Jira that others write: summaries, statuses, types, boards, sprints, values."""

import csv
import io
import json
import re
import unicodedata

import pytest

from pulse_assets.reports import FORMATS, ReportContent, render
from pulse_assets.reports.inert import isolated
from pulse_assets_tests.reports.browser import Canary, opened
from pulse_assets_tests.reports.hostile import HOSTILE_TEXTS, Attacker
from pulse_assets_tests.reports.planning.conftest import monthly
from pulse_assets_tests.reports.planning.worlds import jira_alone
from pulse_assets_tests.reports.test_formats import Page, tables_of_markdown
from pulse_assets_tests.reports.test_hostile import _ALIVE, Document


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> ReportContent:
    names = [text for text in HOSTILE_TEXTS if text.isprintable() and "/" not in text and text == text.strip()]
    teams = "".join(
        f'[teams.{json.dumps(name, ensure_ascii=False)}]\nprojects = ["PAY", "OPS"]\n' for name in names[::6]
    )
    home = tmp_path_factory.mktemp("attacked")
    return monthly(jira_alone(home, seed=5, texts=Attacker(), teams=teams), "2024-04")


def test_hostile_texts_reach_the_report(attacked: ReportContent) -> None:
    planning = attacked.planning
    assert planning is not None
    places = {
        "statuses": {part.name for scope in planning.scopes for part in scope.statuses},
        "types": {part.name for scope in planning.scopes for part in scope.types},
        "boards": {scope.title for scope in planning.of("board")},
        "sprints": {sprint.name for sprint in planning.sprints},
        "teams": set(planning.teams),
        "projects": {each.name for each in planning.freshness},
        "quarantined": {each.value for each in planning.quarantined},
        "summaries": {item.title for each in planning.drilldowns for item in each.counted},
    }
    assert {place for place, texts in places.items() if not texts & set(HOSTILE_TEXTS)} == set()


def test_the_page_shows_them_as_text(attacked: ReportContent) -> None:
    planning = attacked.planning
    assert planning is not None
    page = render(attacked, "html")
    document, parsed = Document(page), Page(page)
    assert document.tags.isdisjoint(_ALIVE)
    assert not [name for name, _ in document.attributes if name.startswith("on") or name in {"src", "style", "ping"}]
    hrefs = {href for name, href in document.attributes if name == "href" and href[0] != "#"}
    assert {re.sub(r"[:/].*", "", href) for href in hrefs} == {"https", "data", ".."}
    assert {href for href in hrefs if href.startswith("..")} == {
        f"../sprint/{sprint.project}-sprint-{sprint.sprint_id}.html" for sprint in planning.sprints
    }
    text = "\n".join(document.texts)
    shown = [part.name for part in (*planning.whole.types, *planning.whole.statuses)]
    shown += [sprint.name for sprint in planning.sprints]
    assert [name for name in shown if isolated(name) not in text] == []
    assert parsed.nodes
    places = [attributes["id"] for _, attributes in parsed.nodes if "id" in attributes]
    assert len(places) == len(set(places))


def test_nothing_comes_to_life_in_a_real_browser(attacked: ReportContent) -> None:
    canary = Canary({"/report.html": render(attacked, "html")})
    document = Document(opened(canary, "/report.html"))
    assert canary.alarms == []
    assert "owned" not in {part.strip() for part in document.texts}


def test_markdown_keeps_them_within_their_cells(attacked: ReportContent) -> None:
    tables = tables_of_markdown(render(attacked, "md"))
    assert {len({len(row) for row in table}) for table in tables} == {1}
    assert attacked.planning is not None
    sprints = next(table for table in tables if table[0][0] == "Sprint")
    assert len(sprints) == 1 + len(attacked.planning.sprints)


def test_no_cell_of_the_csv_is_a_formula(attacked: ReportContent) -> None:
    rows = list(csv.reader(io.StringIO(render(attacked, "csv"))))
    assert {len(row) for row in rows} == {len(rows[0])}
    cells = {cell for row in rows for cell in row}
    begun = {cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "\uff1d"))}
    assert [cell for cell in begun if not re.fullmatch(r"-?[0-9.]+(e[-+]?[0-9]+)?", cell)] == []


@pytest.mark.parametrize("form", FORMATS)
def test_no_format_carries_signs_that_a_terminal_obeys(attacked: ReportContent, form: str) -> None:
    text = render(attacked, form)
    assert "owned" in text
    assert {sign for sign in text if unicodedata.category(sign) == "Cc"} == {"\n"}


def test_the_json_cannot_begin_html(attacked: ReportContent) -> None:
    text = render(attacked, "json")
    assert not set(text) & set("<>&")
    assert json.loads(text)["planning"]["sprints"]
