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
from pulse_assets.graph.due import (
    months_due,
    organization_due,
    partitions_due,
    publication_due,
    quality_report_due,
    reports_due,
    sprint_reports_due,
)
from pulse_assets.graph.metrics import forget_months
from pulse_assets.graph.partitions import SPRINTS, contiguous_ranges, months, partition_tags
from pulse_assets.graph.resources import Pulse
from pulse_assets.graph.wings import GITHUB, JIRA, WINGS, Wing

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
    syncs = {wing.sync_job for wing in WINGS.values()}
    discovering = (_discover(wing, by_name[wing.sync_job]) for wing in WINGS.values())
    return [*discovering, _build([job for job in all_jobs if job.name not in syncs])]


def _discover(wing: Wing, sync: UnresolvedAssetJobDefinition) -> dg.SensorDefinition:
    @dg.sensor(
        name=f"discover_{wing.plural}",
        job=sync,
        minimum_interval_seconds=900,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description=f"Adds new {wing.plural} and collects them; renames those that were renamed; removes none.",
    )
    def tick(context: dg.SensorEvaluationContext, pulse: dg.ResourceParam[Pulse]) -> dg.SensorResult | dg.SkipReason:
        known = wing.known(context.instance)
        try:
            found = discover(pulse, wing, known)
        except ConfigurationError as error:
            return dg.SkipReason(str(error))
        requests: list[dg.AddDynamicPartitionsRequest | dg.DeleteDynamicPartitionsRequest] = []
        if found.added:
            requests.append(wing.partitions.build_add_request(list(found.added)))
        if found.removed:
            requests.append(wing.partitions.build_delete_request(list(found.removed)))
        runs = [
            dg.RunRequest(run_key=f"first sync of {first} to {last}", tags=partition_tags(first, last))
            for first, last in contiguous_ranges(found.added, found.added)
        ]
        if not requests:
            return dg.SkipReason(" ".join(found.messages) or f"No new {wing.noun}; {len(known)} are known.")
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
        for stage in (_tables, _organization, _metrics, _reports, _sprint_reports, _publication):
            due, runs = stage(context.instance, pulse, attempted)
            if runs:
                return dg.SensorResult(run_requests=runs, cursor=json.dumps({**attempted, **due}))
        return dg.SkipReason("Nothing has changed since the last time.")

    return tick


Stage = tuple[Mapping[str, str], list[dg.RunRequest]]


def _tables(instance: dg.DagsterInstance, pulse: Pulse, attempted: Mapping[str, str]) -> Stage:
    """Those of projects first: facts of repositories read them."""
    for wing in (JIRA, GITHUB):
        known = wing.known(instance)
        with pulse.store() as store:
            due = _fresh(partitions_due(pulse, store, instance, wing, known), attempted)
        if due:
            return due, _requests(wing.tables_job, due, known)
    return {}, []


def _organization(instance: dg.DagsterInstance, pulse: Pulse, attempted: Mapping[str, str]) -> Stage:
    job, version = jobs.ORGANIZATION_TABLES, organization_due(pulse, instance)
    if version is None or attempted.get(job) == version:
        return {}, []
    return {job: version}, [dg.RunRequest(run_key=f"{job} {version}", job_name=job)]


def _metrics(instance: dg.DagsterInstance, pulse: Pulse, attempted: Mapping[str, str]) -> Stage:
    for wing in WINGS.values():
        found = months_due(pulse, instance, wing)
        forget_months(pulse, wing, found.stale)
        versions = {f"{wing.metrics_job} {month}": version for month, version in found.versions.items()}
        due = _fresh(versions, attempted)
        if due:
            chosen = {key.rpartition(" ")[2]: version for key, version in due.items()}
            return due, _requests(wing.metrics_job, chosen, months(pulse.settings).get_partition_keys(pulse.clock()))
    return {}, []


def _sprint_reports(instance: dg.DagsterInstance, pulse: Pulse, attempted: Mapping[str, str]) -> Stage:
    due = _fresh(sprint_reports_due(pulse, instance), attempted)
    known = instance.get_dynamic_partitions(str(SPRINTS.name))
    if new := [key for key in due if key not in known]:
        instance.add_dynamic_partitions(str(SPRINTS.name), new)
    return due, _requests(jobs.SPRINT_REPORTS, due, [*known, *new])


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
    of_wings = {job for wing in WINGS.values() for job in (wing.sync_job, wing.tables_job, wing.metrics_job)}
    reports = {*jobs.REPORTS.values(), jobs.SPRINT_REPORTS, jobs.QUALITY}
    own = {*of_wings, jobs.ORGANIZATION_TABLES, *reports, jobs.PUBLISH, _BY_HAND}
    recent = dg.RunsFilter(statuses=_UNDER_WAY, created_after=now - _PATIENCE)
    return {record.dagster_run.job_name for record in instance.get_run_records(recent)} & own
