"""What runs at fixed times: a sync every four hours, and the reports of periods that are over."""

import datetime as dt

import dagster as dg

from pulse_assets.graph import jobs
from pulse_assets.graph.discovery import collected_repositories
from pulse_assets.graph.partitions import REPOSITORIES, contiguous_ranges, partition_tags
from pulse_assets.graph.resources import Pulse
from pulse_assets.reports import Period, ReportKind
from pulse_assets.settings import Settings

_SYNC_CRON = "0 */4 * * *"
#: After the sync of four o'clock, so that the last day of the period is collected.
_REPORT_CRONS: dict[ReportKind, str] = {"weekly": "0 6 * * 1", "monthly": "30 6 1 * *"}


def schedules(settings: Settings) -> list[dg.ScheduleDefinition]:
    """Every schedule, in the zone of the settings."""
    return [_sync(settings), *(_report(kind, settings) for kind in _REPORT_CRONS)]


def _sync(settings: Settings) -> dg.ScheduleDefinition:
    @dg.schedule(
        name="github_sync_every_four_hours",
        cron_schedule=_SYNC_CRON,
        job_name=jobs.SYNC,
        execution_timezone=settings.timezone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Collects every known repository that is still there.",
    )
    def tick(
        context: dg.ScheduleEvaluationContext, pulse: dg.ResourceParam[Pulse]
    ) -> list[dg.RunRequest] | dg.SkipReason:
        known = context.instance.get_dynamic_partitions(str(REPOSITORIES.name))
        with pulse.store() as store:
            keys = collected_repositories(store, known)
        if not keys:
            return dg.SkipReason("No repository is known yet; the sensor discover_repositories adds them.")
        return [
            dg.RunRequest(
                run_key=f"{context.scheduled_execution_time.isoformat()} {first}", tags=partition_tags(first, last)
            )
            for first, last in contiguous_ranges(keys, known)
        ]

    return tick


def _report(kind: ReportKind, settings: Settings) -> dg.ScheduleDefinition:
    @dg.schedule(
        name=f"{kind}_report_when_the_period_is_over",
        cron_schedule=_REPORT_CRONS[kind],
        job_name=jobs.REPORTS[kind],
        execution_timezone=settings.timezone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Writes the report of the period that has ended.",
    )
    def tick(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        yesterday = context.scheduled_execution_time.date() - dt.timedelta(days=1)
        key = Period.containing(kind, yesterday).partition_key
        return dg.RunRequest(run_key=key, partition_key=key)

    return tick
