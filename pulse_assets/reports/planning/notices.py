"""What a reader must know before using the figures of projects, in sentences, the gravest doubt first."""

from collections import Counter
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from pulse_assets.reports import notices, wording
from pulse_assets.reports.drilldown import Drilldown
from pulse_assets.reports.inert import isolated
from pulse_assets.reports.model import MetricRow, Notice, TrendPoint
from pulse_assets.reports.notices import About, first_of
from pulse_assets.reports.periods import Period
from pulse_assets.reports.planning.model import (
    HomelessIncident,
    PlanningScope,
    ProjectFreshness,
    QuarantinedField,
)
from pulse_assets.reports.planning.shown import EFFICIENCY, HEADLINES, METRICS

#: Scopes whose names say something; what becomes of boards and sprints follows from their projects.
_NAMED = ("all", "team", "project")
_PROJECTS = About("all projects", "The figures of projects", METRICS)


def find_notices(
    period: Period,
    trend: Sequence[TrendPoint],
    whole: PlanningScope,
    *,
    rows: Sequence[MetricRow],
    drilldowns: Sequence[Drilldown],
    freshness: Sequence[ProjectFreshness],
    incidents: Sequence[HomelessIncident],
    quarantined: Sequence[QuarantinedField],
    has_waiting_statuses: bool,
    zone: ZoneInfo,
) -> tuple[Notice, ...]:
    """Doubts about the figures of the period; `rows` are those of the period, of every scope and sprint."""
    of_data = (*_never_collected(freshness), *_quarantined(quarantined))
    if not trend[-1].rows:
        return (_unknown(period, trend, freshness, zone), *of_data)
    collected = [each.collected_at for each in freshness]
    return (
        *notices.withheld((row for row in rows if row.scope_kind in _NAMED), _PROJECTS),
        *notices.degraded(list(trend[-1].rows.values()), collected, zone, _PROJECTS),
        *notices.disagreeing(drilldowns, rows, _PROJECTS),
        *of_data,
        *_homeless(incidents),
        *(() if has_waiting_statuses else _never_waiting(whole)),
        *notices.few_rows(whole.figures[each.name] for each in HEADLINES),
    )


def _unknown(
    period: Period, trend: Sequence[TrendPoint], freshness: Sequence[ProjectFreshness], zone: ZoneInfo
) -> Notice:
    collected = min((each.collected_at for each in freshness if each.collected_at), default=None)
    begin, _ = period.bounds(zone)
    if collected is None:
        why = "no project has been collected completely; run `pulse sync jira`"
    elif collected < begin:
        why = f"the data end on {wording.instant(collected, zone)}, before it began; run `pulse sync jira`"
    elif any(each.rows for each in trend):
        why = "they have not been built; run `pulse sync jira`"
    else:
        why = "the first issue is younger, or they have not been built; run `pulse sync jira`"
    return Notice("unknown", f"The figures of projects in this {period.grain} are unknown: {why}.")


def _never_collected(freshness: Sequence[ProjectFreshness]) -> list[Notice]:
    names = [isolated(each.project) for each in freshness if each.collected_at is None]
    if not names:
        return []
    verb = "has" if len(names) == 1 else "have"
    return [Notice("quality", f"{first_of(names)} {verb} not been collected completely; issues may be missing.")]


def _quarantined(fields: Sequence[QuarantinedField]) -> list[Notice]:
    """How many records do not make sense, and what became of them; the data section lists them."""
    if not fields:
        return []
    dropped = {(each.project, each.record_table, each.record_key): False for each in fields}
    for each in fields:
        dropped[each.project, each.record_table, each.record_key] |= each.is_dropped
    counts = Counter(project for project, _, _ in dropped)
    of = first_of([f"{isolated(project)}: {count:,}" for project, count in counts.items()])
    left_out = sum(dropped.values())
    rest = "no record is left out, only such fields are"
    if left_out:
        rest = f"{left_out:,} {'is' if left_out == 1 else 'are'} left out altogether"
        rest += ", of the others the field" if left_out < len(dropped) else ""
    verb = "holds" if len(dropped) == 1 else "hold"
    text = f"{wording.plural(len(dropped), 'record')} of Jira {verb} what makes no sense ({of}); {rest}."
    return [Notice("quality", text)]


def _homeless(incidents: Sequence[HomelessIncident]) -> list[Notice]:
    if not incidents:
        return []
    names = first_of([isolated(each.key) for each in incidents])
    verb, them = ("belongs", "it") if len(incidents) == 1 else ("belong", "them")
    text = (
        f"{wording.plural(len(incidents), 'incident')} of Jira ({names}) {verb} to no repository, so no DORA metric "
        f"counts {them}. A pull request that names the key would tell the repository."
    )
    return [Notice("quality", text)]


def _never_waiting(whole: PlanningScope) -> list[Notice]:
    """Where no status is one of waiting, flow efficiency says less than its name."""
    if whole.figures[EFFICIENCY].value is None:
        return []
    text = (
        "Flow efficiency counts every status in progress as active work, for PULSE_JIRA_WAITING_STATUSES names none in "
        "which work waits: it is an upper bound."
    )
    return [Notice("quality", text)]
