"""Marks figures as provisional that their rows do not give again."""

import dataclasses
import datetime as dt
from collections.abc import Iterable

from pulse_assets.reports.drilldown import Explained, doubted
from pulse_assets.reports.model import Collaboration, MetricRow
from pulse_assets.reports.shown import COLLABORATION


def with_doubts(rows: Iterable[MetricRow], period_start: dt.date, explained: Explained) -> list[MetricRow]:
    """All rows; those of the period that their own rows do not give again are degraded."""
    return [_with_doubt(row, explained) if row.period_start == period_start else row for row in rows]


def _with_doubt(row: MetricRow, explained: Explained) -> MetricRow:
    if not explained.doubts((row.metric, row.definition, row.scope_kind, row.scope)):
        return row
    status, reason = doubted(row.status, row.status_reason)
    return dataclasses.replace(row, status=status, status_reason=reason)


def collaboration_with_doubt(collaboration: Collaboration, definition: str, explained: Explained) -> Collaboration:
    """Likewise, who reviewed whom in all repositories together."""
    if not explained.doubts((COLLABORATION, definition, "all", "all")):
        return collaboration
    status, reason = doubted(collaboration.status, collaboration.status_reason)
    return dataclasses.replace(collaboration, status=status, status_reason=reason)
