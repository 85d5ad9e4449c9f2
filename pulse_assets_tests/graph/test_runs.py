"""Real runs on the lasting instance, against the generated organisation."""

import datetime as dt
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.event_api import PartitionKeyFilter

from pulse_assets.errors import ExitCode, NotFound, SourceUnavailable, UsageError
from pulse_assets.graph.assembly import build_definitions
from pulse_assets.graph.instance import lasting_instance
from pulse_assets.graph.partitions import REPOSITORIES
from pulse_assets.graph.runs import run_reports, run_sync
from pulse_assets.reports import Period
from pulse_assets.settings import Settings
from pulse_assets.sources.github.client import GitHub
from pulse_assets.store import Record, Store
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.lake import Lake

BROKEN = "acme/api"
LATER = dt.date(2026, 10, 15)


class GitHubWithoutOne(GitHub):
    """Fails for one repository, after its description was read."""

    def newest_pull_request(self, repository: str):  # noqa: ANN201 - as the client's
        if repository == BROKEN:
            raise SourceUnavailable(f"{repository} does not answer.")
        return super().newest_pull_request(repository)


def github_without_one(settings: Settings, store: Store) -> GitHub:
    return GitHubWithoutOne(settings, cache=store.http_cache, ledger=store.rate_limits)


def statuses(settings: Settings, asset: str) -> dict[str, str]:
    with lasting_instance(settings) as instance:
        keys = instance.get_dynamic_partitions(str(REPOSITORIES.name))
        found = instance.get_status_by_partition(dg.AssetKey(asset), keys, REPOSITORIES) or {}
        return {key: status.value if status else "MISSING" for key, status in found.items()}


def run_statuses(settings: Settings) -> dict[str, str]:
    with lasting_instance(settings) as instance:
        return {run.run_id: run.status.value for run in instance.get_runs()}


def test_a_repository_that_fails_leaves_the_others_done_and_is_taken_up_by_the_next_sync(sandboxed: Settings) -> None:
    first = run_sync(sandboxed, make_github=github_without_one)

    assert first.exit_code == ExitCode.PARTIAL
    assert first.partitions[BROKEN].status == "failed"
    assert isinstance(first.partitions[BROKEN].error, SourceUnavailable)
    others = [key for key in first.partitions if key != BROKEN]
    assert len(others) == 3
    assert {first.partitions[key].status for key in others} == {"completed"}
    assert {path.suffix for path in first.reports} == {".html", ".md", ".csv", ".json"}
    assert first.months
    assert set(first.row_counts) == {table.name for table in TABLES.values() if table.family == "delivery"}
    assert first.messages == ()
    reasons = all_reasons(sandboxed)
    assert reasons
    assert all(f"1 of 4 repositories ({BROKEN})" in (reason or "") for reason in reasons)

    raw = statuses(sandboxed, "raw_github_pull_requests")
    assert raw.pop(BROKEN) == "FAILED"
    assert set(raw.values()) == {"MATERIALIZED"}
    facts = statuses(sandboxed, "change_lead_times")
    assert facts.pop(BROKEN) == "MISSING"
    assert set(facts.values()) == {"MATERIALIZED"}
    runs = run_statuses(sandboxed)
    (collection,) = (run_id for stage, run_id in first.run_ids if stage == "collection")
    assert runs[collection] == "FAILURE"
    assert {runs[run_id] for stage, run_id in first.run_ids if stage != "collection"} == {"SUCCESS"}

    second = run_sync(sandboxed)
    assert second.exit_code == ExitCode.OK
    assert {key: each.status for key, each in second.partitions.items()} == {
        BROKEN: "completed",
        **dict.fromkeys(others, "unchanged"),
    }
    assert set(statuses(sandboxed, "change_lead_times").values()) == {"MATERIALIZED"}
    assert set(Lake(sandboxed.lake_path).partitions(TABLES["change_lead_times"])) == set(first.partitions)

    assert not any(BROKEN in (reason or "") for reason in all_reasons(sandboxed))
    assert second.messages == ()

    third = run_sync(sandboxed)
    assert [stage for stage, _ in third.run_ids] == ["collection"]
    assert third.messages == ("No news since the last time.",)
    assert not third.has_changes
    assert third.row_counts == {}


def all_reasons(settings: Settings) -> list[str | None]:
    with Lake(settings.lake_path).connect(["dora_lead_time"]) as connection:
        rows = connection.sql("select status_reason from dora_lead_time where scope = 'all'").fetchall()
    return [reason for (reason,) in rows]


def test_a_repository_that_is_no_longer_selected_neither_degrades_nor_ends_all(sandboxed: Settings) -> None:
    first = run_sync(sandboxed, make_github=github_without_one)
    names = ",".join(key for key in first.partitions if key != BROKEN)
    chosen = sandboxed.model_copy(update={"github_organizations": (), "github_repositories": tuple(names.split(","))})
    second = run_sync(chosen)
    assert second.exit_code == ExitCode.OK
    assert set(second.months) == set(first.months)
    assert not any(BROKEN in (reason or "") for reason in all_reasons(sandboxed))
    assert run_sync(chosen).messages[-1] == "No news since the last time."


def test_a_failed_repository_is_no_lack_of_news(sandboxed: Settings) -> None:
    run_sync(sandboxed)
    assert run_sync(sandboxed, make_github=github_without_one).messages == ()


def test_a_report_that_is_written_anew_is_news(sandboxed: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("pulse_assets.graph.passes.reports_due", lambda *_: {})
        run_sync(sandboxed)
    second = run_sync(sandboxed)
    assert second.reports
    assert second.messages == ()


def test_months_before_the_history_are_left_out_with_a_word(sandboxed: Settings) -> None:
    later = sandboxed.model_copy(update={"history_start": LATER})
    outcome = run_sync(later)
    assert outcome.exit_code == ExitCode.OK
    assert outcome.months == ("2026-10-01", "2026-11-01")
    left_out = "2 months before PULSE_HISTORY_START (2026-10-15) are not computed."
    assert outcome.messages == (left_out,)
    assert outcome.reports
    assert run_sync(later).messages == (left_out, "No news since the last time.")


def test_one_metric_of_a_month_can_be_built_where_the_others_are_not_there(sandboxed: Settings) -> None:
    run_sync(sandboxed)
    lake, month = Lake(sandboxed.lake_path), "2026-09-01"
    for name in ("dora_lead_time", "dora_rework_rate"):
        lake.drop_partition(TABLES[name], month)
    definitions = build_definitions(sandboxed)
    with lasting_instance(sandboxed) as instance:
        done = definitions.resolve_job_def("build_metrics").execute_in_process(
            instance=instance, asset_selection=[dg.AssetKey("dora_lead_time")], partition_key=month
        )
    assert done.success
    assert month in lake.partitions(TABLES["dora_lead_time"])
    assert {each.asset_key.to_user_string() for each in done.get_asset_check_evaluations()} == {"dora_lead_time"}


def test_metrics_of_months_that_are_computed_no_more_are_dropped(sandboxed: Settings) -> None:
    run_sync(sandboxed)
    lake, table = Lake(sandboxed.lake_path), TABLES["dora_lead_time"]
    assert "2026-09-01" in lake.partitions(table)
    run_sync(sandboxed.model_copy(update={"history_start": LATER}))
    assert lake.partitions(table) == ["2026-10-01", "2026-11-01"]
    assert run_sync(sandboxed).months
    assert "2026-09-01" in lake.partitions(table)


def test_a_history_after_all_data_computes_nothing_and_is_no_error(sandboxed: Settings) -> None:
    never = sandboxed.model_copy(update={"history_start": dt.date(2099, 1, 1)})
    outcome = run_sync(never)
    assert outcome.exit_code == ExitCode.OK
    assert outcome.months == ()
    assert {path.parent.name for path in outcome.reports} == {"quality"}
    assert "PULSE_HISTORY_START (2099-01-01) are not computed." in outcome.messages[0]


def test_rows_that_a_blocking_check_finds_hold_back_the_facts_of_their_repository_only(sandboxed: Settings) -> None:
    first = run_sync(sandboxed)
    assert first.exit_code == ExitCode.OK
    lake = Lake(sandboxed.lake_path)
    before = lake.read(TABLES["change_lead_times"], BROKEN)
    with Store.open(sandboxed.store_url) as store:
        (record, *_) = next(store.landing.read("raw_github_pull_requests", BROKEN))
        odd = Record(
            "raw_github_pull_requests",
            record.key,
            {**record.payload, "state": "odd"},
            updated_at=dt.datetime(2027, 1, 1, tzinfo=dt.UTC),
        )
        with store.transaction() as connection:
            store.landing.upsert(connection, BROKEN, [odd], seen_at=dt.datetime.now(dt.UTC))

    second = run_sync(sandboxed, full=True)
    assert second.exit_code == ExitCode.QUALITY_GATE
    assert {key for key, each in second.partitions.items() if each.status == "blocked"} == {BROKEN}
    assert "state" in str(second.failures[BROKEN])
    assert lake.read(TABLES["change_lead_times"], BROKEN).equals(before)
    facts = statuses(sandboxed, "change_lead_times")
    assert facts.pop(BROKEN) == "FAILED"
    assert set(facts.values()) == {"MATERIALIZED"}
    with lasting_instance(sandboxed) as instance:
        name = _name_of("allowed")
        passed = {key: _check(instance, "pull_requests", name, key) for key in first.partitions}
    assert {partition for partition, is_passed in passed.items() if not is_passed} == {BROKEN}


def _name_of(kind: str) -> str:
    from pulse_assets.tables.quality import planned_checks  # noqa: PLC0415 - only this question needs it

    return next(check.name for check in planned_checks(TABLES["pull_requests"]) if check.kind == kind)


def _check(instance: dg.DagsterInstance, asset: str, name: str, partition: str) -> bool:
    key = dg.AssetCheckKey(dg.AssetKey(asset), name)
    record = instance.event_log_storage.get_latest_asset_check_execution_by_key(
        [key], partition_filter=PartitionKeyFilter(key=partition)
    )[key]
    assert record.evaluation is not None
    return record.evaluation.passed


def test_a_defect_in_one_repository_holds_up_none_of_the_others(
    sandboxed: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pulse_assets.graph import clean  # noqa: PLC0415 - patched here only

    sound = clean.build_table

    def with_defect(name: str, store: Store, partition: str, settings: Settings):  # noqa: ANN202
        if partition == BROKEN:
            raise ZeroDivisionError
        return sound(name, store, partition, settings)

    monkeypatch.setattr(clean, "build_table", with_defect)
    outcome = run_sync(sandboxed)
    assert outcome.exit_code == ExitCode.PARTIAL
    assert {key for key, each in outcome.partitions.items() if each.status == "failed"} == {BROKEN}
    assert set(Lake(sandboxed.lake_path).partitions(TABLES["change_lead_times"])) == set(outcome.partitions) - {BROKEN}


def test_only_what_is_named_is_collected(sandboxed: Settings) -> None:
    outcome = run_sync(sandboxed, repositories=["acme/api", "acme/nowhere"])
    assert outcome.partitions["acme/api"].status == "completed"
    assert isinstance(outcome.failures["acme/nowhere"], NotFound)
    assert outcome.exit_code == ExitCode.PARTIAL
    assert set(outcome.partitions) == {"acme/api", "acme/nowhere"}


def test_a_report_needs_tables_and_a_period_within_the_history(sandboxed: Settings, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        run_reports(sandboxed, "weekly")
    with pytest.raises(UsageError, match="2001-01"):
        run_reports(sandboxed, "monthly", Period("monthly", dt.date(2001, 1, 1)))
    assert not (tmp_path / "reports").exists()
