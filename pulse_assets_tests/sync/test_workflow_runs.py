"""Workflow runs: whole although GitHub lists no more than so many, again when they change, gone by two proofs."""

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from pulse_assets.errors import SourceUnavailable
from pulse_assets.store import Store, UpsertCount
from pulse_assets.sync.github import workflow_runs
from pulse_assets.sync.github.collection import WORKFLOW_RUNS
from pulse_assets.sync.outcome import PartitionOutcome
from pulse_assets_tests.sync import dump
from pulse_assets_tests.sync.fake_github import FakeGitHub
from pulse_assets_tests.sync.fake_sync import SETTINGS, landed, proofs
from pulse_assets_tests.sync.fake_sync import sync as sync_with

HOUR = 3600
DAY = 24 * HOUR
WITH_RUNS = SETTINGS.model_copy(update={"deployment_source": "workflow_runs"})
CAP = 4


@pytest.fixture(autouse=True)
def small_cap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workflow_runs, "LISTED_AT_MOST", CAP)


def capped(**options: Any) -> FakeGitHub:
    world = FakeGitHub(**options)
    world.counts_runs = True
    world.runs_listed_at_most = CAP
    return world


@pytest.fixture
def github() -> FakeGitHub:
    world = capped()
    for number in range(20):
        world.clock += HOUR
        world.start_run("Tests" if number % 4 == 3 else "Deploy to production")
    world.clock += HOUR
    return world


def sync(store: Store, github: FakeGitHub) -> PartitionOutcome:
    return sync_with(store, github, settings=WITH_RUNS)


def runs(store: Store) -> dict[int, dict[str, Any]]:
    return {int(key): payload for key, payload in landed(store, WORKFLOW_RUNS).items()}


def assert_runs_are_the_world(store: Store, github: FakeGitHub) -> None:
    assert runs(store) == {key: run for key, run in github.runs.items() if run["name"].startswith("Deploy")}


def test_runs_are_no_part_of_a_sync_that_takes_deployments_elsewhere(sqlite_store: Store, github: FakeGitHub) -> None:
    sync_with(sqlite_store, github)
    assert "probe runs" not in github.requests
    assert runs(sqlite_store) == {}


def test_the_first_sync_cuts_the_time_until_github_lists_all_of_it(sqlite_store: Store, github: FakeGitHub) -> None:
    outcome = sync(sqlite_store, github)
    assert outcome.error is None
    assert outcome.counts[WORKFLOW_RUNS] == UpsertCount(inserted=15, unchanged=10)
    assert_runs_are_the_world(sqlite_store, github)


def test_only_runs_whose_workflow_fits_are_landed(sqlite_store: Store) -> None:
    github = capped()
    for name in ("Deploy to production", "deploy (live)", "Tests", "Deploy to staging"):
        github.clock += HOUR
        github.start_run(name)
    github.runs[github.start_run()]["name"] = None
    sync(sqlite_store, github)
    assert [run["name"] for run in runs(sqlite_store).values()] == ["Deploy to production", "deploy (live)"]


def test_a_later_sync_reads_from_the_newest_known_run_on(sqlite_store: Store, github: FakeGitHub) -> None:
    sync(sqlite_store, github)
    new = github.start_run()
    github.clock += HOUR
    outcome = sync(sqlite_store, github)
    assert github.requests.count("runs") == 1
    assert outcome.counts[WORKFLOW_RUNS].inserted == 1
    assert new in runs(sqlite_store)
    sync(sqlite_store, github)
    assert "runs" not in github.requests


def test_many_new_runs_are_cut_too(sqlite_store: Store, github: FakeGitHub) -> None:
    sync(sqlite_store, github)
    for _ in range(11):
        github.clock += 60
        github.start_run()
    github.clock += HOUR
    sync(sqlite_store, github)
    assert_runs_are_the_world(sqlite_store, github)


def test_an_unfinished_run_is_looked_at_until_it_ends(sqlite_store: Store, github: FakeGitHub) -> None:
    run = github.start_run(status="in_progress")
    github.clock += HOUR
    sync(sqlite_store, github)
    assert runs(sqlite_store)[run]["conclusion"] is None
    github.clock += HOUR
    github.change_run(run, status="completed", conclusion="failure")
    sync(sqlite_store, github)
    assert_runs_are_the_world(sqlite_store, github)
    github.clock += 8 * DAY
    for _ in range(10):
        github.clock += HOUR
        github.start_run()
    sync(sqlite_store, github)
    sync(sqlite_store, github)
    assert github.requests.count("run") == 10, "the newest successes alone"


@pytest.mark.parametrize("days", [1, 6, 29])
def test_a_success_that_is_started_again_is_found(sqlite_store: Store, github: FakeGitHub, days: int) -> None:
    sync(sqlite_store, github)
    newest = max(runs(sqlite_store))
    github.clock += days * DAY
    github.rerun(newest)
    outcome = sync(sqlite_store, github)
    assert outcome.counts[WORKFLOW_RUNS].changed == 1
    assert runs(sqlite_store)[newest]["run_attempt"] == 2
    github.rerun(newest, "failure")
    sync(sqlite_store, github)
    assert_runs_are_the_world(sqlite_store, github)


def test_an_old_success_that_is_started_again_is_found_by_the_census(sqlite_store: Store, github: FakeGitHub) -> None:
    sync(sqlite_store, github)
    oldest = min(runs(sqlite_store))
    github.clock += DAY
    github.rerun(oldest)
    sync(sqlite_store, github)
    assert runs(sqlite_store)[oldest]["run_attempt"] == 1
    github.clock += 7 * DAY
    sync(sqlite_store, github)
    assert_runs_are_the_world(sqlite_store, github)


@pytest.mark.parametrize("fails_at", range(6, 45))
def test_a_first_sync_that_failed_at_any_request_goes_on_behind_the_last_time_read(
    sqlite_store: Store, github: FakeGitHub, tmp_path: Path, fails_at: int
) -> None:
    with Store.open(f"sqlite:///{tmp_path / 'other.db'}") as undisturbed:
        sync(undisturbed, github)
        whole = github.requests.count("runs")
        github.fails_at = fails_at
        sync(sqlite_store, github)
        asked = github.requests.count("runs")
        github.fails_at = None
        assert sync(sqlite_store, github).is_complete
        # A time is read again from its first page: two pages hold all that is listed of one.
        assert asked + github.requests.count("runs") <= whole + 2
        assert dump.landing(sqlite_store) == dump.landing(undisturbed)
        assert dump.checkpoints(sqlite_store) == dump.checkpoints(undisturbed)


def test_a_list_that_stays_shorter_than_its_count_ends_the_sync(sqlite_store: Store, github: FakeGitHub) -> None:
    github.runs_listed_at_most = 2
    assert isinstance(sync(sqlite_store, github).error, SourceUnavailable)


def test_more_runs_in_a_second_than_are_listed_are_said_and_do_not_hold_up(
    sqlite_store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    github = capped()
    github.clock += HOUR
    for _ in range(CAP + 2):
        github.start_run()
    github.clock += HOUR
    assert sync(sqlite_store, github).is_complete
    assert len(runs(sqlite_store)) == CAP
    assert f"has {CAP + 2} runs in the second 2024-01-01T01:00:00Z" in caplog.text


def test_a_deleted_run_goes_missing_by_both_proofs(sqlite_store: Store, github: FakeGitHub) -> None:
    sync(sqlite_store, github)
    gone = sorted(runs(sqlite_store))[3]
    del github.runs[gone]
    github.clock += 7 * DAY
    assert sync(sqlite_store, github).missing_count == 1
    assert gone not in runs(sqlite_store)
    (proof,) = proofs(sqlite_store)
    assert proof.startswith(
        "The list of the 2 runs from 2024-01-01T04:00:00Z to 2024-01-01T06:00:00Z, read by 2024-01-"
    )
    assert "; asked for by itself it answered 404 by 2024-01-" in proof


def test_fewer_runs_than_before_give_reason_to_look(sqlite_store: Store, github: FakeGitHub) -> None:
    sync(sqlite_store, github)
    del github.runs[max(github.runs)], github.runs[max(github.runs)]
    github.open_pull()
    assert sync(sqlite_store, github).missing_count == 1
    assert_runs_are_the_world(sqlite_store, github)


def test_runs_that_github_no_longer_lists_at_all_are_kept(
    sqlite_store: Store, github: FakeGitHub, caplog: pytest.LogCaptureFixture
) -> None:
    sync(sqlite_store, github)
    github.runs.clear()
    github.clock += 8 * DAY
    assert sync(sqlite_store, github).missing_count == 0
    assert len(runs(sqlite_store)) == 15
    assert "no list that holds others proves them gone" in caplog.text


def test_runs_that_left_github_by_age_are_kept(sqlite_store: Store, github: FakeGitHub) -> None:
    sync(sqlite_store, github)
    for key in sorted(github.runs)[:10]:
        del github.runs[key]
    github.clock += 400 * DAY
    assert sync(sqlite_store, github).missing_count == 0
    assert len(runs(sqlite_store)) == 15


steps = st.lists(
    st.one_of(
        st.tuples(st.just("start"), st.sampled_from(["Deploy to production", "Tests"])),
        st.tuples(st.just("begin"), st.just("Deploy to production")),
        st.tuples(st.just("end"), st.sampled_from(["success", "failure"])),
        st.tuples(st.just("wait"), st.integers(0, DAY // 2)),
        st.tuples(st.just("sync"), st.one_of(st.none(), st.integers(1, 20))),
    ),
    max_size=40,
)


@given(steps, st.integers(2, 5))
@hypothesis_settings(max_examples=40, deadline=None)
def test_however_the_history_is_cut_into_syncs_the_landing_ends_as_the_source_is(
    steps: list[tuple[str, Any]], page_size: int
) -> None:
    github = capped(page_size=page_size)
    github.runs_listed_at_most = 1000
    with tempfile.TemporaryDirectory() as folder, Store.open(f"sqlite:///{Path(folder) / 'pulse.db'}") as store:
        for kind, value in steps:
            unfinished = [key for key, run in github.runs.items() if run["conclusion"] is None]
            if kind == "sync":
                github.fails_at = value
                sync(store, github)
                github.fails_at = None
            elif kind == "wait":
                github.clock += value
            elif kind == "end" and unfinished:
                github.change_run(unfinished[0], status="completed", conclusion=value)
            elif kind != "end":
                github.start_run(value, "completed" if kind == "start" else "queued")
        github.clock += 1
        assert sync(store, github).is_complete
        assert_runs_are_the_world(store, github)
