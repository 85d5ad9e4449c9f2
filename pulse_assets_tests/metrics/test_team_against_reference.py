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
from pulse_assets_tests.metrics.built import Rows, figures
from pulse_assets_tests.text_tables import CLEAN, completed

BEGIN = dt.datetime(2024, 4, 27, 20, tzinfo=dt.UTC)
MONTHS = ("2024-04-01", "2024-05-01", "2024-06-01")
ZONES = ("UTC", "America/New_York", "Asia/Kolkata")
MOMENTS = st.integers(0, 60).map(lambda step: BEGIN + step * dt.timedelta(hours=13))
PEOPLE = st.sampled_from(["ada", "ben", "cy", "Dan", None, "dependabot[bot]"])
TEAMS = Teams({"both": ("acme/api", "acme/web"), "web": ("acme/web",)}, {"both": ("ADA", "dan"), "web": ("cy",)})
TEAM_OF = {"ada": "both", "Dan": "both", "cy": "web"}
SCOPES = {
    ("repository", "acme/api"): ("acme/api",),
    ("repository", "acme/web"): ("acme/web",),
    ("team", "both"): ("acme/api", "acme/web"),
    ("team", "web"): ("acme/web",),
    ("all", "all"): ("acme/api", "acme/web"),
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
            "repositories": [{"default_branch": "main", "collected_at": BEGIN + dt.timedelta(days=40)}],
            "pull_requests": repository.pull_requests,
            "pull_request_commits": repository.pull_request_commits,
            "pull_request_reviews": repository.pull_request_reviews,
        }
        for name in CLEAN:
            lake.write(TABLES[name], repository.name, [completed(name, rows.get(name, []), repository.name)])


def values(row: dict[str, Any], expected: dict[str, Any]) -> dict[str, Any]:
    assert set(expected) <= set(row)
    return {name: row[name] for name in expected}


def approximately(expected: dict[str, Any]) -> dict[str, Any]:
    return {name: pytest.approx(each, abs=1e-9) if isinstance(each, float) else each for name, each in expected.items()}


@given(repositories("acme/api"), repositories("acme/web"), st.sampled_from(ZONES))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_team_metrics_equal_those_of_plain_loops(
    api: reference.Repository, web: reference.Repository, zone: str
) -> None:
    world = {repository.name: repository for repository in (api, web)}
    with TemporaryDirectory() as folder:
        lake, chosen = Lake(Path(folder) / "lake"), Settings.load(home=Path(folder), timezone=zone)
        fill(lake, [api, web])
        built: dict[str, Rows] = {
            name: figures(lake, name, chosen, MONTHS, TEAMS) for name, table in TABLES.items() if table.group == "team"
        }
    pairs = {
        (
            row["grain"],
            row["period_start"],
            row["scope_kind"],
            row["scope"],
            row["author_team"],
            row["reviewer_team"],
        ): row
        for row in built["team_collaboration"]
    }
    for name, loops in (
        ("team_review_time", reference.review_time),
        ("team_review_load", reference.review_load),
        ("team_contribution", reference.contribution),
    ):
        for row in built[name]:
            members = [world[member] for member in SCOPES[row["scope_kind"], row["scope"]]]
            expected = loops(members, reference.period_holds(row["grain"], row["period_start"], zone))
            assert values(row, expected) == approximately(expected)
    for row in built["team_review_time"]:
        head = (row["grain"], row["period_start"], row["scope_kind"], row["scope"])
        members = [world[member] for member in SCOPES[head[2:]]]
        expected = reference.collaboration(members, reference.period_holds(*head[:2], zone), TEAM_OF)
        assert {key[4:] for key in pairs if key[:4] == head} == set(expected)
        assert all(values(pairs[*head, *pair], each) == each for pair, each in expected.items())


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
