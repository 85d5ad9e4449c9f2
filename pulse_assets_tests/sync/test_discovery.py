from collections.abc import Iterator
from typing import Any, cast

import pytest

from pulse_assets.errors import LeaseHeld, NotFound
from pulse_assets.sources.github.client import GitHub
from pulse_assets.store import Record, Store
from pulse_assets.sync.discovery import Discovered, RepositoryRef, discover
from pulse_assets.sync.engine import lease_name
from pulse_assets_tests.sync.scripted import EPOCH


class Names:
    """A GitHub that knows repositories by id and name, and redirects old names."""

    def __init__(self, **ids: int) -> None:
        self.ids = ids
        self.old: dict[str, str] = {}
        self.lacks: NotFound | None = None

    def repository(self, name: str) -> dict[str, Any]:
        name = self.old.get(name, name)
        if name not in self.ids:
            raise NotFound(f"There is no repository {name}.", hint="Check PULSE_GITHUB_REPOSITORIES.")
        return {"id": self.ids[name], "full_name": name}

    def repositories(self) -> Iterator[dict[str, Any]]:
        for name, number in self.ids.items():
            yield {"id": number, "full_name": name}
        if self.lacks:
            raise self.lacks


def run(names: Names, store: Store, *only: str) -> Discovered:
    return discover(cast("GitHub", names), store, names=only or None)


def land(store: Store, partition: str, number: int) -> None:
    with store.transaction() as connection:
        rows = [
            Record("raw_github_repositories", str(number), {"id": number}),
            Record("raw_github_pull_requests", "1", {"of": number}),
        ]
        store.landing.upsert(connection, partition, rows, seen_at=EPOCH)
        store.checkpoints.save(connection, partition, "pull_requests", {"of": number})


def owner(store: Store, partition: str) -> int | None:
    """The repository whose pull requests and checkpoint the partition holds."""
    landed = store.landing.get("raw_github_pull_requests", partition, ["1"])
    state = store.checkpoints.load(partition, "pull_requests")
    assert (landed["1"].payload if landed else None) == state
    return state["of"] if state else None


def test_each_repository_is_given_once_under_its_present_name(store: Store) -> None:
    github = Names(api=1, web=2)
    github.old = {"backend": "api"}
    assert run(github, store).repositories == (RepositoryRef(1, "api"), RepositoryRef(2, "web"))
    assert run(github, store, "backend", "api").names == ("api",)


def test_a_renamed_repository_takes_its_rows_and_checkpoints_along(store: Store) -> None:
    land(store, "backend", 1)
    found = run(Names(api=1), store)
    assert found.renamed == {"backend": "api"}
    assert owner(store, "api") == 1
    assert owner(store, "backend") is None
    assert run(Names(api=1), store).renamed == {}


def test_two_repositories_that_swap_names_swap_their_rows(store: Store) -> None:
    land(store, "a", 1)
    land(store, "b", 2)
    assert run(Names(b=1, a=2), store).renamed == {"a": "b", "b": "a"}
    assert (owner(store, "a"), owner(store, "b")) == (2, 1)


def test_a_chain_of_renamed_repositories_keeps_each_with_its_rows(store: Store) -> None:
    land(store, "a", 1)
    land(store, "b", 2)
    run(Names(b=1, c=2, a=3), store)
    assert (owner(store, "a"), owner(store, "b"), owner(store, "c")) == (None, 1, 2)


def test_a_new_repository_under_an_old_name_does_not_inherit_rows(store: Store) -> None:
    land(store, "api", 1)
    found = run(Names(api=7), store)
    assert found.replaced == {"api": "api@1"}
    assert owner(store, "api") is None
    assert owner(store, "api@1") == 1
    assert run(Names(api=7), store).replaced == {}


def test_landed_repositories_that_are_no_longer_wanted_stay_as_they_are(store: Store) -> None:
    land(store, "old", 1)
    found = run(Names(api=2), store)
    assert (found.renamed, found.replaced) == ({}, {})
    assert owner(store, "old") == 1


def test_a_missing_name_leaves_the_others(store: Store) -> None:
    found = run(Names(api=1), store, "api", "gone")
    assert found.names == ("api",)
    assert "PULSE_GITHUB_REPOSITORIES" in str(found.missing["gone"])
    github = Names(api=1)
    github.lacks = NotFound("There is no repository gone.")
    assert run(github, store).names == ("api",)
    assert run(github, store).missing == {"settings": github.lacks}


def test_nothing_found_is_an_error_that_names_the_setting(store: Store) -> None:
    with pytest.raises(NotFound, match="PULSE_GITHUB_REPOSITORIES"):
        run(Names(), store, "gone")


def test_a_repository_that_is_being_collected_is_renamed_later(store: Store) -> None:
    land(store, "backend", 1)
    lease = store.leases.acquire(lease_name("github", "backend"))
    found = run(Names(api=1, web=2), store)
    assert found.names == ("web",)
    assert isinstance(found.missing["api"], LeaseHeld)
    assert owner(store, "backend") == 1
    with pytest.raises(LeaseHeld):
        run(Names(api=1), store)
    store.leases.release(lease)
    assert run(Names(api=1), store).renamed == {"backend": "api"}
