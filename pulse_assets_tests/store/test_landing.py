import datetime as dt
import itertools
from typing import Any

import pytest

from pulse_assets.errors import ContractBroken
from pulse_assets.store import Record, Store, UpsertCount
from pulse_assets_tests.store.conftest import START, Clock

TABLE = "raw_github_pull_requests"
API = "acme/api"
LATER = START + dt.timedelta(hours=1)


def pull(key: str, title: str = "a", *, updated_at: dt.datetime | None = START) -> Record:
    return Record(TABLE, key, {"number": key, "title": title}, updated_at)


def land(store: Store, *records: Record, partition: str = API, seen_at: dt.datetime = START) -> UpsertCount:
    with store.transaction() as connection:
        return store.landing.upsert(connection, partition, records, seen_at=seen_at)


def titles(store: Store, partition: str = API) -> dict[str, str]:
    return {r.key: r.payload["title"] for batch in store.landing.read(TABLE, partition) for r in batch}


def mark_missing(store: Store, *keys: str, at: dt.datetime = LATER) -> int:
    with store.transaction() as connection:
        return store.landing.mark_missing(connection, TABLE, API, keys, at=at, proof="two censuses")


class TestUpsert:
    def test_counts_new_changed_and_unchanged_records(self, store: Store) -> None:
        assert land(store, pull("1"), pull("2")) == UpsertCount(inserted=2)
        counted = land(store, pull("1"), pull("2", "b"), pull("3"), seen_at=LATER)
        assert counted == UpsertCount(inserted=1, changed=1, unchanged=1)
        assert titles(store) == {"1": "a", "2": "b", "3": "a"}

    def test_an_unchanged_record_only_moves_last_seen(self, store: Store) -> None:
        land(store, pull("1"))
        land(store, pull("1"), seen_at=LATER)
        (record,) = store.landing.get(TABLE, API, ["1"]).values()
        assert (record.first_seen_at, record.changed_at, record.last_seen_at) == (START, START, LATER)

    def test_a_changed_record_keeps_when_it_was_first_seen(self, store: Store) -> None:
        land(store, pull("1"))
        land(store, pull("1", "b", updated_at=LATER), seen_at=LATER)
        (record,) = store.landing.get(TABLE, API, ["1"]).values()
        assert (record.first_seen_at, record.changed_at, record.last_seen_at) == (START, LATER, LATER)
        assert record.updated_at == LATER

    def test_an_older_record_never_overwrites_a_newer_one(self, store: Store) -> None:
        land(store, pull("1", "new", updated_at=LATER))
        assert land(store, pull("1", "old", updated_at=START)) == UpsertCount(unchanged=1)
        assert titles(store) == {"1": "new"}

    @pytest.mark.parametrize("updated_at", [None, START])
    def test_a_record_of_equal_or_unknown_age_overwrites(self, store: Store, updated_at: dt.datetime | None) -> None:
        land(store, pull("1", "a", updated_at=START))
        assert land(store, pull("1", "b", updated_at=updated_at)) == UpsertCount(changed=1)
        assert titles(store) == {"1": "b"}

    def test_of_duplicates_the_last_wins(self, store: Store) -> None:
        assert land(store, pull("1", "first"), pull("1", "last")) == UpsertCount(inserted=1)
        assert titles(store) == {"1": "last"}

    def test_the_order_of_fields_is_no_change(self, store: Store) -> None:
        land(store, Record(TABLE, "1", {"a": 1, "title": "x"}))
        assert land(store, Record(TABLE, "1", {"title": "x", "a": 1})) == UpsertCount(unchanged=1)

    def test_takes_several_tables_and_thousands_of_records_at_once(self, store: Store) -> None:
        records = [Record(table, str(key), {"key": key}) for key in range(2500) for table in ("raw_a", "raw_b")]
        assert land(store, *records) == UpsertCount(inserted=5000)
        assert land(store, *records) == UpsertCount(unchanged=5000)
        assert store.landing.tables() == {"raw_a": 2500, "raw_b": 2500}

    def test_of_nothing_is_nothing(self, store: Store) -> None:
        assert land(store) == UpsertCount()

    @pytest.mark.parametrize(
        "text",
        ["", "nul \0", "emoji \U0001f680", "half a pair \ud83d", "שלום", "quote ' \" \\ %s :name ?", "é" * 100_000],
    )
    def test_any_text_comes_back_as_it_was(self, store: Store, text: str) -> None:
        land(store, pull("1", text))
        assert titles(store) == {"1": text}

    @pytest.mark.parametrize("value", [float("nan"), {1, 2}, object()])
    def test_refuses_what_is_not_json(self, store: Store, value: Any) -> None:
        with pytest.raises(ContractBroken, match="raw_github_pull_requests '1' of acme/api"):
            land(store, Record(TABLE, "1", {"value": value}))

    @pytest.mark.parametrize("key", ["", "a\0b", "\ud83d"])
    def test_refuses_a_key_that_cannot_be_stored(self, store: Store, key: str) -> None:
        with pytest.raises(ContractBroken, match="key"):
            land(store, pull(key))

    def test_is_undone_with_its_transaction(self, store: Store) -> None:
        with pytest.raises(ContractBroken):
            land(store, *map(pull, map(str, range(3000))), Record("z_last", "1", {"value": object()}))
        assert store.landing.count(TABLE, API) == 0

    def test_says_what_two_counts_are_together(self) -> None:
        assert UpsertCount(1, 2, 3) + UpsertCount(10, 20, 30) == UpsertCount(11, 22, 33)


class TestRead:
    def test_gives_batches_in_the_order_of_the_keys_bytes(self, store: Store) -> None:
        keys = ["10", "2", "B", "a", "é", "\U0001f680"]
        land(store, *map(pull, reversed(keys)))
        batches = list(store.landing.read(TABLE, API, batch_size=4))
        assert [len(batch) for batch in batches] == [4, 2]
        assert [record.key for batch in batches for record in batch] == keys

    def test_gives_one_table_of_one_partition(self, store: Store) -> None:
        land(store, pull("1"), Record("raw_github_commits", "2", {}))
        land(store, pull("3"), partition="acme/web")
        assert titles(store) == {"1": "a"}

    def test_sees_one_instant_however_long_it_takes(self, store: Store) -> None:
        land(store, *[pull(str(n)) for n in range(10, 20)])
        batches = store.landing.read(TABLE, API, batch_size=5)
        first = next(batches)
        land(store, *[pull(str(n), "changed") for n in range(10, 30)], seen_at=LATER)
        read = [*first, *itertools.chain.from_iterable(batches)]
        assert [(record.key, record.payload["title"]) for record in read] == [(str(n), "a") for n in range(10, 20)]

    def test_can_be_left_half_way(self, store: Store) -> None:
        land(store, pull("1"), pull("2"))
        for _ in range(200):
            next(store.landing.read(TABLE, API, batch_size=1))

    def test_of_what_never_landed_is_empty(self, store: Store) -> None:
        assert list(store.landing.read(TABLE, API)) == []
        assert store.landing.get(TABLE, API, ["1"]) == {}
        assert store.landing.newest_change(TABLE, API) is None


class TestSummaries:
    def test_count_what_is_there(self, store: Store) -> None:
        land(store, pull("1"), pull("2"), Record("raw_github_commits", "c", {}))
        land(store, pull("1"), partition="acme/web")
        landing = store.landing
        assert landing.tables() == {"raw_github_commits": 1, TABLE: 3}
        assert landing.partitions(TABLE) == [API, "acme/web"]
        assert landing.count(TABLE, API) == 2
        assert landing.keys(TABLE, API) == {"1", "2"}
        assert landing.newest_change(TABLE, API) == START

    def test_the_newest_change_stays_while_nothing_changes(self, store: Store) -> None:
        land(store, pull("1"))
        land(store, pull("1"), seen_at=LATER)
        assert store.landing.newest_change(TABLE, API) == START


class TestMissing:
    def test_records_are_left_out_everywhere(self, store: Store) -> None:
        land(store, pull("1"), pull("2"))
        assert mark_missing(store, "1", "unknown") == 1
        assert mark_missing(store, "1") == 0
        landing = store.landing
        assert titles(store) == {"2": "a"}
        assert landing.keys(TABLE, API) == {"2"}
        assert landing.get(TABLE, API, ["1"]) == {}
        assert landing.count(TABLE, API) == 1
        assert landing.tables() == {TABLE: 1}

    def test_a_partition_without_other_records_is_left_out(self, store: Store) -> None:
        land(store, pull("1"))
        mark_missing(store, "1")
        assert store.landing.partitions(TABLE) == []

    def test_is_a_change(self, store: Store) -> None:
        land(store, pull("1"))
        mark_missing(store, "1", at=LATER)
        assert store.landing.newest_change(TABLE, API) == LATER

    @pytest.mark.parametrize("updated_at", [START, START - dt.timedelta(days=1)])
    def test_a_record_that_comes_back_is_a_change(self, store: Store, updated_at: dt.datetime) -> None:
        land(store, pull("1"))
        mark_missing(store, "1")
        back_at = LATER + dt.timedelta(hours=1)
        assert land(store, pull("1", updated_at=updated_at), seen_at=back_at) == UpsertCount(changed=1)
        (record,) = store.landing.get(TABLE, API, ["1"]).values()
        assert (record.first_seen_at, record.last_seen_at, record.changed_at) == (START, back_at, back_at)

    def test_a_record_that_comes_back_changed_is_there_again(self, store: Store) -> None:
        land(store, pull("1"))
        mark_missing(store, "1")
        assert land(store, pull("1", "b"), seen_at=LATER) == UpsertCount(changed=1)
        assert titles(store) == {"1": "b"}

    def test_needs_a_proof(self, store: Store) -> None:
        with pytest.raises(ValueError, match="proof"), store.transaction() as connection:
            store.landing.mark_missing(connection, TABLE, API, ["1"], at=LATER, proof="")


class TestRename:
    def test_moves_all_records_and_what_the_new_name_has_wins(self, store: Store, clock: Clock) -> None:
        land(store, pull("1", "old"), pull("2", "old"), Record("raw_github_commits", "c", {}))
        land(store, pull("2", "new"), partition="acme/core")
        renamed_at = clock.move(hours=2)
        with store.transaction() as connection:
            store.landing.rename_partition(connection, API, "acme/core")
        assert titles(store, "acme/core") == {"1": "old", "2": "new"}
        assert store.landing.partitions(TABLE) == ["acme/core"]
        assert store.landing.count("raw_github_commits", "acme/core") == 1
        assert store.landing.newest_change(TABLE, "acme/core") == renamed_at

    def test_to_the_same_name_keeps_all(self, store: Store) -> None:
        land(store, pull("1"))
        with store.transaction() as connection:
            store.landing.rename_partition(connection, API, API)
        assert titles(store) == {"1": "a"}
