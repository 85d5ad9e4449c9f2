import dataclasses
import datetime as dt
import json
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import StatementError

from pulse_assets.store import CheckRow, CheckTrend, RecordedCheckRow, Store
from pulse_assets.store.check_results import KEPT, SAMPLE_BYTES
from pulse_assets.store.schema import CHECK_RESULTS
from pulse_assets_tests.store.conftest import START

CHECK = CheckRow(
    table_name="commits",
    partition="acme/api",
    check_name="commits_are_unique",
    kind="key",
    dimension="consistency",
    is_blocking=True,
    passed=True,
    failed_count=0,
    checked_count=12,
    description="No row fails.",
)


def row(**changes: Any) -> CheckRow:
    return dataclasses.replace(CHECK, **changes)


def at(hours: int) -> dt.datetime:
    return START + dt.timedelta(hours=hours)


def history(store: Store, partition: str = "acme/api") -> list[RecordedCheckRow]:
    return store.check_results.history("commits", partition, "commits_are_unique")


def hours(store: Store, partition: str = "acme/api") -> list[int]:
    """When the results of a partition were found, in hours after the start."""
    return [(each.checked_at - START) // dt.timedelta(hours=1) for each in history(store, partition)]


class TestCheckResults:
    def test_what_was_recorded_comes_back(self, store: Store) -> None:
        failed = row(passed=False, failed_count=2**40, sample=[{"sha": "c0", "number": 3, "at": None, "is_head": True}])
        store.check_results.record([failed], START)
        (recorded,) = store.check_results.latest()
        assert recorded.checked_at == START
        assert {field.name: getattr(recorded, field.name) for field in dataclasses.fields(CheckRow)} == (
            dataclasses.asdict(failed)
        )

    def test_latest_is_the_newest_of_each_check_and_partition(self, store: Store) -> None:
        store.check_results.record([row(failed_count=1), row(partition="acme/web", failed_count=2)], at(0))
        store.check_results.record([row(failed_count=3), row(table_name="releases", failed_count=4)], at(1))
        found = [(each.table_name, each.partition, each.failed_count) for each in store.check_results.latest()]
        assert found == [("commits", "acme/api", 3), ("commits", "acme/web", 2), ("releases", "acme/api", 4)]

    def test_result_of_an_earlier_time_that_comes_late_is_not_the_latest(self, store: Store) -> None:
        store.check_results.record([row(failed_count=2)], at(2))
        store.check_results.record([row(failed_count=1)], at(1))
        assert [each.failed_count for each in store.check_results.latest()] == [2]
        assert hours(store) == [2, 1]

    def test_history_is_the_newest_first_and_of_one_check_only(self, store: Store) -> None:
        for hour in (0, 1, 2):
            store.check_results.record([row(), row(check_name="commits_are_complete")], at(hour))
        assert hours(store) == [2, 1, 0]
        limited = store.check_results.history("commits", "acme/api", "commits_are_complete", limit=2)
        assert [each.checked_at for each in limited] == [at(2), at(1)]
        assert store.check_results.history("commits", "acme/web", "commits_are_unique") == []

    def test_second_result_of_an_instant_replaces_the_first(self, store: Store) -> None:
        store.check_results.record([row(failed_count=1), row(failed_count=2)], START)
        assert [each.failed_count for each in history(store)] == [2]
        store.check_results.record([row(failed_count=3, description="3 rows fail.")], START)
        assert [(each.failed_count, each.description) for each in history(store)] == [(3, "3 rows fail.")]

    def test_keeps_the_last_results_of_each_check(self, store: Store) -> None:
        store.check_results.record([row(partition="acme/web")], START)
        for hour in range(KEPT + 3):
            store.check_results.record([row()], at(hour))
        assert hours(store) == list(range(KEPT + 2, 2, -1))
        assert hours(store, "acme/web") == [0]

    def test_of_nothing_is_nothing(self, store: Store) -> None:
        store.check_results.record([], START)
        assert store.check_results.latest() == []
        assert store.check_results.trend() == []

    def test_thousands_of_partitions_are_recorded_at_once(self, store: Store) -> None:
        rows = [row(partition=f"acme/{number}") for number in range(2_500)]
        for hour in (0, 1):
            store.check_results.record(rows, at(hour))
        assert {each.checked_at for each in store.check_results.latest()} == {at(1)}
        assert len(store.check_results.latest()) == 2_500

    def test_all_is_recorded_or_nothing(self, store: Store) -> None:
        with pytest.raises(ValueError, match="JSON"):
            store.check_results.record([row(), row(partition="acme/web", sample=[{"n": float("nan")}])], START)
        assert store.check_results.latest() == []

    def test_refuses_a_time_without_zone(self, store: Store) -> None:
        with pytest.raises((ValueError, StatementError), match="no time zone"):
            store.check_results.record([row()], START.replace(tzinfo=None))


class TestTrend:
    def test_counts_the_results_of_all_partitions_from_the_oldest_to_the_newest(self, store: Store) -> None:
        store.check_results.record([row(passed=False), row(partition="acme/web", passed=False)], at(0))
        store.check_results.record([row(passed=False)], at(1))
        # Of the other partition this is the second result, so it stands beside the third of the first one.
        store.check_results.record([row(), row(partition="acme/web")], at(2))
        assert store.check_results.trend() == [CheckTrend("commits", "commits_are_unique", (0, 0, 2), (1, 2, 0))]

    def test_goes_back_as_far_as_it_is_told(self, store: Store) -> None:
        for hour in range(4):
            store.check_results.record([row(passed=hour > 2), row(table_name="releases")], at(hour))
        assert store.check_results.trend(limit=2) == [
            CheckTrend("commits", "commits_are_unique", (0, 1), (1, 0)),
            CheckTrend("releases", "commits_are_unique", (1, 1), (0, 0)),
        ]


class TestSamples:
    def stored(self, store: Store, sample: list[dict[str, Any]]) -> tuple[str, list[dict[str, Any]]]:
        store.check_results.record([row(sample=sample)], START)
        with store.engine.connect() as connection:
            text = connection.scalar(sa.select(CHECK_RESULTS.c.sample)) or ""
        (recorded,) = history(store)
        return text, [dict(each) for each in recorded.sample]

    @pytest.mark.parametrize("text", ["nul \0", "half a pair \ud83d", "🚀", "<script>'\";--", "\x1b[31m", "=1+1"])
    def test_any_text_comes_back_from_ascii(self, store: Store, text: str) -> None:
        raw, sample = self.stored(store, [{"title": text}])
        assert sample == [{"title": text}]
        assert raw.isascii()
        assert raw.isprintable()

    def test_ten_rows_are_kept(self, store: Store) -> None:
        _, sample = self.stored(store, [{"number": number} for number in range(30)])
        assert sample == [{"number": number} for number in range(10)]

    def test_rows_beyond_four_kilobytes_are_left_out(self, store: Store) -> None:
        raw, sample = self.stored(store, [{"title": "é" * 150}] * 10)  # six bytes each
        assert sample == [{"title": "é" * 150}] * 4
        assert len(raw) <= SAMPLE_BYTES

    def test_long_texts_are_cut(self, store: Store) -> None:
        _, sample = self.stored(store, [{"title": "x" * 100_000, "number": 1}])
        assert sample == [{"title": "x" * 200 + "…", "number": 1}]

    def test_texts_are_cut_shorter_where_not_even_one_row_would_fit(self, store: Store) -> None:
        raw, sample = self.stored(store, [{f"c{place}": "🚀" * 1_000 for place in range(5)}])
        assert sample == [{f"c{place}": "🚀" * 40 + "…" for place in range(5)}]
        assert len(raw) <= SAMPLE_BYTES

    def test_row_that_cannot_be_made_to_fit_is_left_out(self, store: Store) -> None:
        raw, sample = self.stored(store, [{f"column_{place}": "x" for place in range(1_000)}])
        assert (json.loads(raw), sample) == ([], [])


class TestRename:
    def rename(self, store: Store, old: str, new: str) -> None:
        with store.transaction() as connection:
            store.check_results.rename_partition(connection, old, new)

    def test_results_move_and_what_the_new_name_has_wins(self, store: Store) -> None:
        store.check_results.record([row(failed_count=1)], at(0))
        store.check_results.record([row(failed_count=2), row(partition="acme/core", failed_count=3)], at(1))
        self.rename(store, "acme/api", "acme/core")
        self.rename(store, "acme/core", "acme/core")
        assert [each.failed_count for each in history(store, "acme/core")] == [3, 1]
        assert history(store, "acme/api") == []

    def test_two_long_histories_that_meet_are_as_long_as_one(self, store: Store) -> None:
        for hour in range(KEPT):
            store.check_results.record([row()], at(2 * hour))
            store.check_results.record([row(partition="acme/core")], at(2 * hour + 1))
        self.rename(store, "acme/api", "acme/core")
        assert hours(store, "acme/core") == list(range(2 * KEPT - 1, KEPT - 1, -1))
