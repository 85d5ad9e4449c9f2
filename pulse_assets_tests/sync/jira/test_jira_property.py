"""Whatever happens to a project and to its syncs, a last quiet sync leaves exactly the project in the landing."""

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulse_assets.store import Store
from pulse_assets.sync.jira.collection import ISSUES
from pulse_assets_tests.sync.jira.fake_jira import FakeJira
from pulse_assets_tests.sync.jira.fake_sync import NAME, assert_landing_is_the_world, landed, sync

number = st.integers(0, 1000)
change = st.one_of(
    st.tuples(st.just("wait"), st.integers(1, 500_000_000)),
    st.tuples(st.just("make"), st.sampled_from(["EE", "EE", "WEB_2"])),
    st.tuples(st.just("edit"), number),
    st.tuples(st.just("status"), number),
    st.tuples(st.just("move"), number),
    st.tuples(st.just("delete"), number),
    st.tuples(st.just("sprint"), number),
    st.tuples(st.just("hire"), number),
    st.tuples(st.just("field"), number),
)
interrupted_sync = st.tuples(st.just("sync"), st.one_of(st.none(), st.integers(1, 40)))
full_sync = st.tuples(st.just("full"), st.one_of(st.none(), st.integers(1, 40)))


class World(FakeJira):
    """Carries out the drawn steps; some of them between two requests of a sync."""

    def __init__(self) -> None:
        super().__init__()
        self.during: dict[int, list[tuple]] = {}
        self.serial = 0
        self.add_board()

    def _ask(self, request: str) -> None:
        super()._ask(request)
        for step in self.during.pop(len(self.requests), []):
            self.apply(*step)

    def apply(self, kind: str, value: Any) -> None:
        self.serial += 1
        self.clock += 1
        match kind:
            case "wait":
                self.clock += value
            case "make":
                self.make(value)
            case "sprint":
                self.add_sprint(self.serial)
            case "hire":
                self.people[f"p{self.serial}"] = f"Person {self.serial}"
            case "field" if len(self.points) < 3:
                self.points = [*self.points, f"customfield_{self.serial}"]
            case "edit" | "status" | "move" | "delete" if self.store:
                self.touch(kind, sorted(self.store)[value % len(self.store)], value)

    def touch(self, kind: str, issue: str, value: int) -> None:
        match kind:
            case "edit":
                self.edit(issue, summary=f"summary {self.serial}", author=sorted(self.people)[value % len(self.people)])
            case "status":
                self.edit(issue, status=["1", "3", "5"][value % 3])
            case "move":
                self.move(issue, "EE" if self.store[issue]["project_key"] == "WEB_2" else "WEB_2")
            case "delete":
                self.delete(issue)


histories = st.lists(st.one_of(change, change, change, interrupted_sync, full_sync), max_size=50)
meanwhile = st.dictionaries(st.integers(1, 40), st.lists(change, max_size=3), max_size=5)


@given(histories, meanwhile)
@settings(max_examples=60, deadline=None)
def test_the_landing_ends_as_the_project_is(steps: list[tuple], during: dict[int, list[tuple]]) -> None:
    check(steps, during)


@pytest.mark.full
@given(histories, meanwhile)
@settings(max_examples=600, deadline=None)
def test_the_landing_ends_as_the_project_is_in_many_histories(
    steps: list[tuple], during: dict[int, list[tuple]]
) -> None:
    check(steps, during)


def check(steps: list[tuple], during: dict[int, list[tuple]]) -> None:
    jira = World()
    with tempfile.TemporaryDirectory() as folder, Store.open(f"sqlite:///{Path(folder) / 'pulse.db'}") as store:
        for kind, value in steps:
            if kind in {"sync", "full"}:
                jira.fails_at, jira.during = value, dict(during)
                sync(store, jira, full=kind == "full")
                jira.fails_at, jira.during = None, {}
            else:
                jira.apply(kind, value)
        # A list without any issue proves nothing gone.
        jira.make()
        jira.clock += 61_000
        outcome = sync(store, jira)
        assert outcome.error is None
        settle(jira)
        assert_landing_is_the_world(store, jira)
        sync(store, jira)
        again = sync(store, jira)
        assert not again.has_changes
        assert not jira.read_in_full
        assert_landing_is_the_world(store, jira)
        assert sync(store, jira, project="WEB_2").error is None
        assert_landing_is_the_world(store, jira, "WEB_2")
        with Store.open(f"sqlite:///{Path(folder) / 'fresh.db'}") as fresh:
            sync(fresh, jira)
            assert landed(fresh, ISSUES) == landed(store, ISSUES, NAME)


def settle(jira: World) -> None:
    """The world's issues as a client gives them that asks for all fields."""
    for issue in jira.store.values():
        issue["estimates"] = {name: issue["estimates"].get(name) for name in jira.points}
