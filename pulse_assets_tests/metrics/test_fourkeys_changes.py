from pathlib import Path
from typing import Any

import pytest

from pulse_assets.settings import Settings
from pulse_assets.tables.lake import Lake
from pulse_assets_tests.metrics.facts_built import built
from pulse_assets_tests.text_tables import instant

COMMITS = """
    sha   mainline_position  committed_at
    c0    0                  2024-05-01 08:00
    c1    1                  2024-05-01 09:00
    c2    2                  2024-05-01 10:00
    c3    3                  2024-05-01 11:00
    side   -                 2024-05-01 07:00
    loose  -                 2024-05-01 07:00
"""


@pytest.fixture
def rows(tmp_path: Path, settings: Settings) -> Any:
    """Builds the fact from text tables and gives its rows."""

    def build(**texts: str) -> list[dict[str, Any]]:
        return built("fourkeys_changes", Lake(tmp_path), settings, {"commits": COMMITS} | texts)

    return build


@pytest.fixture
def contents(rows: Any) -> Any:
    """The commits of each deployment."""

    def build(*lines: str, **texts: str) -> dict[int, list[str]]:
        found: dict[int, list[str]] = {}
        for row in rows(deployments=sequence(*lines), **texts):
            found.setdefault(row["deployment_id"], []).append(row["sha"])
        return found

    return build


def sequence(*lines: str) -> str:
    """Successful production deployments, one an hour from noon: number, service and commit."""
    head = "deployment_id  service  sha  is_production  status  created_at  finished_at"
    times = (f"2024-05-01 {hour}:00" for hour in range(12, 24))
    return "\n".join(
        [head, *(f"{line}  yes  success  {time}  {time}" for line, time in zip(lines, times, strict=False))]
    )


def test_a_deployment_holds_the_mainline_since_the_one_before(contents: Any) -> None:
    assert contents("1  -  c0", "2  -  c2", "3  -  c3") == {1: ["c0"], 2: ["c1", "c2"], 3: ["c3"]}


def test_the_first_holds_its_own_commit_only(contents: Any) -> None:
    assert contents("1  -  c2") == {1: ["c2"]}


def test_each_service_has_a_first_one(contents: Any) -> None:
    found = contents("1  api  c1", "2  web  c2", "3  -  c2", "4  api  c3", "5  -  c3")
    assert found == {1: ["c1"], 2: ["c2"], 3: ["c2"], 4: ["c2", "c3"], 5: ["c3"]}


def test_a_rollback_brings_nothing_and_what_follows_brings_it_again(contents: Any) -> None:
    found = contents("1  -  c1", "2  -  c3", "3  -  c2", "4  -  c3")
    assert found == {1: ["c1"], 2: ["c2", "c3"], 4: ["c3"]}


@pytest.mark.parametrize("unknown", ["side", "gone", "-"])
def test_beside_a_commit_off_the_mainline_nothing_is_known(contents: Any, unknown: str) -> None:
    assert contents("1  -  c0", f"2  -  {unknown}", "3  -  c2", "4  -  c3") == {1: ["c0"], 4: ["c3"]}
    assert contents(f"1  -  {unknown}", "2  -  c2") == {}


def test_deployments_that_finish_together_are_ordered_by_number(rows: Any) -> None:
    deployments = """
        deployment_id  is_production  status   sha  finished_at
        100            yes            success  c3   2024-05-01 12:00
        20             yes            success  c1   2024-05-01 12:00
    """
    found = [(row["deployment_id"], row["sha"]) for row in rows(deployments=deployments)]
    assert found == [(20, "c1"), (100, "c2"), (100, "c3")]


@pytest.mark.parametrize(("is_production", "status"), [("no", "success"), ("yes", "failure")])
def test_other_deployments_hold_nothing(rows: Any, is_production: str, status: str) -> None:
    deployments = f"""
        deployment_id  is_production    status    sha  finished_at
        1              yes              success   c0   2024-05-01 12:00
        2              {is_production}  {status}  c1   2024-05-01 13:00
        3              yes              success   c2   2024-05-01 14:00
    """
    found = [(row["deployment_id"], row["sha"]) for row in rows(deployments=deployments)]
    assert found == [(1, "c0"), (3, "c1"), (3, "c2")]


class TestSideCommits:
    PULL_REQUESTS = """
        number  merged_at         merge_commit_sha
        1       2024-05-01 10:00  c2
        2       2024-05-01 11:00  c3
    """

    def test_they_come_with_the_merge_of_their_pull_request(self, contents: Any) -> None:
        own = """
            number  sha
            1       side
            1       c1
            1       unknown
        """
        found = contents("1  -  c0", "2  -  c1", "3  -  c3", pull_requests=self.PULL_REQUESTS, pull_request_commits=own)
        assert found == {1: ["c0"], 2: ["c1"], 3: ["c2", "c3", "side"]}

    def test_they_come_with_the_first_deployment_too(self, contents: Any) -> None:
        own = "number  sha\n1  side\n2  loose"
        found = contents("1  -  c2", pull_requests=self.PULL_REQUESTS, pull_request_commits=own)
        assert found == {1: ["c2", "side"]}

    def test_those_of_two_pull_requests_come_once(self, contents: Any) -> None:
        own = "number  sha\n1  side\n2  side"
        texts = {"pull_requests": self.PULL_REQUESTS, "pull_request_commits": own}
        assert contents("1  -  c0", "2  -  c3", **texts) == {1: ["c0"], 2: ["c1", "c2", "c3", "side"]}
        assert contents("1  -  c0", "2  -  c2", "3  -  c3", **texts) == {
            1: ["c0"],
            2: ["c1", "c2", "side"],
            3: ["c3", "side"],
        }


@pytest.mark.parametrize(
    ("committed_at", "minutes", "reason"),
    [
        ("2024-05-01 10:00", 120, None),
        ("2024-05-01 11:58:00.000001", 1, None),
        ("2024-05-01 11:59", 1, None),
        ("2024-05-01 11:59:00.000001", 0, "not_positive"),
        ("2024-05-01 12:00", 0, "not_positive"),
        ("2024-05-01 12:00:59", 0, "not_positive"),
        ("2024-05-01 12:02:30", -2, "not_positive"),
        ("-", None, "not_positive"),
    ],
)
def test_minutes_are_whole_and_cut_off(rows: Any, committed_at: str, minutes: int | None, reason: str | None) -> None:
    commits = f"sha  mainline_position  committed_at\nc0  0  {committed_at}"
    (row,) = rows(deployments=sequence("1  -  c0"), commits=commits)
    assert (row["minutes"], row["is_counted"], row["reason"]) == (minutes, reason is None, reason)
    assert row["deployed_at"] == instant("2024-05-01 12:00")
