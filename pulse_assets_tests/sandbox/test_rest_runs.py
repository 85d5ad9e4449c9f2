import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from pulse_assets.sandbox.answers import Problem
from pulse_assets.sandbox.rest_runs import created_between
from pulse_assets.sandbox.server import serving
from pulse_assets_tests.sandbox.conftest import Client
from pulse_assets_tests.sandbox.worlds import at, attempt, mainline, run, world

LINE = mainline(("m0", "2024-05-01"), ("m1", "2024-05-03"))
RUNS = (
    run(1, "m0", attempt("2024-05-01T10:00", "2024-05-01T10:20", "success")),
    run(2, "m0", attempt("2024-05-02T23:59", "2024-05-03T00:10", "failure"), workflow="CI"),
    run(
        3,
        "m1",
        attempt("2024-05-03T10:00", "2024-05-03T10:20", "failure"),
        attempt("2024-05-03T11:00", "2024-05-03T11:20", "success"),
    ),
    run(4, "m1", attempt("2024-05-04T10:00", "2024-05-04T10:20", "cancelled")),
    run(5, "m1", attempt("2024-05-05T10:00")),
)


@pytest.fixture
def runs_url() -> Iterator[str]:
    with serving(world("2024-05-05T10:30", landings=LINE, workflow_runs=RUNS)) as address:
        yield f"{address}/repos/acme/api/actions/runs"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, [5, 4, 3, 2, 1]),
        ({"status": "success"}, [3, 1]),
        ({"status": "completed"}, [4, 3, 2, 1]),
        ({"status": "in_progress"}, [5]),
        ({"status": "failure"}, [2]),
        ({"branch": "main"}, [5, 4, 3, 2, 1]),
        ({"branch": "elsewhere"}, []),
        ({"event": "push", "actor": "ada"}, [5, 4, 3, 2, 1]),
        ({"event": "schedule"}, []),
        ({"actor": "ben"}, []),
        ({"head_sha": LINE[0].commit.sha}, [2, 1]),
        ({"created": "2024-05-02..2024-05-03"}, [3, 2]),
        ({"created": "2024-05-01T10:00:00Z..2024-05-01T10:00:00Z"}, [1]),
        ({"created": "*..2024-05-02T23:58:59Z"}, [1]),
        ({"created": "2024-05-04..*"}, [5, 4]),
        ({"created": ">2024-05-03"}, [5, 4]),
        ({"created": ">=2024-05-03"}, [5, 4, 3]),
        ({"created": "<2024-05-03T10:00:00Z"}, [2, 1]),
        ({"created": "<=2024-05-03T10:00:00Z"}, [3, 2, 1]),
        ({"created": "2024-05-03"}, [3]),
        ({"created": "2024-05-03T12:00:00+02:00"}, [3]),
        ({"created": ">=2024-05-01", "status": "success", "per_page": "1", "page": "2"}, [1]),
    ],
)
def test_filters_are_githubs(runs_url: str, client: Client, query: dict[str, str], expected: list[int]) -> None:
    answer = client.get(runs_url, params=query).json()
    assert [row["id"] for row in answer["workflow_runs"]] == expected
    assert answer["total_count"] == (2 if "page" in query else len(expected))


def test_a_rerun_keeps_its_id_and_its_creation(runs_url: str, client: Client) -> None:
    row = client.get(f"{runs_url}/3").json()
    shown = {key: row[key] for key in ("id", "run_attempt", "created_at", "run_started_at", "updated_at", "conclusion")}
    assert shown == {
        "id": 3,
        "run_attempt": 2,
        "created_at": "2024-05-03T10:00:00Z",
        "run_started_at": "2024-05-03T11:01:00Z",
        "updated_at": "2024-05-03T11:20:00Z",
        "conclusion": "success",
    }
    assert row["previous_attempt_url"].endswith("/actions/runs/3/attempts/1")
    assert client.get(f"{runs_url}/5").json()["conclusion"] is None


def test_a_search_lists_a_thousand_runs_and_the_whole_list_all(client: Client) -> None:
    many = tuple(run(number, "m0", attempt("2024-05-02")) for number in range(1, 1103))
    with serving(world(landings=LINE, workflow_runs=many)) as address:
        url = f"{address}/repos/acme/api/actions/runs?per_page=100"
        lengths = {query: _walked(client, url + query) for query in ("", "&branch=main", "&created=2024-05-02")}
        total = client.get(f"{url}&branch=main").json()["total_count"]
        last = client.get(f"{url}&branch=main").links["last"]["url"]
    assert lengths == {"": 1102, "&branch=main": 1000, "&created=2024-05-02": 1000}
    assert total == 1102
    assert last.endswith("page=10")


def _walked(client: Client, url: str) -> int:
    ids: list[Any] = []
    while url:
        answer = client.get(url)
        ids += [row["id"] for row in answer.json()["workflow_runs"]]
        url = answer.links.get("next", {}).get("url", "")
    assert len(set(ids)) == len(ids)
    return len(ids)


def test_a_span_is_half_open() -> None:
    assert created_between("2024-05-01..2024-05-02") == (at("2024-05-01"), at("2024-05-03"))
    assert created_between("2024-05-01T10:00:00Z") == (
        at("2024-05-01T10:00"),
        at("2024-05-01T10:00") + dt.timedelta(seconds=1),
    )


@pytest.mark.parametrize("text", ["soon", "soon..later", ">", "2024-05-01..", "..2024-05-01"])
def test_a_span_that_names_no_instant_is_refused(text: str) -> None:
    with pytest.raises(Problem):
        created_between(text)
