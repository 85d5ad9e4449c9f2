"""What the daemon would start."""

import datetime as dt
from typing import Any

import dagster as dg
import pytest

from pulse_assets.graph.assembly import build_definitions
from pulse_assets.graph.instance import lasting_instance
from pulse_assets.graph.partitions import REPOSITORIES
from pulse_assets.graph.resources import Pulse
from pulse_assets.settings import Settings
from pulse_assets.tables.contracts import TABLES

NOON = dt.datetime(2026, 11, 2, 12, tzinfo=dt.UTC)
REPORTS = ["write_weekly_reports", "write_monthly_reports", "write_data_quality_report"]


class Graph:
    """The definitions with their instance; runs what a sensor asks for."""

    def __init__(self, settings: Settings, instance: dg.DagsterInstance) -> None:
        self.pulse = Pulse(settings)
        self.definitions = build_definitions(settings, pulse=self.pulse)
        self.instance = instance
        self.cursors: dict[str, str] = {}

    def tick(self, name: str) -> Any:
        sensor = self.definitions.resolve_sensor_def(name)
        context = dg.build_sensor_context(
            instance=self.instance,
            cursor=self.cursors.get(name),
            resources={"pulse": self.pulse},
            repository_def=self.definitions.get_repository_def(),
        )
        result = sensor(context)
        if isinstance(result, dg.SensorResult):
            self.cursors[name] = result.cursor or ""
            for request in result.dynamic_partitions_requests or []:
                if isinstance(request, dg.AddDynamicPartitionsRequest):
                    self.instance.add_dynamic_partitions(str(REPOSITORIES.name), list(request.partition_keys))
        return result

    def run(self, request: dg.RunRequest, job: str) -> bool:
        definition = self.definitions.resolve_job_def(request.job_name or job)
        return definition.execute_in_process(instance=self.instance, tags=request.tags, raise_on_error=False).success


def test_news_travel_from_discovery_to_the_reports_and_then_there_is_rest(sandboxed: Settings) -> None:
    with lasting_instance(sandboxed) as instance:
        graph = Graph(sandboxed, instance)
        (sync,) = graph.tick("discover_repositories").run_requests
        assert graph.run(sync, "github_sync")
        assert isinstance(graph.tick("discover_repositories"), dg.SkipReason)
        for jobs in (["build_tables"], ["build_metrics"], REPORTS):
            requests = graph.tick("build_what_is_due").run_requests
            assert [request.job_name for request in requests] == jobs
            assert all(graph.run(request, jobs[0]) for request in requests)
        assert isinstance(graph.tick("build_what_is_due"), dg.SkipReason)


def test_months_before_the_history_are_never_asked_for(sandboxed: Settings) -> None:
    later = sandboxed.model_copy(update={"history_start": dt.date(2026, 10, 15)})
    with lasting_instance(later) as instance:
        graph = Graph(later, instance)
        (sync,) = graph.tick("discover_repositories").run_requests
        assert graph.run(sync, "github_sync")
        for jobs in (["build_tables"], ["build_metrics"], REPORTS):
            requests = graph.tick("build_what_is_due").run_requests
            assert [request.job_name for request in requests] == jobs
            assert all(graph.run(request, jobs[0]) for request in requests)
        assert isinstance(graph.tick("build_what_is_due"), dg.SkipReason)
        assert min(graph.pulse.lake.partitions(TABLES["dora_lead_time"])) == "2026-10-01"


def test_what_could_not_be_built_is_not_asked_for_again_at_once(sandboxed: Settings) -> None:
    with lasting_instance(sandboxed) as instance:
        graph = Graph(sandboxed, instance)
        (sync,) = graph.tick("discover_repositories").run_requests
        graph.run(sync, "github_sync")
        assert graph.tick("build_what_is_due").run_requests
        assert isinstance(graph.tick("build_what_is_due"), dg.SkipReason)
        graph.run(sync, "github_sync")
        assert graph.tick("build_what_is_due").run_requests


def test_without_a_selection_the_discovery_says_what_to_set(tmp_path: Any) -> None:
    settings = Settings.load(home=tmp_path)
    with lasting_instance(settings) as instance:
        skipped = Graph(settings, instance).tick("discover_repositories")
    assert "PULSE_GITHUB_ORGANIZATIONS" in str(skipped.skip_message)


@pytest.mark.parametrize(
    ("name", "at", "key"),
    [
        ("weekly_report_when_the_period_is_over", dt.datetime(2026, 11, 2, 6, tzinfo=dt.UTC), "2026-10-26"),
        ("monthly_report_when_the_period_is_over", dt.datetime(2026, 11, 1, 6, 30, tzinfo=dt.UTC), "2026-10-01"),
    ],
)
def test_the_report_is_that_of_the_period_that_has_ended(
    sandboxed: Settings, name: str, at: dt.datetime, key: str
) -> None:
    schedule = build_definitions(sandboxed).resolve_schedule_def(name)
    request: Any = schedule(dg.build_schedule_context(scheduled_execution_time=at))
    assert request.partition_key == key


def test_the_schedule_collects_every_known_repository_in_ranges(sandboxed: Settings) -> None:
    with lasting_instance(sandboxed) as instance:
        graph = Graph(sandboxed, instance)
        schedule = graph.definitions.resolve_schedule_def("github_sync_every_four_hours")

        def tick() -> Any:
            return schedule(
                dg.build_schedule_context(
                    instance=instance, scheduled_execution_time=NOON, resources={"pulse": graph.pulse}
                )
            )

        assert isinstance(tick(), dg.SkipReason)
        graph.tick("discover_repositories")
        instance.add_dynamic_partitions(str(REPOSITORIES.name), ["acme/gone"])
        (request,) = tick()
        known = instance.get_dynamic_partitions(str(REPOSITORIES.name))
        assert request.tags["dagster/asset_partition_range_start"] == known[0]
        assert request.tags["dagster/asset_partition_range_end"] == known[-2]
