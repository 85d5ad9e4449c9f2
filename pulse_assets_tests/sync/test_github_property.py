"""Whatever happens to a repository and to its syncs, a last quiet sync leaves exactly the repository in the landing."""

import datetime as dt
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulse_assets.store import Store
from pulse_assets_tests.sync.fake_github import FakeGitHub
from pulse_assets_tests.sync.fake_sync import assert_landing_is_the_world, sync

STATES = st.sampled_from(["pending", "in_progress", "success", "failure", "error"])
number = st.integers(0, 1000)
change = st.one_of(
    st.tuples(st.just("wait"), st.integers(1, 100_000)),
    st.tuples(st.just("open"), number),
    st.tuples(st.just("change"), number),
    st.tuples(st.just("push"), number),
    st.tuples(st.just("rewrite"), number),
    st.tuples(st.just("deploy"), st.sampled_from(["production", "staging"])),
    st.tuples(st.just("status"), st.tuples(number, STATES)),
    st.tuples(st.just("release"), number),
    st.tuples(st.just("incident"), number),
    st.tuples(st.just("relabel"), number),
)
interrupted_sync = st.tuples(st.just("sync"), st.one_of(st.none(), st.integers(1, 25)))


class World(FakeGitHub):
    """Carries out the drawn steps; some of them between two requests of a sync."""

    def __init__(self) -> None:
        super().__init__()
        self.during: dict[int, list[tuple]] = {}
        self.serial = 0

    def _ask(self, request: str) -> dt.datetime:
        at = super()._ask(request)
        for step in self.during.pop(len(self.requests), []):
            self.apply(*step)
        return at

    def apply(self, kind: str, value: Any) -> None:  # noqa: C901 - one line for each kind of change
        self.serial += 1
        match kind:
            case "wait":
                self.clock += value
            case "open":
                self.open_pull()
            case "change" if self.pulls:
                self.change_pull(1 + value % len(self.pulls), f"title {self.serial}")
            case "push":
                self.push(f"c{self.serial}")
            case "rewrite" if self.head:
                self.push(f"c{self.serial}", onto=sorted(self.parents)[value % len(self.parents)])
            case "deploy":
                self.deploy(value)
            case "status" if self.deployed:
                deployment_id, state = value
                deployment = self.deployed[sorted(self.deployed)[deployment_id % len(self.deployed)]]
                last = deployment["statuses"][-1]["state"] if deployment["statuses"] else None
                if last in {None, "pending", "in_progress"}:
                    self.add_status(deployment["id"], state)
            case "release":
                self.make_release()
            case "incident":
                self.report_incident()
            case "relabel" if self.issues:
                self.change_issue(
                    sorted(self.issues)[value % len(self.issues)], labels=["incident"] if value % 2 else ["question"]
                )


histories = st.lists(st.one_of(change, interrupted_sync), max_size=40)
meanwhile = st.dictionaries(st.integers(1, 20), st.lists(change, max_size=3), max_size=4)


@given(histories, meanwhile)
@settings(max_examples=40, deadline=None)
def test_the_landing_ends_as_the_repository_is(steps: list[tuple], during: dict[int, list[tuple]]) -> None:
    check(steps, during)


@pytest.mark.full
@given(histories, meanwhile)
@settings(max_examples=600, deadline=None)
def test_the_landing_ends_as_the_repository_is_in_many_histories(
    steps: list[tuple], during: dict[int, list[tuple]]
) -> None:
    check(steps, during)


def check(steps: list[tuple], during: dict[int, list[tuple]]) -> None:
    world = World()
    with tempfile.TemporaryDirectory() as folder, Store.open(f"sqlite:///{Path(folder) / 'pulse.db'}") as store:
        for kind, value in steps:
            if kind == "sync":
                world.fails_at, world.during = value, dict(during)
                sync(store, world)
                world.fails_at, world.during = None, {}
            else:
                world.apply(kind, value)
        world.clock += 61
        outcome = sync(store, world)
        assert outcome.error is None
        assert_landing_is_the_world(store, world)
        world.clock += 3600
        sync(store, world)
        again = sync(store, world)
        assert not again.has_changes
        assert_landing_is_the_world(store, world)
