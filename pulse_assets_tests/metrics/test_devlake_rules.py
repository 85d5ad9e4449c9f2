"""The definition `devlake` gives what DevLake's own rules give, and every difference to `pulse` has a cause."""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from pulse_assets.metrics.engine import build_fact_partitions, build_metrics, inputs_of
from pulse_assets.sandbox.generator import generate
from pulse_assets.settings import Settings
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.lake import Lake
from pulse_assets_tests.collected import collected
from pulse_assets_tests.metrics import devlake_loops as devlake
from pulse_assets_tests.text_tables import fill, records

Row = dict[str, Any]
REPOSITORY = "acme/api"
# 1 rolls out m1 and m2, 2 rolls out m3 and m4, 3 rolls back to m3, 4 goes on to m5 though it was asked for before 2,
# and 5 deploys what is on no branch.
COMMITS = """
    sha   mainline_position
    m1    1
    m2    2
    m3    3
    m4    4
    m5    5
    m6    6
    side  -
"""
DEPLOYMENTS = """
    deployment_id  is_production  status   sha   created_at        finished_at
    1              yes            success  m2    2024-05-03 09:00  2024-05-03 10:00
    2              yes            success  m4    2024-05-06 09:00  2024-05-06 10:00
    3              yes            success  m3    2024-05-07 09:00  2024-05-07 10:00
    4              yes            success  m5    2024-05-04 09:00  2024-05-08 10:00
    5              yes            success  side  2024-05-09 09:00  2024-05-09 10:00
    6              yes            failure  m6    2024-05-10 09:00  2024-05-10 10:00
    7              no             success  m6    2024-05-10 09:00  2024-05-10 10:00
"""
PULLS = """
    number  author  base_branch  created_at        merged_at         merge_commit_sha  first_commit_at
    1       ada     main         2024-05-01 10:00  2024-05-02 10:00  m1                2024-05-01 09:00:00
    2       ada     main         2024-05-02 10:00  2024-05-03 08:00  m2                2024-05-02 09:00:00
    3       ada     main         2024-05-03 12:00  2024-05-06 08:00  m3                2024-05-03 11:00:30
    4       ada     main         2024-05-05 12:00  2024-05-06 08:30  m4                2024-05-05 11:00:00
    5       ada     main         2024-05-07 12:00  2024-05-08 08:00  m5                2024-05-07 13:00:00
    6       ada     main         2024-05-08 12:00  2024-05-10 08:00  m6                2024-05-08 11:00:00
    7       ada     develop      2024-05-05 12:00  2024-05-06 08:30  m4                2024-05-05 11:00:00
"""
OWN_COMMITS = """
    number  sha  authored_at
    1       c1   2024-05-01 09:00:00
    2       c2   2024-05-02 09:00:00
    3       c3   2024-05-03 11:00:30
    4       c4   2024-05-05 11:00:00
    5       c5   2024-05-07 13:00:00
    6       c6   2024-05-08 11:00:00
    7       c7   2024-05-05 11:00:00
"""
REVIEWS = """
    number  review_id  reviewer  is_bot  submitted_at
    3       1          ada       no      2024-05-03 12:05
    3       2          helper    yes     2024-05-03 12:10
    3       3          ben       no      2024-05-04 12:00
    5       4          ben       no      2024-05-07 11:30
"""


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """One repository with every table that the lead time rests on."""
    lake = Lake(tmp_path / "lake")
    texts = {
        "commits": COMMITS,
        "deployments": DEPLOYMENTS,
        "pull_requests": PULLS,
        "pull_request_commits": OWN_COMMITS,
        "pull_request_reviews": REVIEWS,
    }
    fill(lake, texts | {"repositories": "default_branch  collected_at\nmain            2024-12-31 23:00"})
    settings = Settings.load(home=tmp_path)
    for fact in [
        name for name, table in TABLES.items() if table.layer == "facts" and name in inputs_of("dora_lead_time")
    ]:
        for repository, batches in build_fact_partitions(fact, lake, [REPOSITORY], settings):
            lake.write(TABLES[fact], repository, batches)
    return lake


def world_of(lake: Lake, repository: str) -> devlake.World:
    return devlake.World(*(records(lake.read(TABLES[name], repository)) for name in devlake.World.__dataclass_fields__))


def by_number(lake: Lake, table: str, repository: str) -> dict[int, Row]:
    return {row["number"]: row for row in records(lake.read(TABLES[table], repository))}


def differences(lake: Lake, repository: str) -> Iterator[str | None]:
    """What stands in each row, after the cause was found without the SQL."""
    world = world_of(lake, repository)
    pulse = by_number(lake, "change_lead_times", repository)
    as_devlake = {change.number: change for change in devlake.changes(world)}
    for number, row in by_number(lake, "devlake_changes", repository).items():
        change, ours = as_devlake[number], pulse[number]
        if row["reason"] == "commits_unknown":
            assert any(world.brought(old, new) is None for old, new in pairwise(world.sequence))
            assert row["difference"] == ("only_pulse" if ours["is_counted"] else None)
        else:
            assert row["deployment_id"] == change.deployment_id
            assert row["cycle_minutes"] == change.cycle
            assert row["difference"] == cause(world, change, ours)
        yield row["difference"]


def cause(world: devlake.World, change: devlake.Change, ours: Row) -> str | None:
    """Why both say something else of a pull request; None where both agree within three minutes of rounding."""
    if not ours["is_counted"]:
        assert ours["reason"] is not None
        return None if change.deployment_id is None else "only_devlake"
    if change.deployment_id is None:
        assert_is_silent(world, ours)
        return "only_pulse"
    if change.deployment_id != ours["deployment_id"]:
        return "other_deployment"
    apart = abs(change.cycle / 60 - ours["lead_time_hours"])
    if apart < 0.05:
        return None
    spans = (
        (ours["first_commit_at"], ours["opened_at"]),
        (ours["opened_at"], ours["merged_at"]),
        (ours["merged_at"], ours["deployed_at"]),
    )
    assert any(end < start for start, end in spans), "nothing but a span below zero moves one deployment's lead time"
    return "other_stages"


def assert_is_silent(world: devlake.World, ours: Row) -> None:
    """DevLake has no deployment: the first one had the change, or no pair can be told, or time alone found it."""
    first = world.sequence[0]
    is_of_first = ours["deployment_id"] == first["deployment_id"]
    positions = world.positions
    pull = next(pull for pull in world.pull_requests if pull["number"] == ours["number"])
    place, first_place = positions.get(pull["merge_commit_sha"]), positions.get(first["sha"])
    is_before = place is not None and first_place is not None and place <= first_place
    own = {row["sha"] for row in world.pull_request_commits if row["number"] == ours["number"]}
    is_own_commit = any(row["sha"] in own for row in world.deployments if row["deployment_id"] == ours["deployment_id"])
    assert is_of_first or is_before or is_own_commit or ours["matched_by"] == "time"


def test_first_deployment_yields_nothing(lake: Lake) -> None:
    rows = by_number(lake, "devlake_changes", REPOSITORY)
    assert {number: row["deployment_id"] for number, row in rows.items()} == {
        1: None,
        2: None,
        3: 2,
        4: 4,
        5: 4,
        6: None,
        7: 4,
    }
    assert [rows[number]["reason"] for number in (1, 2)] == ["first_deployment"] * 2
    assert all(by_number(lake, "change_lead_times", REPOSITORY)[number]["is_counted"] for number in (1, 2))


def test_minutes_are_rounded_up_and_what_is_below_zero_is_left_out(lake: Lake) -> None:
    rows = by_number(lake, "devlake_changes", REPOSITORY)
    stages = [rows[3][f"{stage}_minutes"] for stage in ("coding", "pickup", "review", "deploy", "cycle")]
    # 59.5 minutes; the bot after 10 minutes; then 67 h 50 min; merged at 08:00, finished at 10:00.
    assert stages == [60, 10, 4070, 120, 60 + 4080 + 120]
    # The first commit is dated after the opening, and the review before it.
    stages = [rows[5][f"{stage}_minutes"] for stage in ("coding", "pickup", "review", "deploy", "cycle")]
    assert stages == [None, None, 1230, 120, 1200 + 120]


def test_every_difference_to_pulse_has_a_cause(lake: Lake) -> None:
    assert list(differences(lake, REPOSITORY)) == [
        "only_pulse",
        "only_pulse",
        None,
        "other_deployment",
        "other_stages",
        None,
        "only_devlake",
    ]


def test_median_of_the_month_is_the_lower_one_of_those_that_devlake_counts(tmp_path: Path, lake: Lake) -> None:
    settings = Settings.load(home=tmp_path)
    ((_, tables),) = build_metrics(["dora_lead_time"], lake, ["2024-05-01"], settings)
    rows = [row for table in tables.values() for row in table.to_pylist()]
    month = {row["definition"]: row for row in rows if (row["grain"], row["scope"]) == ("month", "all")}
    changes = devlake.changes(world_of(lake, REPOSITORY))
    cycles = [change.cycle for change in changes if change.deployment_id is not None]
    # 3: 4260; 4 and 7: 60 + 1230 + 2970; 5: 1320. The lower one of the two in the middle, in hours.
    assert sorted(cycles) == [1320, 4260, 4260, 4260]
    assert month["devlake"]["lead_time_median_hours"] == devlake.median_hours(cycles) == 71.0
    assert (month["devlake"]["row_count"], month["pulse"]["row_count"]) == (4, 5)


@pytest.mark.parametrize("seed", [1, 2])
def test_every_difference_has_a_cause_in_a_generated_organization(tmp_path: Path, seed: int) -> None:
    with collected(tmp_path, generate(seed, repositories=3, months=3, pull_requests_per_month=12, people=6)) as found:
        causes = Counter(cause for name in found.repositories for cause in differences(found.lake, name))
    assert causes["only_pulse"] > 0
    assert causes[None] > 0
