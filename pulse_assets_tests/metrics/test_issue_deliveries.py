"""When all of an issue was in production; against plain loops, whatever the pull requests."""

import datetime as dt
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from pulse_assets.metrics.engine import build_fact
from pulse_assets.metrics.families import WHOLE
from pulse_assets.settings import Settings
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.lake import Lake
from pulse_assets_tests.metrics.across import built, filled, write_whole
from pulse_assets_tests.text_tables import completed, instant, records

FLOW = """
    key    started_at        done_at
    PAY-1  2024-05-01 10:00  2024-05-03 10:00
    PAY-2  -                 2024-05-03 10:00
"""
ISSUES = """
    key
    PAY-1
    PAY-2
"""
GIVEN = ("issue_status_spans", "issue_flow", "change_lead_times", "issue_links")
ROW = ("pull_request_count", "merged_count", "deployed_at", "start_to_production_hours", "is_counted", "reason")


@pytest.fixture
def delivery(tmp_path: Path, settings: Settings) -> Any:
    """Builds the fact from pull requests that name PAY-1, and gives the row of that issue.

    Each pull request is (state, merged, reason of its lead time, deployed_at).
    """

    def build(*pulls: tuple[str, str, str, str], number: int = 1, flow: str = FLOW) -> tuple[Any, ...]:
        lake = Lake(tmp_path)
        requests = ["number  state  merged_at"]
        changes = ["number  merged_at  reason  deployed_at"]
        links = ["number  key  project  is_counted"]
        for place, (state, merged_at, reason, deployed_at) in enumerate(pulls, number):
            requests.append(f"{place}  {state}  {merged_at}")
            links.append(f"{place}  PAY-1  PAY  yes")
            if merged_at != "-":
                changes.append(f"{place}  {merged_at}  {reason}  {deployed_at}")
        texts = {"pull_requests": "\n".join(requests), "change_lead_times": "\n".join(changes)}
        filled(lake, {"acme/api": texts}, {"PAY": {"issues": ISSUES, "issue_flow": flow}})
        write_whole(lake, "issue_links", "\n".join(links))
        rows = built("issue_deliveries", lake, settings, given=GIVEN)
        assert [row["key"] for row in rows] == ["PAY-1"]
        return tuple(rows[0][name] for name in ROW)

    return build


MERGED = ("closed", "2024-05-02 10:00", "-", "2024-05-02 12:00")
LATER = ("closed", "2024-05-04 10:00", "-", "2024-05-04 22:30")
UNDEPLOYED = ("closed", "2024-05-04 10:00", "not_deployed", "-")
ELSEWHERE = ("closed", "2024-05-04 10:00", "other_base_branch", "-")
OPEN = ("open", "-", "-", "-")
CLOSED = ("closed", "-", "-", "-")


def test_the_clock_runs_from_the_first_start_to_the_last_deployment(delivery: Any) -> None:
    assert delivery(MERGED) == (1, 1, instant("2024-05-02 12:00"), 26.0, True, None)
    assert delivery(LATER, MERGED) == (2, 2, instant("2024-05-04 22:30"), 84.5, True, None)


def test_it_runs_for_an_issue_that_is_not_done_too(delivery: Any) -> None:
    assert delivery(MERGED, flow="key  started_at\nPAY-1  2024-05-01 10:00")[3:] == (26.0, True, None)


@pytest.mark.parametrize(
    ("pulls", "counts", "reason"),
    [
        ([], (0, 0), "no_pull_request"),
        ([OPEN], (1, 0), "not_merged"),
        ([CLOSED], (1, 0), "not_merged"),
        ([MERGED, OPEN], (2, 1), "not_merged"),
        ([MERGED, UNDEPLOYED], (2, 2), "not_deployed"),
        ([ELSEWHERE], (1, 1), "not_deployed"),
    ],
)
def test_what_is_not_in_production_as_a_whole_is_not_counted(
    delivery: Any, pulls: list[Any], counts: tuple[int, int], reason: str
) -> None:
    assert delivery(*pulls) == (*counts, None, None, False, reason)


@pytest.mark.parametrize("other", [CLOSED, ELSEWHERE])
def test_what_never_comes_by_itself_is_not_waited_for(delivery: Any, other: Any) -> None:
    assert delivery(MERGED, other)[2:] == (instant("2024-05-02 12:00"), 26.0, True, None)


def test_a_change_without_a_lead_time_was_deployed_nevertheless(delivery: Any) -> None:
    assert delivery(("closed", "2024-05-02 10:00", "first_commit_unknown", "2024-05-02 12:00"))[3:] == (
        26.0,
        True,
        None,
    )


def test_what_was_in_production_before_the_start_is_not_counted(delivery: Any) -> None:
    early = ("closed", "2024-05-01 08:00", "-", "2024-05-01 09:59:59.999")
    assert delivery(early) == (1, 1, instant("2024-05-01 09:59:59.999"), None, False, "deployed_before_start")
    assert delivery(("closed", "2024-05-01 08:00", "-", "2024-05-01 10:00"))[3:] == (0.0, True, None)


def test_without_github_no_issue_has_a_pull_request(tmp_path: Path, settings: Settings) -> None:
    lake = Lake(tmp_path)
    filled(lake, {}, {"PAY": {"issues": ISSUES, "issue_flow": FLOW}})
    (row,) = built("issue_deliveries", lake, settings, given=GIVEN[:3])
    assert (row["is_counted"], row["reason"]) == (False, "no_pull_request")


BEGIN = dt.datetime(2024, 2, 27, 20, tzinfo=dt.UTC)
MOMENTS = st.integers(0, 8).map(lambda step: BEGIN + step * dt.timedelta(hours=13))
KEYS = ("PAY-1", "PAY-2", "PAY-3")
REASONS = st.sampled_from([None, None, None, "other_base_branch", "not_deployed", "first_commit_unknown"])


@st.composite
def worlds(draw: st.DrawFn) -> dict[str, list[dict[str, Any]]]:
    numbers = range(1, draw(st.integers(0, 6)) + 1)
    pulls, changes, links = [], [], []
    for number in numbers:
        merged_at = draw(st.none() | MOMENTS | MOMENTS | MOMENTS)
        state = "closed" if merged_at else draw(st.sampled_from(["open", "closed"]))
        pulls.append({"number": number, "state": state, "merged_at": merged_at})
        if merged_at:
            reason = draw(REASONS)
            deployed_at = None if reason in {"other_base_branch", "not_deployed"} else draw(MOMENTS)
            changes.append({"number": number, "merged_at": merged_at, "reason": reason, "deployed_at": deployed_at})
        for key in draw(st.sets(st.sampled_from(KEYS), max_size=2)):
            is_counted = draw(st.sampled_from([True, True, True, False]))
            links.append(
                {"number": number, "key": key, "is_counted": is_counted, "project": "PAY" if is_counted else None}
            )
    flow = [
        {"key": key, "started_at": draw(st.none() | MOMENTS | MOMENTS), "done_at": draw(st.none() | MOMENTS)}
        for key in KEYS
    ]
    return {"pull_requests": pulls, "change_lead_times": changes, "issue_links": links, "issue_flow": flow}


def by_loops(world: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    pulls = {pull["number"]: pull for pull in world["pull_requests"]}
    changes = {change["number"]: change for change in world["change_lead_times"]}
    rows = []
    for issue in world["issue_flow"]:
        if issue["started_at"] is None:
            continue
        own = [
            pulls[link["number"]] for link in world["issue_links"] if link["key"] == issue["key"] and link["is_counted"]
        ]
        merged = [pull for pull in own if pull["merged_at"]]
        awaited = [
            changes[pull["number"]] for pull in merged if changes[pull["number"]]["reason"] != "other_base_branch"
        ]
        deployed = [change["deployed_at"] for change in awaited]
        has_open = any(pull["state"] == "open" for pull in own)
        is_whole = bool(awaited) and None not in deployed and not has_open
        deployed_at = max(deployed) if is_whole else None
        reason = None
        if not own:
            reason = "no_pull_request"
        elif not merged or has_open:
            reason = "not_merged"
        elif deployed_at is None:
            reason = "not_deployed"
        elif deployed_at < issue["started_at"]:
            reason = "deployed_before_start"
        hours = (deployed_at - issue["started_at"]) / dt.timedelta(hours=1) if deployed_at and reason is None else None
        rows.append(
            {
                "project": "PAY",
                "key": issue["key"],
                "started_at": issue["started_at"],
                "done_at": issue["done_at"],
                "pull_request_count": len(own),
                "merged_count": len(merged),
                "deployed_at": deployed_at,
                "start_to_production_hours": hours,
                "is_counted": reason is None,
                "reason": reason,
            }
        )
    return rows


@given(worlds())
@hypothesis_settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_deliveries_equal_those_of_plain_loops(world: dict[str, list[dict[str, Any]]]) -> None:
    with TemporaryDirectory() as folder:
        lake, settings = Lake(folder), Settings.load(home=Path(folder))
        for name, rows in world.items():
            partition = {"delivery": "acme/api", "planning": "PAY", "organization": WHOLE}[TABLES[name].family]
            lake.write(
                TABLES[name], partition, [completed(name, rows[::-1], "PAY" if partition == "PAY" else "acme/api")]
            )
        found = [row for batch in build_fact("issue_deliveries", lake, WHOLE, settings) for row in records(batch)]
        assert found == by_loops(world)
