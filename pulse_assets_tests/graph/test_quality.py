"""A real failure in a generated organisation: the report, the figures and the listener tell of the same."""

import datetime as dt
import functools
import json
import logging
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from pulse_assets.cli import checks as command
from pulse_assets.errors import ConfigurationError, ExitCode
from pulse_assets.graph import runs
from pulse_assets.graph.outcome import GraphOutcome
from pulse_assets.graph.resources import Pulse
from pulse_assets.graph.runs import run_sync
from pulse_assets.graph.transitions import log_transitions, remember
from pulse_assets.settings import Settings
from pulse_assets.store import Record, Store
from pulse_assets.store.schema import LANDING
from pulse_assets.tables.check_history import latest_results
from pulse_assets.tables.check_transitions import CheckTransition
from pulse_assets.tables.lake import Lake
from pulse_assets_tests.reports.quality.recorded import result

FORKED, INCOMPLETE = "acme/api", "acme/web"
PULL_REQUESTS, COMMITS = "raw_github_pull_requests", "raw_github_commits"
NOW = dt.datetime(2027, 1, 1, tzinfo=dt.UTC)


@dataclass
class World:
    """What became of an organisation that was collected twice and then damaged in the store.

    Attributes:
        told: What the listener was told in the last sync.
    """

    settings: Settings
    sound: GraphOutcome
    unchanged: GraphOutcome
    damaged: GraphOutcome
    told: list[CheckTransition] = field(default_factory=list)

    def report(self) -> dict[str, Any]:
        return json.loads((self.settings.home / "reports" / "quality" / "data_quality.json").read_text())


@pytest.fixture(scope="module")
def world(organization_url: tuple[str, str], tmp_path_factory: pytest.TempPathFactory) -> World:
    """A commit without parents is landed for one repository; two pull requests of another are lost."""
    address, login = organization_url
    settings = Settings.load(
        home=tmp_path_factory.mktemp("damaged"),
        github_url=address,
        github_token="t",
        github_organizations=login,
        # The organisation ends on a fixed day, however late the test runs.
        fresh_hours=1e6,
    )
    sound, unchanged = run_sync(settings), run_sync(settings)
    _damage(settings)
    told: list[CheckTransition] = []

    def listen(changed: Sequence[CheckTransition], _log: logging.Logger) -> None:
        told.extend(changed)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(runs, "Pulse", functools.partial(Pulse, on_check_transitions=listen))
        damaged = run_sync(settings)
    return World(settings, sound, unchanged, damaged, told)


def _damage(settings: Settings) -> None:
    with Store.open(settings.store_url) as store:
        (head, *_) = next(store.landing.read(COMMITS, FORKED))
        orphan = Record(COMMITS, "f" * 40, {**head.payload, "sha": "f" * 40, "parents": []}, updated_at=head.updated_at)
        lost = [record.key for batch in store.landing.read(PULL_REQUESTS, INCOMPLETE) for record in batch][:2]
        assert len(lost) == 2
        with store.transaction() as connection:
            store.landing.upsert(connection, FORKED, [orphan], seen_at=dt.datetime.now(dt.UTC))
            its = LANDING.c
            of = sa.and_(its.table_name == PULL_REQUESTS, its.partition == INCOMPLETE, its.record_key.in_(lost))
            assert connection.execute(sa.delete(LANDING).where(of)).rowcount == 2


def failing(report: dict[str, Any]) -> set[tuple[str, str]]:
    """Of the repositories that were damaged; the generated histories have odd rows of their own."""
    return {
        (check["partition"], check["name"])
        for check in report["checks"]
        if not check["is_passed"] and check["dimension"] != "accuracy"
    }


def statuses(settings: Settings, scope: str) -> set[tuple[str, str | None]]:
    asked = "select status, status_reason from dora_lead_time where scope = ? and definition = 'pulse'"
    with Lake(settings.lake_path).connect(["dora_lead_time"]) as connection:
        return set(connection.execute(asked, [scope]).fetchall())


def test_a_sound_world_is_reported_once_in_every_format(world: World) -> None:
    assert world.sound.exit_code == ExitCode.OK
    written = {path.name for path in world.sound.reports if path.parent.name == "quality"}
    assert written == {f"data_quality.{name}" for name in ("html", "md", "csv", "json")}


def test_the_report_names_what_fails_and_what_that_withholds(world: World) -> None:
    report = world.report()
    assert world.damaged.exit_code == ExitCode.QUALITY_GATE
    assert report["status"] == "withheld"
    assert {
        (FORKED, "commits_have_one_head"),
        (FORKED, "commits_are_no_more_than_at_the_source"),
        (INCOMPLETE, "pull_requests_are_complete"),
    } <= failing(report)
    fates = {each["level"]: each for each in report["consequences"]}
    assert fates["withheld"]["repositories"] == [FORKED]
    assert fates["withheld"]["checks"] == ["commits_have_one_head"]
    assert "Change lead time" in fates["withheld"]["metrics"]
    assert fates["degraded"]["repositories"] == [INCOMPLETE]
    assert not fates["degraded"]["is_every_metric"]  # deployments are counted without pull requests
    assert "Deployment frequency" not in fates["degraded"]["metrics"]
    (lost,) = [
        check for check in report["checks"] if check["name"] == "pull_requests_are_complete" and not check["is_passed"]
    ]
    assert lost["failed_count"] == 2
    assert lost["has_passed"]


def test_the_figures_are_withheld_and_marked_for_the_same_reason(world: World) -> None:
    forked = statuses(world.settings, FORKED)
    assert {status for status, _ in forked} == {"withheld"}
    assert all("commits_have_one_head" in (reason or "") for _, reason in forked)
    incomplete = statuses(world.settings, INCOMPLETE)
    assert {status for status, _ in incomplete} == {"degraded"}
    assert all("pull_requests_are_complete" in (reason or "") for _, reason in incomplete)
    assert {status for status, _ in statuses(world.settings, "all")} == {"degraded"}


def test_the_weekly_report_says_so_too(world: World) -> None:
    (path,) = (path for path in world.damaged.reports if path.parent.name == "weekly" and path.suffix == ".json")
    scopes = {scope["name"]: scope for scope in json.loads(path.read_text())["scopes"]}
    headline = "dora_lead_time.lead_time_median_hours"
    named = {
        name: next(figure for figure in scope["figures"] if figure["name"] == headline)
        for name, scope in scopes.items()
    }
    assert named[FORKED]["status"] == "withheld"
    assert named[FORKED]["value"] is None
    assert "commits_have_one_head" in named[FORKED]["status_reason"]
    assert named[INCOMPLETE]["status"] == "degraded"
    assert "pull_requests_are_complete" in named[INCOMPLETE]["status_reason"]


def test_the_listener_is_told_what_fails_now_and_passed_before(world: World) -> None:
    assert {(each.partition, each.result.name) for each in world.told if each.is_failure} >= {
        (FORKED, "commits_have_one_head"),
        (INCOMPLETE, "pull_requests_are_complete"),
    }


def test_the_command_ends_with_the_code_of_the_gate(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PULSE_HOME", str(world.settings.home))
    chosen: dict[str, Any] = {"table": None, "dimension": None, "failed": True, "output": "text"}
    assert command.run(partition=FORKED, **chosen) == ExitCode.QUALITY_GATE
    assert "commits_have_one_head" in capsys.readouterr().out
    assert command.run(partition=INCOMPLETE, **chosen) == ExitCode.OK


@pytest.fixture
def copied(world: World, tmp_path: Path) -> Settings:
    """The damaged world in a home of its own."""
    home = tmp_path / "copy"
    shutil.copytree(world.settings.home, home)
    return world.settings.model_copy(update={"home": home})


def test_a_threshold_moves_the_verdict_and_with_it_the_figures(copied: Settings) -> None:
    tolerant = copied.model_copy(update={"max_missing_ratio": 0.9})
    run_sync(tolerant)
    report = json.loads((copied.home / "reports" / "quality" / "data_quality.json").read_text())
    assert (INCOMPLETE, "pull_requests_are_complete") not in failing(report)
    assert (FORKED, "commits_have_one_head") in failing(report)
    reasons = {reason for _, reason in statuses(copied, INCOMPLETE)}
    assert not [reason for reason in reasons if reason and "pull_requests_are_complete" in reason]


def test_without_news_the_report_is_not_written_again(world: World) -> None:
    assert world.unchanged.reports == ()
    assert [stage for stage, _ in world.unchanged.run_ids] == ["collection"]


def test_a_report_that_cannot_be_written_fails_the_pass_and_says_why(copied: Settings) -> None:
    folder = copied.home / "reports" / "quality"
    shutil.rmtree(folder)
    folder.write_text("in the way")
    outcome = run_sync(copied.model_copy(update={"fresh_hours": 2e6}))
    assert isinstance(outcome.error, ConfigurationError)
    assert str(folder) in str(outcome.error)


class Listener:
    """Remembers what it was told, and fails when it should."""

    def __init__(self, *, is_broken: bool = False) -> None:
        self.is_broken = is_broken
        self.told: list[tuple[str, bool]] = []

    def __call__(self, changed: Sequence[CheckTransition], log: logging.Logger) -> None:
        self.told += [(each.result.name, each.is_failure) for each in changed]
        if self.is_broken:
            raise OSError("No such host.")
        log_transitions(changed, log)


@pytest.mark.parametrize("is_broken", [False, True])
def test_each_change_is_told_once_and_recorded_whatever_the_listener_does(
    sqlite_store: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture, *, is_broken: bool
) -> None:
    caplog.set_level(logging.INFO)
    listener, log = Listener(is_broken=is_broken), logging.getLogger("of the run")
    for day, passed in enumerate([True, False, False, True]):
        pulse = Pulse(
            Settings(home=tmp_path),
            clock=lambda day=day: NOW + dt.timedelta(days=day),
            on_check_transitions=listener,
        )
        remember(sqlite_store, {("commits", FORKED): [result("commits", "structure", passed=passed)]}, pulse, log)
    assert listener.told == [("commits_have_one_head", True), ("commits_have_one_head", False)]
    assert [each.result.passed for each in latest_results(sqlite_store)] == [True]
    levels = [record.levelname for record in caplog.records if record.name == "of the run"]
    assert levels == (["ERROR", "ERROR"] if is_broken else ["WARNING", "INFO"])
