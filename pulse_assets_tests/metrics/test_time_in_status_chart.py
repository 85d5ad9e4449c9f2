"""The spans of a real project against a field in which its Jira kept the same times: `[CHART] Time in Status`.

Jira writes that field when a step of the workflow leaves an issue resolved: visits and milliseconds of each status up
to this step, and a visit without time of the status that it leads to. Whoever moves issues in another way, by giving
the project another workflow or all issues of a status another status, leaves the field as it was. So the field ends
before the spans do, and every difference is a span after its end. The data show the rule; Jira nowhere tells it.
"""

import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pulse_assets.metrics.engine import build_fact
from pulse_assets.settings import Settings
from pulse_assets.sources.jira.client import Jira
from pulse_assets.store import Store
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.lake import Lake
from pulse_assets_tests.replay import Replay
from pulse_assets_tests.tables.landed_jira import build_lake, complete, land
from pulse_assets_tests.tables.test_planning_on_replay import collected
from pulse_assets_tests.text_tables import records

CHART = "customfield_10023"
#: The only one that a step took further after it was resolved: somebody closed it by hand two days later.
CLOSED_LATER = {"EE-23": datetime(2020, 6, 17, 3, 8, 17, 806000, tzinfo=UTC)}
#: When an administrator moved issues all at once, and how many: the day after the workflow was replaced, all that were
#: in a status of the former one; later all of them, with another workflow (as their histories say).
MIGRATIONS = {("2020-11-10", "Resolved", "Closed"): 22, ("2021-03-28", "Closed", "已完成"): 30}
#: Jira notes the time of resolution a little before it writes the history of the step.
LATEST_MS = 119
Visits = dict[str, tuple[int, int]]


@pytest.fixture(scope="module")
def spans(replay_server: Replay, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, Any]]]:
    """The spans by issue, in their order."""
    replay_server.reset()
    home = tmp_path_factory.mktemp("chart")
    settings = Settings.load(
        home=home, jira_url=f"{replay_server.url}/jira", jira_email="a@example.invalid", jira_token="t"
    )
    with Store.open(settings.store_url) as store:
        with Jira(settings, cache=store.http_cache, ledger=store.rate_limits) as jira:
            land(store, *collected(jira, "EE"), project="EE")
        complete(store, project="EE", issues=30)
        lake = build_lake(Lake(home / "lake"), store, settings, project="EE")
    lake.write(TABLES["issue_status_spans"], "EE", build_fact("issue_status_spans", lake, "EE", settings))
    by_key: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in sorted(records(lake.read(TABLES["issue_status_spans"], "EE")), key=lambda row: row["ordinal"]):
        by_key[row["key"]].append(row)
    return dict(by_key)


@pytest.fixture(scope="module")
def issues(replay_dir: Path) -> dict[str, dict[str, Any]]:
    """The fields of the recorded issues."""
    text = (replay_dir / "data" / "jira" / "issues.json").read_text(encoding="utf-8")
    return {issue["key"]: issue["fields"] for issue in json.loads(text)}


def chart(fields: dict[str, Any]) -> Visits:
    """Visits and milliseconds by status: `1_*:*_3_*:*_276800956_*|*_6_*:*_1_*:*_0`."""
    parts = (part.split("_*:*_") for part in fields[CHART].split("_*|*_"))
    return {status: (int(visits), int(ms)) for status, visits, ms in parts}


def summed(spans: Iterable[dict[str, Any]], *, until: datetime) -> Visits:
    """The same of the spans that had begun; the one that began last has no time yet."""
    found: Visits = {}
    for span in spans:
        if span["entered_at"] <= until:
            visits, ms = found.get(span["status_id"], (0, 0))
            has_ended = span["left_at"] is not None and span["left_at"] <= until
            found[span["status_id"]] = visits + 1, ms + (_ms(span["left_at"] - span["entered_at"]) if has_ended else 0)
    return found


def _ms(length: Any) -> int:
    return round(length.total_seconds() * 1000)


def resolved_by(spans: list[dict[str, Any]], fields: dict[str, Any]) -> datetime:
    """When the step was written that resolved the issue."""
    resolved = datetime.strptime(fields["resolutiondate"], "%Y-%m-%dT%H:%M:%S.%f%z")
    return next(span["entered_at"] for span in spans if 0 <= _ms(span["entered_at"] - resolved) <= LATEST_MS)


def test_every_issue_has_the_field_and_a_step_that_resolved_it(
    issues: dict[str, dict[str, Any]], spans: dict[str, list[dict[str, Any]]]
) -> None:
    assert len(issues) == 30
    assert issues.keys() == spans.keys()
    assert [key for key, fields in issues.items() if not fields[CHART]] == []
    assert all(resolved_by(spans[key], issues[key]) for key in issues)


def test_spans_agree_with_jira_to_the_millisecond_but_for_the_issue_that_was_closed_later(
    issues: dict[str, dict[str, Any]], spans: dict[str, list[dict[str, Any]]]
) -> None:
    differing = {
        key
        for key, fields in issues.items()
        if summed(spans[key], until=resolved_by(spans[key], fields)) != chart(fields)
    }
    assert differing == set(CLOSED_LATER)


def test_the_issue_that_was_closed_later_agrees_up_to_that_step(
    issues: dict[str, dict[str, Any]], spans: dict[str, list[dict[str, Any]]]
) -> None:
    for key, at in CLOSED_LATER.items():
        assert summed(spans[key], until=at) == chart(issues[key])
        assert summed(spans[key], until=at)["5"] == (2, 163_877_815)


def test_all_that_the_field_does_not_have_are_migrations(
    issues: dict[str, dict[str, Any]], spans: dict[str, list[dict[str, Any]]]
) -> None:
    later: dict[tuple[str, str, str], int] = defaultdict(int)
    for key, fields in issues.items():
        until = CLOSED_LATER.get(key, resolved_by(spans[key], fields))
        for before, span in zip(spans[key], spans[key][1:], strict=False):
            if span["entered_at"] > until:
                later[span["entered_at"].date().isoformat(), before["status"], span["status"]] += 1
    assert later == MIGRATIONS
    assert {row["flags"] for rows in spans.values() for row in rows} == {None}
