"""What runs when something has happened: new repositories are collected, and news are built up to the reports."""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from pulse_assets.errors import ConfigurationError
from pulse_assets.graph import jobs
from pulse_assets.graph.discovery import discover
from pulse_assets.graph.due import months_due, publication_due, quality_report_due, reports_due, repositories_due
from pulse_assets.graph.metrics import forget_months
from pulse_assets.graph.partitions import REPOSITORIES, contiguous_ranges, months, partition_tags
from pulse_assets.graph.resources import Pulse

_UNDER_WAY = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]
#: What Dagster calls the job of assets that were chosen in the UI, and of backfills.
_BY_HAND = "__ASSET_JOB"
#: After a crash of the machine a run stays "started"; nothing waits for it longer than this.
_PATIENCE = dt.timedelta(hours=2)


def sensors(all_jobs: Sequence[UnresolvedAssetJobDefinition]) -> list[dg.SensorDefinition]:
    """Every sensor."""
    by_name = {job.name: job for job in all_jobs}
    return [_discover(by_name[jobs.SYNC]), _build([job for job in all_jobs if job.name != jobs.SYNC])]


def _discover(sync: UnresolvedAssetJobDefinition) -> dg.SensorDefinition:
    @dg.sensor(
        name="discover_repositories",
        job=sync,
        minimum_interval_seconds=900,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Adds new repositories and collects them; renames those that were renamed; removes none.",
    )
    def tick(context: dg.SensorEvaluationContext, pulse: dg.ResourceParam[Pulse]) -> dg.SensorResult | dg.SkipReason:
        known = context.instance.get_dynamic_partitions(str(REPOSITORIES.name))
        try:
            found = discover(pulse, known)
        except ConfigurationError as error:
            return dg.SkipReason(str(error))
        requests: list[dg.AddDynamicPartitionsRequest | dg.DeleteDynamicPartitionsRequest] = []
        if found.added:
            requests.append(REPOSITORIES.build_add_request(list(found.added)))
        if found.removed:
            requests.append(REPOSITORIES.build_delete_request(list(found.removed)))
        runs = [
            dg.RunRequest(run_key=f"first sync of {first} to {last}", tags=partition_tags(first, last))
            for first, last in contiguous_ranges(found.added, found.added)
        ]
        if not requests:
            return dg.SkipReason(" ".join(found.messages) or f"No new repository; {len(known)} are known.")
        for message in found.messages:
            context.log.info(message)
        return dg.SensorResult(run_requests=runs, dynamic_partitions_requests=requests)

    return tick


def _build(downstream: Sequence[UnresolvedAssetJobDefinition]) -> dg.SensorDefinition:
    @dg.sensor(
        name="build_what_is_due",
        jobs=list(downstream),
        minimum_interval_seconds=60,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="After a sync, also a partly failed one: builds tables, then metrics, then the latest reports, "
        "for the repositories that are done, and publishes them. The same state is attempted once.",
    )
    def tick(context: dg.SensorEvaluationContext, pulse: dg.ResourceParam[Pulse]) -> dg.SensorResult | dg.SkipReason:
        if names := _under_way(context.instance, pulse.clock()):
            return dg.SkipReason(f"Waiting for {', '.join(sorted(names))}.")
        attempted: dict[str, str] = json.loads(context.cursor or "{}")
        for stage in (_tables, _metrics, _reports, _publication):
            due, runs = stage(context.instance, pulse, attempted)
            if runs:
                return dg.SensorResult(run_requests=runs, cursor=json.dumps({**attempted, **due}))
        return dg.SkipReason("Nothing has changed since the last time.")

    return tick


Stage = tuple[Mapping[str, str], list[dg.RunRequest]]


def _tables(instance: dg.DagsterInstance, pulse: Pulse, attempted: Mapping[str, str]) -> Stage:
    known = instance.get_dynamic_partitions(str(REPOSITORIES.name))
    with pulse.store() as store:
        due = _fresh(repositories_due(pulse, store, instance, known), attempted)
    return due, _requests(jobs.TABLES, due, known)


def _metrics(instance: dg.DagsterInstance, pulse: Pulse, attempted: Mapping[str, str]) -> Stage:
    found = months_due(pulse, instance)
    forget_months(pulse, found.stale)
    due = _fresh(found.versions, attempted)
    return due, _requests(jobs.METRICS_JOB, due, months(pulse.settings).get_partition_keys(pulse.clock()))


def _reports(instance: dg.DagsterInstance, pulse: Pulse, attempted: Mapping[str, str]) -> Stage:
    due, runs = {}, []
    for kind, (period, version) in reports_due(pulse, instance).items():
        job, key = jobs.REPORTS[kind], period.partition_key
        text = f"{key}@{version}"
        if attempted.get(job) != text:
            due[job] = text
            runs.append(dg.RunRequest(run_key=f"{job} {text}", job_name=job, tags=partition_tags(key, key)))
    version = quality_report_due(pulse, instance)
    if version is not None and attempted.get(jobs.QUALITY) != version:
        due[jobs.QUALITY] = version
        runs.append(dg.RunRequest(run_key=f"{jobs.QUALITY} {version}", job_name=jobs.QUALITY))
    return due, runs


def _publication(instance: dg.DagsterInstance, pulse: Pulse, attempted: Mapping[str, str]) -> Stage:
    """Once an hour, as long as it fails: a database that is away comes back without news of ours."""
    version = publication_due(pulse, instance)
    text = f"{version}@{pulse.clock():%Y-%m-%dT%H}"
    if version is None or attempted.get(jobs.PUBLISH) == text:
        return {}, []
    return {jobs.PUBLISH: text}, [dg.RunRequest(run_key=f"{jobs.PUBLISH} {text}", job_name=jobs.PUBLISH)]


def _fresh(due: Mapping[str, str], attempted: Mapping[str, str]) -> dict[str, str]:
    return {key: version for key, version in due.items() if attempted.get(key) != version}


def _requests(job: str, due: Mapping[str, str], ordered: Sequence[str]) -> list[dg.RunRequest]:
    version = hashlib.sha256(json.dumps(due, sort_keys=True).encode()).hexdigest()[:16]
    return [
        dg.RunRequest(run_key=f"{job} {first} {version}", job_name=job, tags=partition_tags(first, last))
        for first, last in contiguous_ranges(due, ordered)
    ]


def _under_way(instance: dg.DagsterInstance, now: dt.datetime) -> set[str]:
    own = {jobs.SYNC, jobs.TABLES, jobs.METRICS_JOB, *jobs.REPORTS.values(), jobs.QUALITY, jobs.PUBLISH, _BY_HAND}
    recent = dg.RunsFilter(statuses=_UNDER_WAY, created_after=now - _PATIENCE)
    return {record.dagster_run.job_name for record in instance.get_run_records(recent)} & own
