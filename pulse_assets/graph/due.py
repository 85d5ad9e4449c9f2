"""What has to be built now, from what is recorded about the last time; used by the command line and by the sensor.

Asking for the same thing twice gives the same answer until it was built, so a crash at any point is made good by the
next run. Nothing is built because time has passed.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import dagster as dg

from pulse_assets.errors import NotFound
from pulse_assets.graph.built import (
    Built,
    facts_built,
    last_built,
    last_inputs,
    newest_by_partition,
    newest_of,
    storage_ids,
)
from pulse_assets.graph.inputs import (
    NOTHING_BESIDE,
    inputs_beside,
    month_inputs,
    organization_inputs,
    partition_inputs,
    present_state,
)
from pulse_assets.graph.metrics import METRICS
from pulse_assets.graph.organization import ORGANIZATION
from pulse_assets.graph.partitions import months, weeks
from pulse_assets.graph.publish import PUBLISHED_TABLES, publication_inputs
from pulse_assets.graph.quality import QUALITY_REPORT, quality_inputs
from pulse_assets.graph.reports import KINDS, report_name
from pulse_assets.graph.resources import Pulse
from pulse_assets.graph.sprint_reports import SPRINT_REPORT, sprint_versions
from pulse_assets.graph.wings import WINGS, Wing
from pulse_assets.reports import Period, ReportKind, latest_period
from pulse_assets.store import Store
from pulse_assets.tables.contracts import TABLES


@dataclass(frozen=True, slots=True)
class MonthsDue:
    """Which metric partitions have to be computed.

    Args:
        versions: By month, such as `2024-05-01`.
        left_out_count: Months with data that are never computed, because the history begins after them.
        stale: Months that are in the lake and have no place there any more: another zone or begin of the history.
    """

    versions: Mapping[str, str]
    left_out_count: int
    stale: tuple[str, ...] = ()


def partitions_due(
    pulse: Pulse, store: Store, instance: dg.DagsterInstance, wing: Wing, partitions: Collection[str]
) -> dict[str, str]:
    """Repositories or projects that were collected completely and have news since their facts were built.

    Each with a version: the same one is not worth a second attempt before the partition was collected again.

    A partition whose last sync failed halfway is not due: its landed rows are of two times.
    """
    collected = newest_by_partition(instance, wing.raw_names)
    built = [last_built(instance, table.name) for table in wing.facts]
    in_lake = [set(pulse.lake.partitions(table)) for table in wing.facts]
    beside = inputs_beside(pulse, wing)
    due = {}
    for key in partitions:
        last = [each.get(key) for each in built]
        is_built = all(last) and all(key in names for names in in_lake)
        if key not in collected or (is_built and not _may_differ(collected[key], last, beside)):
            continue
        inputs = partition_inputs(pulse, store, wing, key, beside)
        if not is_built or any(each.inputs != inputs for each in last if each):
            due[key] = f"{inputs}@{collected[key]}"
    return due


def _may_differ(collected: int, built: Collection[Built | None], beside: str) -> bool:
    """It was collected since it was built, or rests on more than what is collected of it."""
    return beside != NOTHING_BESIDE or collected >= min(each.storage_id for each in built if each)


def organization_due(pulse: Pulse, instance: dg.DagsterInstance) -> str | None:
    """A version, when facts of GitHub or Jira have changed since both were brought together; none without Jira."""
    if not pulse.lake.partitions(TABLES["issues"]):
        return None
    inputs = organization_inputs(pulse, facts_built(instance))
    there = all(pulse.lake.partitions(table) for table in ORGANIZATION)
    is_built = there and all(last_inputs(instance, table.name) == inputs for table in ORGANIZATION)
    return None if is_built else inputs


def months_due(pulse: Pulse, instance: dg.DagsterInstance, wing: Wing) -> MonthsDue:
    """Months whose facts differ from those that their metrics were computed from, each with a version likewise."""
    with pulse.store() as store:
        present = present_state(pulse, store, wing, wing.known(instance))
    inputs = month_inputs(pulse, wing, present)
    start = pulse.settings.history_start.replace(day=1).isoformat()
    # A month that has not begun here, because the source's clock is ahead, is due as soon as it has.
    computed = set(months(pulse.settings).get_partition_keys(pulse.clock()))
    built = [last_built(instance, table.name) for table in wing.metrics]
    in_lake = [set(pulse.lake.partitions(table)) for table in wing.metrics]
    newest = newest_of(instance, wing.facts)
    due = {
        month: f"{text}@{newest}"
        for month, text in inputs.items()
        if month in computed
        and (
            any(month not in names for names in in_lake)
            or any(month not in each or each[month].inputs != text for each in built)
        )
    }
    kept = {month for month in inputs if month >= start}
    # Without any input nothing is known, and nothing is dropped.
    stale = sorted(set().union(*in_lake) - kept) if inputs else []
    return MonthsDue(due, sum(month < start for month in inputs), tuple(stale))


def sprint_reports_due(pulse: Pulse, instance: dg.DagsterInstance) -> dict[str, str]:
    """The latest sprints of each board, unless their reports show the tables as they are; each with a version."""
    written = {name: each.inputs for name, each in last_built(instance, SPRINT_REPORT).items()}
    return {key: version for key, version in sprint_versions(pulse).items() if written.get(key) != version}


def reports_due(pulse: Pulse, instance: dg.DagsterInstance) -> dict[ReportKind, tuple[Period, str]]:
    """The latest period of each kind, unless its report is newer than every table that it shows; with a version.

    None of a period before the history: there are no metrics to show.
    """
    newest = newest_of(instance, (*(fact for wing in WINGS.values() for fact in wing.facts), *METRICS))
    due: dict[ReportKind, tuple[Period, str]] = {}
    for kind in KINDS:
        try:
            period = latest_period(kind, pulse.lake, pulse.settings)
        except NotFound:
            # Nothing was merged or deployed yet: a report would have nothing to tell.
            continue
        is_older = storage_ids(instance, report_name(kind)).get(period.partition_key, 0) < newest
        if is_older and _is_in_history(pulse, period):
            due[kind] = period, str(newest)
    return due


def quality_report_due(pulse: Pulse, instance: dg.DagsterInstance) -> str | None:
    """A version, when checks were asked, or their thresholds changed, since the data-quality report was written."""
    with pulse.store() as store:
        inputs = quality_inputs(pulse, store)
    return inputs if inputs and last_inputs(instance, QUALITY_REPORT) != inputs else None


def publication_due(pulse: Pulse, instance: dg.DagsterInstance) -> str | None:
    """A version, when tables have changed since they were published; none without a database to publish to."""
    if pulse.settings.publish_url is None:
        return None
    inputs = publication_inputs(pulse)
    return inputs if inputs and last_inputs(instance, PUBLISHED_TABLES) != inputs else None


def _is_in_history(pulse: Pulse, period: Period) -> bool:
    settings, now = pulse.settings, pulse.clock()
    month = period.start.replace(day=1).isoformat()
    partitions = weeks(settings) if period.kind == "weekly" else months(settings)
    return month in months(settings).get_partition_keys(now) and period.partition_key in (
        partitions.get_partition_keys(now)
    )
