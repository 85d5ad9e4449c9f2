"""How tables are cut: raw and clean tables and facts by repository or project, metrics and reports by period."""

import datetime as dt
from collections.abc import Collection, Sequence
from zoneinfo import ZoneInfo

import dagster as dg

from pulse_assets.settings import Settings

#: Keys are `owner/name`, in the order in which they were discovered.
REPOSITORIES = dg.DynamicPartitionsDefinition(name="github_repositories")

#: Keys are those of Jira's projects.
PROJECTS = dg.DynamicPartitionsDefinition(name="jira_projects")
#: Keys are project and number, such as `PAY-sprint-12`.
SPRINTS = dg.DynamicPartitionsDefinition(name="jira_sprints")

PARTITION_TAG = "dagster/partition"


def months(settings: Settings) -> dg.MonthlyPartitionsDefinition:
    """Keys are first days, such as `2024-05-01`; the month that has begun is the last one."""
    start = settings.history_start.replace(day=1)
    return dg.MonthlyPartitionsDefinition(start.isoformat(), timezone=settings.timezone, end_offset=1)


def weeks(settings: Settings) -> dg.WeeklyPartitionsDefinition:
    """Keys are Mondays, such as `2024-05-06`; the week that has begun is the last one."""
    start = monday(settings.history_start)
    return dg.WeeklyPartitionsDefinition(
        start.isoformat(),
        timezone=settings.timezone,
        day_offset=1,  # Dagster counts from Sunday
        end_offset=1,
    )


def monday(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=day.weekday())


def month_keys(first: dt.datetime, last: dt.datetime, zone: ZoneInfo) -> list[str]:
    """The metric partitions that hold the rows of the local days from `first` to `last`.

    A week belongs to the month of its Monday, so the first days of a month may belong to the month before.
    """
    month = monday(first.astimezone(zone).date()).replace(day=1)
    end = last.astimezone(zone).date()
    keys = []
    while month <= end:
        keys.append(month.isoformat())
        month = (month + dt.timedelta(days=31)).replace(day=1)
    return keys


def contiguous_ranges(keys: Collection[str], ordered: Sequence[str]) -> list[tuple[str, str]]:
    """First and last key of each unbroken stretch of `keys` within `ordered`; Dagster runs ranges only."""
    wanted = set(keys)
    ranges: list[tuple[str, str]] = []
    is_open = False
    for key in ordered:
        if key not in wanted:
            is_open = False
            continue
        ranges[-1:] = [(ranges[-1][0], key)] if is_open else [*ranges[-1:], (key, key)]
        is_open = True
    return ranges


def partition_tags(first: str, last: str) -> dict[str, str]:
    """The tags by which one run covers the partitions from `first` to `last`.

    A single partition is not written as a range: only then does Dagster record checks with their partition.
    """
    if first == last:
        return {PARTITION_TAG: first}
    return {"dagster/asset_partition_range_start": first, "dagster/asset_partition_range_end": last}
