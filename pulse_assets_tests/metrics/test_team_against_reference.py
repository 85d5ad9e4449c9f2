"""The SQL of the team metrics gives what plain loops give, whatever the history."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pulse_assets.metrics.explanation import explain_period
from pulse_assets.settings import Settings
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.lake import Lake
from pulse_assets.tables.teams import Teams
from pulse_assets_tests.metrics import team_reference as reference
from pulse_assets_tests.metrics.built import figures
from pulse_assets_tests.metrics.reference_metrics import Facts, periods
from pulse_assets_tests.text_tables import CLEAN, completed

BEGIN = dt.datetime(2024, 4, 27, 20, tzinfo=dt.UTC)
MONTHS = ("2024-04-01", "2024-05-01", "2024-06-01")
ZONES = ("UTC", "America/New_York", "Asia/Kolkata")
MOMENTS = st.integers(0, 60).map(lambda step: BEGIN + step * dt.timedelta(hours=13))
PEOPLE = st.sampled_from(["ada", "ben", "cy", "Dan", None, "dependabot[bot]"])
TEAMS = Teams({"both": ("acme/api", "acme/web"), "web": ("acme/web",)}, {"both": ("ADA", "dan"), "web": ("cy",)})
TEAM_OF = {"ada": "both", "Dan": "both", "cy": "web"}
COLLECTED_AT = BEGIN + dt.timedelta(days=40)
LOOPS = {
    "team_review_time": reference.review_time,
    "team_review_load": reference.review_load,
    "team_contribution": reference.contribution,
}


def is_bot(login: str | None) -> bool:
    return (login or "").endswith("[bot]")


@st.composite
def repositories(draw: st.DrawFn, name: str) -> reference.Repository:
    pulls = []
    for number in range(1, draw(st.integers(0, 6)) + 1):
        author = draw(PEOPLE)
        times = {
            "created_at": draw(MOMENTS),
            "first_review_at": draw(st.none() | MOMENTS),
            "merged_at": draw(st.none() | MOMENTS),
        }
        pulls.append({"number": number, "author": author, "is_bot": is_bot(author), **times})
    numbers = [pull["number"] for pull in pulls]
    reviews, commits = [], []
    if numbers:
        for review_id in range(1, draw(st.integers(0, 8)) + 1):
            review = {"number": draw(st.sampled_from(numbers)), "review_id": review_id, "submitted_at": draw(MOMENTS)}
            reviewer = draw(PEOPLE)
            reviews.append(review | {"reviewer": reviewer, "is_bot": is_bot(reviewer)})
        written = {sha: (draw(st.none() | MOMENTS), draw(PEOPLE)) for sha in ("s1", "s2", "s3")}
        held = st.tuples(st.sampled_from(numbers), st.sampled_from(sorted(written)))
        for number, sha in draw(st.lists(held, unique=True, max_size=6)):
            authored_at, author = written[sha]
            commits.append({"number": number, "sha": sha, "authored_at": authored_at, "author": author})
    return reference.Repository(name, pulls, commits, reviews)


def fill(lake: Lake, world: Sequence[reference.Repository]) -> None:
    for repository in world:
        rows: dict[str, list[dict[str, Any]]] = {
            "repositories": [{"default_branch": "main", "collected_at": COLLECTED_AT}],
            "pull_requests": repository.pull_requests,
            "pull_request_commits": repository.pull_request_commits,
            "pull_request_reviews": repository.pull_request_reviews,
        }
        for name in CLEAN:
            lake.write(TABLES[name], repository.name, [completed(name, rows.get(name, []), repository.name)])


def key_of(name: str, row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row[column] for column in TABLES[name].key)


def of_loops(name: str, world: dict[str, reference.Repository], zone: str) -> dict[tuple[Any, ...], dict[str, Any]]:
    facts = [
        Facts(each.name, COLLECTED_AT, [pull["merged_at"] for pull in each.pull_requests if pull["merged_at"]])
        for each in world.values()
    ]
    rows = []
    for period in periods(facts, TEAMS.repositories, zone):
        head = {"definition": "pulse", **period.key}
        members = [world[member.name] for member in period.members]
        if name == "team_collaboration":
            for (author, reviewer), row in reference.collaboration(members, period.holds, TEAM_OF).items():
                rows.append({**head, "author_team": author, "reviewer_team": reviewer, **row})
        else:
            rows.append({**head, **LOOPS[name](members, period.holds)})
    return {key_of(name, row): row for row in rows}


@given(repositories("acme/api"), repositories("acme/web"), st.sampled_from(ZONES))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_team_metrics_equal_those_of_plain_loops(
    api: reference.Repository, web: reference.Repository, zone: str
) -> None:
    world = {repository.name: repository for repository in (api, web)}
    with TemporaryDirectory() as folder:
        lake, chosen = Lake(Path(folder) / "lake"), Settings.load(home=Path(folder), timezone=zone)
        fill(lake, [api, web])
        for name in (*LOOPS, "team_collaboration"):
            found = {key_of(name, row): row for row in figures(lake, name, chosen, MONTHS, TEAMS)}
            expected = of_loops(name, world, zone)
            assert found.keys() == expected.keys()
            for key, row in expected.items():
                shown = {column: found[key][column] for column in row}
                assert shown == pytest.approx(row, abs=1e-9), key


@given(repositories("acme/api"), repositories("acme/web"), st.sampled_from(ZONES))
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_team_figure_comes_out_of_the_rows_of_its_explanation(
    api: reference.Repository, web: reference.Repository, zone: str
) -> None:
    with TemporaryDirectory() as folder:
        lake, chosen = Lake(Path(folder) / "lake"), Settings.load(home=Path(folder), timezone=zone)
        fill(lake, [api, web])
        for name in (name for name, table in TABLES.items() if table.group == "team"):
            rows = figures(lake, name, chosen, MONTHS, TEAMS)
            for month in MONTHS:
                of_month = [row for row in rows if f"{row['period_start']:%Y-%m}-01" == month]
                lake.write(TABLES[name], month, [completed(name, of_month)] if of_month else [])
            for month in MONTHS:
                period: Any = ("month", dt.date.fromisoformat(month))
                for explanation in explain_period(name, lake, chosen, period=period, teams=TEAMS):
                    assert explanation.agrees, explanation.figures
