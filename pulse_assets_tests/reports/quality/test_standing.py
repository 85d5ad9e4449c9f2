"""How the checks stand: the latest results, since when they fail, and timeliness as of now."""

import datetime as dt
from pathlib import Path

import pytest

from pulse_assets.errors import NotFound
from pulse_assets.reports.quality.standing import Since, Standing, standing
from pulse_assets.settings import Settings
from pulse_assets.store import Store
from pulse_assets_tests.reports.quality.recorded import AT, collected, record

API = "acme/api"
HEADS = (API, "commits_have_one_head")
FRESH = """
    table         partition  kind        passed
    repositories  acme/api   timeliness  yes
"""


def heads(passed: str) -> str:
    return f"table  partition  kind  passed\ncommits  acme/api  structure  {passed}"


def stand(store: Store, tmp_path: Path, at: dt.datetime = AT, fresh_hours: float = 36.0, *names: str) -> Standing:
    return standing(store, Settings(home=tmp_path, fresh_hours=fresh_hours), at, collected=names or (API,))


def since(store: Store, tmp_path: Path) -> Since | None:
    return stand(store, tmp_path).since.get(("commits", *HEADS))


def days(count: int) -> dt.datetime:
    return AT + dt.timedelta(days=count)


def test_before_the_first_check_it_says_what_to_run(sqlite_store: Store, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="pulse sync"):
        stand(sqlite_store, tmp_path)


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        (["yes"], None),
        (["no", "yes"], None),
        (["no"], Since(days(0), has_passed=False)),
        (["no", "no"], Since(days(0), has_passed=False)),
        (["yes", "no", "no"], Since(days(1), has_passed=True)),
        (["no", "yes", "no"], Since(days(2), has_passed=True)),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) else "",
)
def test_a_check_fails_since_the_first_failure_after_which_none_passed(
    sqlite_store: Store, tmp_path: Path, history: list[str], expected: Since | None
) -> None:
    for day, passed in enumerate(history):
        record(sqlite_store, heads(passed), days(day))
    assert since(sqlite_store, tmp_path) == expected


@pytest.mark.parametrize(
    ("hours", "fresh_hours", "passed"), [(35, 36, True), (37, 36, False), (37, 48, True), (3, 2, False)]
)
def test_data_grow_old_though_nothing_is_checked(
    sqlite_store: Store, tmp_path: Path, hours: int, fresh_hours: float, *, passed: bool
) -> None:
    record(sqlite_store, FRESH)
    collected(sqlite_store, API, "2024-05-03T10:00:00")
    now = AT + dt.timedelta(hours=hours)
    found = stand(sqlite_store, tmp_path, now, fresh_hours)
    (fresh,) = found.results
    assert fresh.result.passed is passed
    assert fresh.checked_at == now
    if not passed:
        key = ("repositories", API, "repositories_are_fresh")
        assert found.since[key] == Since(AT + dt.timedelta(hours=fresh_hours), has_passed=True)


def test_what_is_no_longer_collected_does_not_grow_old(sqlite_store: Store, tmp_path: Path) -> None:
    record(sqlite_store, FRESH)
    collected(sqlite_store, API, "2024-05-03T10:00:00")
    (fresh,) = stand(sqlite_store, tmp_path, days(30), 36.0, "acme/web").results
    assert fresh.result.passed
    assert fresh.checked_at == AT


def test_a_collection_that_never_ended_is_not_fresh(sqlite_store: Store, tmp_path: Path) -> None:
    record(sqlite_store, FRESH)
    found = stand(sqlite_store, tmp_path)
    assert [each.result.passed for each in found.results] == [False]
    assert found.collected_at == {API: None}
