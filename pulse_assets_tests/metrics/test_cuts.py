"""The way in which a history is cut into syncs changes no fact and no figure."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from pulse_assets.graph.inputs import PresentState, month_inputs
from pulse_assets.graph.resources import Pulse
from pulse_assets.graph.wings import GITHUB
from pulse_assets.metrics.engine import build_fact_partitions, build_metrics
from pulse_assets.sandbox import generate, serving
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.schema import Table
from pulse_assets.tables.teams import Teams
from pulse_assets.tables.transform import build_table
from pulse_assets_tests.collected import FACTS
from pulse_assets_tests.sync.test_sandbox import TOKEN, Tenant, moments, move_clock, tenant
from pulse_assets_tests.text_tables import CLEAN

METRICS = tuple(table.name for table in GITHUB.metrics)
Figures = dict[tuple[str, str], list[dict[str, Any]]]


class Projection:
    """The lake of a tenant, and the figures of each metric and month, kept up to date after each sync."""

    def __init__(self, source: Tenant) -> None:
        self.pulse = Pulse(source.settings)
        self.lake = self.pulse.lake
        self.figures: Figures = {}
        self._source = source
        self._inputs: dict[str, str] = {}
        self._names: tuple[str, ...] = ()

    def update(self) -> None:
        """Collects what is new, builds the tables, and computes the months whose inputs changed."""
        self._names = tuple(sorted(self._source.discover().names))
        assert self._source.sync(*self._names).status == "completed"
        self._write_tables()
        present = PresentState(self._names, Teams(), ())
        inputs = month_inputs(self.pulse, GITHUB, present)
        due = [month for month, text in inputs.items() if self._inputs.get(month) != text]
        self._inputs = inputs
        self.figures |= self.computed(due)

    def computed(self, months: list[str]) -> Figures:
        """The months from the tables as they are."""
        built = build_metrics(METRICS, self.lake, months, self.pulse.settings, expected=self._names)
        return {(name, month.isoformat()): rows.to_pylist() for name, tables in built for month, rows in tables.items()}

    def computed_anew(self) -> Figures:
        """Every month from the tables as they are."""
        return self.computed(list(self._inputs))

    def facts(self) -> dict[tuple[str, str], bytes]:
        """The files by fact and repository."""
        return {
            (name, repository): self.lake.file(TABLES[name], repository).read_bytes()
            for name in FACTS
            for repository in self._names
        }

    def _write_tables(self) -> None:
        settings = self._source.settings
        for name in (*CLEAN, *FACTS):
            self._drop_renamed(TABLES[name])
        for name in CLEAN:
            for repository in self._names:
                self.lake.write(TABLES[name], repository, build_table(name, self._source.store, repository, settings))
        for name in FACTS:
            self.lake.write_all(TABLES[name], build_fact_partitions(name, self.lake, self._names, settings))

    def _drop_renamed(self, table: Table) -> None:
        for repository in set(self.lake.partitions(table)) - set(self._names):
            self.lake.drop_partition(table, repository)


def check_cuts(seed: int, cuts: list[tuple[float, int]]) -> None:
    organization = generate(seed, repositories=3, people=4, months=2, pull_requests_per_month=6)
    events = moments(organization)
    times = sorted(events[int(share * (len(events) - 1))] + dt.timedelta(seconds=after) for share, after in cuts)
    with serving(organization, token=TOKEN, budget=1_000_000) as address, tenant(address) as acme:
        piecewise = Projection(acme)
        for time in [*times, organization.until]:
            move_clock(address, time)
            piecewise.update()
        with tenant(address) as late:
            at_once = Projection(late)
            at_once.update()
            assert piecewise.facts() == at_once.facts()
            assert piecewise.figures == piecewise.computed_anew() == at_once.figures
            assert any(rows for rows in at_once.figures.values())


@pytest.mark.parametrize(("seed", "cuts"), [(1, [(0.3, 0), (0.6, 30), (0.9, -1)])])
def test_a_history_cut_into_syncs_gives_the_facts_and_figures_of_one_sync(
    seed: int, cuts: list[tuple[float, int]]
) -> None:
    check_cuts(seed, cuts)


@pytest.mark.full
@given(st.integers(1, 1000), st.lists(st.tuples(st.floats(0, 1), st.integers(-2, 70)), min_size=1, max_size=5))
@hypothesis_settings(max_examples=40, deadline=None)
def test_any_cuts_give_the_facts_and_figures_of_one_sync(seed: int, cuts: list[tuple[float, int]]) -> None:
    check_cuts(seed, cuts)
