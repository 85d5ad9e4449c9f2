"""The SQL of the facts gives what plain loops give, whatever the history, for one repository and several at once."""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from pulse_assets.metrics.engine import build_fact, build_fact_partitions
from pulse_assets.settings import Settings
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.frames import frame_problems
from pulse_assets.tables.lake import Lake
from pulse_assets_tests.collected import FACTS
from pulse_assets_tests.metrics.reference import Repository, change_lead_times
from pulse_assets_tests.metrics.reference_devlake import devlake_changes
from pulse_assets_tests.metrics.reference_fourkeys import fourkeys_changes
from pulse_assets_tests.metrics.reference_incidents import incidents
from pulse_assets_tests.metrics.reference_outcomes import deployment_outcomes
from pulse_assets_tests.text_tables import CLEAN, completed, records

#: In the order in which they are built.
LOOPS = {
    "change_lead_times": change_lead_times,
    "jira_incidents": lambda _: [],  # there are no projects
    "incidents": incidents,
    "deployment_outcomes": deployment_outcomes,
    "devlake_changes": devlake_changes,
    "fourkeys_changes": fourkeys_changes,
}
BEGIN = dt.datetime(2024, 2, 27, 20, tzinfo=dt.UTC)
# Few different moments, so that events coincide and cross each other; some half a minute apart.
MOMENTS = st.integers(0, 14).map(lambda step: BEGIN + step * dt.timedelta(hours=13)) | st.integers(0, 4).map(
    lambda step: BEGIN + 6 * dt.timedelta(hours=13) + step * dt.timedelta(seconds=30)
)
# Abbreviations of them fit one, two, or are another commit's whole hash.
MAINLINE = ("aaaaaaa0", "aaaaaaa1", "bbbbbbb2", "ccccccc", "ccccccc4")
SIDE = ("ddddddd5", "ddddddd6")
SHAS = st.sampled_from([*MAINLINE, *MAINLINE, *SIDE, "branch", None])
CAUSES = st.sampled_from([None, None, *MAINLINE, *SIDE, "aaaaaaa", "bbbbbbb", "ddddddd", "eeeeeee", "bbbb"])
SERVICES = st.sampled_from([None, None, "api", "web"])
NUMBERS = range(1, 6)
# Seldom small: what can be wrong lies between rows.
SIZES = st.sampled_from([5, 5, 5, 4, 2, 0])
ISSUES = range(11, 15)
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]


@st.composite
def pull_requests(draw: st.DrawFn, number: int) -> dict[str, Any]:
    merged_at = draw(st.one_of(st.none(), MOMENTS, MOMENTS, MOMENTS))
    remedy = draw(st.sampled_from([None, None, "revert", "hotfix"]))
    closed = sorted(draw(st.sets(st.sampled_from([*ISSUES, 1, 99]), max_size=3)))
    return {
        "number": number,
        "title": f"Change {number}",
        "author": draw(st.sampled_from(["ada", "bob", None])),
        "base_branch": draw(st.sampled_from(["main", "main", "main", "develop"])),
        "created_at": draw(MOMENTS),
        "first_commit_at": draw(st.none() | MOMENTS | MOMENTS),
        "first_review_at": draw(st.none() | MOMENTS),
        "merged_at": merged_at,
        "merge_commit_sha": draw(SHAS) if merged_at else None,
        "remedy": remedy,
        "reverts_number": draw(st.sampled_from([None, *NUMBERS, 99])) if remedy == "revert" else None,
        "closes_issues": ",".join(map(str, closed)) or None,
        "service": draw(SERVICES),
    }


@st.composite
def deployments(draw: st.DrawFn, number: int) -> dict[str, Any]:
    status = draw(st.sampled_from(["success", "success", "success", "success", "failure", "pending"]))
    return {
        "deployment_id": number,
        "environment": draw(st.sampled_from(["production", "production-api"])),
        "service": draw(SERVICES),
        "is_production": draw(st.sampled_from([True, True, True, False])),
        "status": status,
        "sha": draw(SHAS),
        "created_at": draw(MOMENTS),
        "finished_at": None if status == "pending" else draw(MOMENTS),
    }


@st.composite
def incident_reports(draw: st.DrawFn, number: int) -> dict[str, Any]:
    return {
        "number": number,
        "title": f"Down {number}",
        "service": draw(st.sampled_from([None, None, "api", "web", "gone"])),
        "root_cause_sha": draw(CAUSES),
        "root_cause_number": draw(st.sampled_from([None, None, *NUMBERS, 99])),
        "opened_at": draw(MOMENTS),
        "resolved_at": draw(st.none() | MOMENTS | MOMENTS),
    }


@st.composite
def reviews(draw: st.DrawFn, review_id: int) -> dict[str, Any]:
    return {
        "review_id": review_id,
        "number": draw(st.sampled_from(NUMBERS)),
        "reviewer": draw(st.sampled_from(["ada", "bob", "robot[bot]", None])),
        "submitted_at": draw(MOMENTS),
    }


@st.composite
def histories(draw: st.DrawFn, name: str) -> Repository:
    length = draw(st.sampled_from([5, 5, 5, 4, 3, 0]))
    placed: list[tuple[str, int | None]] = [(sha, place) for place, sha in enumerate(MAINLINE[:length])]
    placed += [(sha, None) for sha in SIDE]
    pulls = [draw(pull_requests(number)) for number in NUMBERS[: draw(SIZES)]]
    numbers = {pull["number"] for pull in pulls}
    own = draw(st.lists(st.tuples(st.sampled_from(NUMBERS), SHAS.filter(bool)), unique=True, max_size=6))
    return Repository(
        name,
        "main",
        BEGIN + draw(st.integers(0, 60)) * dt.timedelta(days=1),
        pulls,
        [
            {"sha": sha, "mainline_position": place, "committed_at": draw(st.none() | MOMENTS | MOMENTS)}
            for sha, place in placed
        ],
        [{"number": number, "sha": sha} for number, sha in own if number in numbers],
        [draw(reviews(number)) for number in range(1, draw(SIZES) + 1)],
        [
            draw(deployments(number))
            for number in draw(st.lists(st.integers(1, 200), unique=True, min_size=draw(SIZES), max_size=8))
        ],
        [draw(incident_reports(number)) for number in ISSUES[: draw(SIZES)]],
    )


def write_clean(lake: Lake, repository: Repository, *, is_reversed: bool = False) -> None:
    head = {"default_branch": repository.default_branch, "collected_at": repository.collected_at}
    tables: Mapping[str, list[dict[str, Any]]] = {"repositories": [head], **vars(repository)}
    for name in CLEAN:
        rows = tables.get(name, [])
        rows = rows[::-1] if is_reversed else rows
        lake.write(TABLES[name], repository.name, [completed(name, rows, repository.name)])


def check(world: list[Repository]) -> None:
    with TemporaryDirectory() as folder:
        lake, chosen = Lake(folder), Settings.load(home=Path(folder))
        for repository in world:
            write_clean(lake, repository)
        names = [repository.name for repository in world]
        for fact, loops in LOOPS.items():
            for name, batches in build_fact_partitions(fact, lake, names, chosen):
                lake.write(TABLES[fact], name, batches)
            for repository in world:
                together = lake.read(TABLES[fact], repository.name)
                assert frame_problems(TABLES[fact], together) == []
                assert records(together) == loops(repository), fact
                alone = [row for batch in build_fact(fact, lake, repository.name, chosen) for row in records(batch)]
                assert alone == records(together)


@given(histories("acme/api"), histories("acme/web"))
@hypothesis_settings(max_examples=15, deadline=None, suppress_health_check=SLOW)
def test_facts_equal_those_of_plain_loops(api: Repository, web: Repository) -> None:
    check([api, web])


@given(histories("acme/api"))
@hypothesis_settings(max_examples=4, deadline=None, suppress_health_check=SLOW)
def test_order_of_rows_changes_no_fact(api: Repository) -> None:
    with TemporaryDirectory() as one, TemporaryDirectory() as other:
        files: list[dict[str, bytes]] = []
        for folder, is_reversed in ((one, False), (other, True)):
            lake, chosen = Lake(folder), Settings.load(home=Path(folder))
            write_clean(lake, api, is_reversed=is_reversed)
            for fact in FACTS:
                lake.write(TABLES[fact], api.name, build_fact(fact, lake, api.name, chosen))
            files.append({fact: lake.file(TABLES[fact], api.name).read_bytes() for fact in FACTS})
        assert files[0] == files[1]


@pytest.mark.full
@given(histories("acme/api"), histories("acme/web"), histories("acme/zoo"))
@hypothesis_settings(max_examples=1000, deadline=None, suppress_health_check=SLOW)
def test_many_facts_equal_those_of_plain_loops(api: Repository, web: Repository, zoo: Repository) -> None:
    check([zoo, api, web])
