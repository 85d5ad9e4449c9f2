import pytest

from pulse_assets.store import Store


def save(store: Store, partition: str, stream: str, state: dict) -> None:
    with store.transaction() as connection:
        store.checkpoints.save(connection, partition, stream, state)


class TestCheckpoints:
    def test_what_was_saved_is_loaded(self, store: Store) -> None:
        state = {"walk": {"cursor": "Y3\0\ud83d", "order": None}, "watermark": "2026-03-01T12:00:00Z", "count": 3}
        save(store, "acme/api", "commits", {"old": True})
        save(store, "acme/api", "commits", state)
        assert store.checkpoints.load("acme/api", "commits") == state

    def test_a_stream_that_was_never_read_has_none(self, store: Store) -> None:
        assert store.checkpoints.load("acme/api", "commits") is None
        assert store.checkpoints.all("acme/api") == {}

    def test_belong_to_stream_and_partition(self, store: Store) -> None:
        save(store, "acme/api", "commits", {"n": 1})
        save(store, "acme/api", "releases", {"n": 2})
        save(store, "acme/web", "commits", {"n": 3})
        assert store.checkpoints.all("acme/api") == {"commits": {"n": 1}, "releases": {"n": 2}}

    @pytest.mark.parametrize(("stream", "left"), [("commits", {"releases": {}}), (None, {})])
    def test_are_forgotten_one_by_one_or_all(self, store: Store, stream: str | None, left: dict) -> None:
        for name in ("commits", "releases"):
            save(store, "acme/api", name, {})
        save(store, "acme/web", "commits", {})
        with store.transaction() as connection:
            store.checkpoints.delete(connection, "acme/api", stream)
        assert store.checkpoints.all("acme/api") == left
        assert store.checkpoints.all("acme/web") == {"commits": {}}

    def test_move_with_a_renamed_partition_and_what_the_new_name_has_wins(self, store: Store) -> None:
        save(store, "acme/api", "commits", {"of": "old"})
        save(store, "acme/api", "releases", {"of": "old"})
        save(store, "acme/core", "releases", {"of": "new"})
        with store.transaction() as connection:
            store.checkpoints.rename_partition(connection, "acme/api", "acme/core")
            store.checkpoints.rename_partition(connection, "acme/core", "acme/core")
        assert store.checkpoints.all("acme/core") == {"commits": {"of": "old"}, "releases": {"of": "new"}}
        assert store.checkpoints.all("acme/api") == {}

    def test_are_undone_with_the_transaction(self, store: Store) -> None:
        with store.transaction() as connection:
            store.checkpoints.save(connection, "acme/api", "commits", {})
            connection.rollback()
        assert store.checkpoints.load("acme/api", "commits") is None

    def test_a_state_that_is_not_json_is_refused(self, store: Store) -> None:
        with pytest.raises(ValueError, match="JSON"):
            save(store, "acme/api", "commits", {"n": float("nan")})
