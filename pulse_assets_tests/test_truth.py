"""What Pulse computes of a generated organization is what its generator knows: all layers but Dagster, over HTTP."""

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pydantic import SecretStr

from pulse_assets.metrics.engine import build_fact, build_metric_months
from pulse_assets.sandbox.generator import generate
from pulse_assets.sandbox.organization import Organization
from pulse_assets.sandbox.server import serving
from pulse_assets.sandbox.truth import Truth
from pulse_assets.settings import Settings
from pulse_assets.sources.github.client import GitHub
from pulse_assets.store import Store
from pulse_assets.sync.discovery import discover
from pulse_assets.sync.engine import sync_partitions
from pulse_assets.sync.github.streams import github_streams
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.lake import Lake
from pulse_assets.tables.quality import check_table, expectations
from pulse_assets.tables.transform import build_table
from pulse_assets_tests.text_tables import CLEAN, records

TOKEN = "of-the-sandbox"
ZONES = ("UTC", "America/New_York", "Asia/Kolkata", "Pacific/Auckland")
Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Collected:
    """One organization, collected and built."""

    organization: Organization
    store: Store
    lake: Lake
    settings: Settings
    repositories: Sequence[str]

    def metric(self, name: str, grain: str) -> Rows:
        first = min(repository.created_at for repository in self.organization.repositories).date()
        last = self.organization.until.date() + dt.timedelta(days=31)
        months = [day.date() for day in pd.date_range(first - dt.timedelta(days=62), last, freq="MS")]
        built = build_metric_months(name, self.lake, months, self.settings, expected_repositories=self.repositories)
        rows = [row for _, frame in built for row in records(frame) if row["grain"] == grain]
        return sorted(rows, key=in_order)


@contextmanager
def collected(folder: Path, organization: Organization, **chosen: Any) -> Iterator[Collected]:
    """Serves, collects and builds an organization."""
    with serving(organization, token=TOKEN) as address:
        settings = Settings.load(
            home=folder,
            github_url=address,
            github_token=(SecretStr(TOKEN),),
            github_organizations=(organization.login,),
            **chosen,
        )
        with (
            Store.open(settings.store_url) as store,
            GitHub(settings, cache=store.http_cache, ledger=store.rate_limits) as github,
        ):
            names = discover(github, store).names
            sync_partitions(store, lambda _: github_streams(github, store, settings), names).raise_for_failures()
            lake = Lake(settings.lake_path)
            for repository in names:
                for name in CLEAN:
                    lake.write(TABLES[name], repository, build_table(name, store, repository, settings))
                fact = build_fact("change_lead_times", lake, repository, settings)
                lake.write(TABLES["change_lead_times"], repository, fact)
            yield Collected(organization, store, lake, settings, names)


def in_order(row: dict[str, Any]) -> tuple[str, dt.date]:
    return row["scope"], row["period_start"]


def close(rows: Rows) -> Rows:
    return [
        {name: pytest.approx(value, abs=1e-9) if isinstance(value, float) else value for name, value in row.items()}
        for row in rows
    ]


@pytest.mark.parametrize(
    "seed", [pytest.param(seed, marks=[pytest.mark.full] if seed > 20 else []) for seed in range(1, 25)]
)
def test_every_row_is_the_truth(tmp_path: Path, seed: int) -> None:
    organization = generate(seed, months=3, pull_requests_per_month=8, people=5)
    zone = ZONES[seed % len(ZONES)]
    with collected(tmp_path, organization, timezone=zone) as found:
        truth = Truth(organization, repositories=found.repositories)
        for repository in found.repositories:
            rows = records(found.lake.read(TABLES["change_lead_times"], repository))
            assert rows == close(truth.change_lead_times(repository))
        for grain in ("week", "month"):
            lead_time = sorted(truth.lead_time(grain, zone), key=in_order)
            assert found.metric("dora_lead_time", grain) == close(lead_time)
            frequency = sorted(truth.deployment_frequency(grain, zone), key=in_order)
            assert found.metric("dora_deployment_frequency", grain) == close(frequency)


def test_every_check_passes_over_a_generated_organization(tmp_path: Path) -> None:
    organization = generate(7, months=3)
    with collected(tmp_path, organization) as found:
        failures = [
            result
            for repository in found.repositories
            for name in (*CLEAN, "change_lead_times")
            for result in check_table(
                TABLES[name],
                found.lake,
                repository,
                expected=expectations(found.store, repository, found.settings),
                now=organization.until,
            )
            if not result.passed
        ]
    assert failures == []
