"""What runs at fixed times: a sync of GitHub every four hours, of Jira every six, and reports of ended periods."""

import datetime as dt
from collections.abc import Mapping

import dagster as dg

from pulse_assets.graph import jobs
from pulse_assets.graph.discovery import collected_partitions
from pulse_assets.graph.partitions import contiguous_ranges, partition_tags
from pulse_assets.graph.resources import Pulse
from pulse_assets.graph.wings import WINGS, Source, Wing
from pulse_assets.reports import Period, ReportKind
from pulse_assets.settings import Settings

_SYNCS: Mapping[Source, tuple[str, str]] = {
    "github": ("github_sync_every_four_hours", "0 */4 * * *"),
    "jira": ("jira_sync_every_six_hours", "0 */6 * * *"),
}
#: After the sync of four o'clock, so that the last day of the period is collected.
_REPORT_CRONS: dict[ReportKind, str] = {"weekly": "0 6 * * 1", "monthly": "30 6 1 * *"}


def schedules(settings: Settings) -> list[dg.ScheduleDefinition]:
    """Every schedule, in the zone of the settings."""
    return [*(_sync(wing, settings) for wing in WINGS.values()), *(_report(kind, settings) for kind in _REPORT_CRONS)]


def _sync(wing: Wing, settings: Settings) -> dg.ScheduleDefinition:
    name, cron = _SYNCS[wing.source]

    @dg.schedule(
        name=name,
        cron_schedule=cron,
        job_name=wing.sync_job,
        execution_timezone=settings.timezone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description=f"Collects every known {wing.noun} that is still there.",
    )
    def tick(
        context: dg.ScheduleEvaluationContext, pulse: dg.ResourceParam[Pulse]
    ) -> list[dg.RunRequest] | dg.SkipReason:
        known = wing.known(context.instance)
        with pulse.store() as store:
            keys = collected_partitions(store, wing, known)
        if not keys:
            return dg.SkipReason(f"No {wing.noun} is known yet; the sensor discover_{wing.plural} adds them.")
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
