"""The SQL of flow and quality gives what plain loops give, whatever the history, and so do the explanations."""

import datetime as dt
import random
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pulse_assets.metrics.engine import build_metrics
from pulse_assets.metrics.explanation import explain_period
from pulse_assets.settings import Settings
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.lake import Lake
from pulse_assets.tables.metric_columns import value_columns
from pulse_assets.tables.teams import Teams
from pulse_assets_tests.metrics import planning_reference as reference
from pulse_assets_tests.metrics.planning_lives import STATUSES, Rows, lives, write_facts, write_project

# Europe/Berlin puts its clocks forward on 2024-03-31 at 01:00 UTC, New York on 2024-03-10 at 07:00.
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata")
BEGIN = dt.datetime(2024, 3, 4, 22, 0, tzinfo=dt.UTC)
# Few different moments, midnights among them, so that changes coincide and cross the ends of days and periods.
STEP = dt.timedelta(hours=11)
COLLECTED_AT = BEGIN + dt.timedelta(days=50, hours=13)
MONTHS = [dt.date(2024, month, 1) for month in (2, 3, 4, 5)]
TEAMS = Teams(projects={"both": ("OPS", "PAY"), "ops": ("OPS",)})


@st.composite
def issues(draw: st.DrawFn, project: str) -> list[reference.Issue]:
    found = []
    for number in range(1, draw(st.integers(0, 6)) + 1):
        moments = sorted(draw(st.lists(st.integers(0, 100), min_size=1, max_size=7)))
        statuses = draw(st.lists(st.sampled_from(sorted(STATUSES)), min_size=len(moments), max_size=len(moments)))
        issue_type = draw(st.sampled_from(["Story", "Story", "Bug", "Sub-task", "Epic"]))
        found.append(
            reference.Issue(
                key=f"{project}-{number}",
                issue_type=issue_type,
                is_escaped=draw(st.booleans()),
                story_points=draw(st.none() | st.sampled_from([0.0, 0.5, 1.0, 8.0])),
                life=[(status, BEGIN + moment * STEP) for status, moment in zip(statuses, moments, strict=True)],
                boards=draw(st.frozensets(st.sampled_from([7, 8]))),
            )
        )
    return found


def tables(found: list[reference.Issue], seed: int) -> Rows:
    """The clean tables, in any order."""
    lines = ["key  issue_type  created_at  labels  story_points  life"]
    boards, shown = ["board_id  name", "7  Seven", "8  Eight"], ["board_id  key"]
    for issue in found:
        (first, created_at), *later = issue.life
        life = ", ".join([first, *(f"{status} {at:%Y-%m-%d %H:%M}" for status, at in later)])
        points = "-" if issue.story_points is None else issue.story_points
        labels = "escaped" if issue.is_escaped else "-"
        lines.append(f"{issue.key}  {issue.issue_type}  {created_at:%Y-%m-%d %H:%M}  {labels}  {points}  {life}")
        shown += [f"{board}  {issue.key}" for board in issue.boards]
    made = lives(
        "\n".join(lines), f"{COLLECTED_AT:%Y-%m-%d %H:%M}", boards="\n".join(boards), board_issues="\n".join(shown)
    )
    for rows in made.values():
        random.Random(seed).shuffle(rows)
    return made


@given(issues("PAY"), issues("OPS"), st.sampled_from(ZONES), st.integers(0, 9))
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_figures_and_their_explanations_equal_those_of_plain_loops(
    pay: list[reference.Issue], ops: list[reference.Issue], zone: str, seed: int
) -> None:
    with TemporaryDirectory() as folder:
        lake = Lake(Path(folder) / "lake")
        chosen = Settings.load(home=Path(folder), timezone=zone, jira_waiting_statuses="In Review")
        projects = {"PAY": pay, "OPS": ops}
        for name, found in projects.items():
            write_project(lake, tables(found, seed), name)
        write_facts(lake, reference.LOOPS, chosen)
        spans = list(reference.periods(projects, TEAMS.projects, COLLECTED_AT, zone))
        for name, by_month in build_metrics(list(reference.LOOPS), lake, MONTHS, chosen, teams=TEAMS):
            loop, rest = reference.LOOPS[name], TABLES[name].key[5:]
            expected = {key: row for period in spans for key, row in loop(period).items()}
            found_rows: dict[tuple[Any, ...], dict[str, Any]] = {}
            for month, table in by_month.items():
                lake.write(TABLES[name], month.isoformat(), [table])
                for row in table.to_pylist():
                    found_rows[row["scope"], row["grain"], str(row["period_start"]), *(row[key] for key in rest)] = row
            assert found_rows.keys() == expected.keys(), name
            for key, row in expected.items():
                shown = {column: found_rows[key][column] for column in (*value_columns(TABLES[name]), "row_count")}
                assert shown == pytest.approx({column: row[column] for column in shown}, abs=1e-8), (name, key)
            chosen_periods: list[Any] = [("month", dt.date(2024, 3, 1)), ("week", dt.date(2024, 4, 22))]
            for period in chosen_periods:
                for explanation in explain_period(name, lake, chosen, period=period, teams=TEAMS):
                    wrong = [figure for figure in explanation.figures if not figure.agrees]
                    assert not wrong, (name, explanation.scope)
