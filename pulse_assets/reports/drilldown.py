"""How the figures of a scope came about: what was counted, what was left out and why, and whether it adds up."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from pulse_assets.metrics.explanation import ExplainedRow, Explanation, explain_period
from pulse_assets.reports.listed import ReasonCount
from pulse_assets.reports.periods import Period
from pulse_assets.reports.shown import COLLABORATION, METRICS
from pulse_assets.settings import Settings
from pulse_assets.tables.lake import Lake
from pulse_assets.tables.teams import Teams

#: Why a figure is provisional that its rows do not give again.
NOT_GIVEN_AGAIN = "its rows do not give this figure again: the tables were built at different times; run `pulse sync`"
#: Metric, definition, kind of scope and scope.
Subject = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Item:
    """One row that was counted or left out.

    Attributes:
        repository: Or the project, of metrics of projects.
        item: `#12`, a deployment's number, a sha or an incident's name, unique within the repository; the key of an
            issue, the number of a sprint, or both.
        at: The instant (UTC) by which it belongs to the period.
        used_by: The figures that use it, where it is not one of the rows of the headline.
    """

    repository: str
    item: str
    title: str | None
    at: dt.datetime | None
    reason_words: str | None
    used_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Recomputed:
    """One figure beside what its rows give again."""

    name: str
    key: tuple[str, ...]
    stored: float | None
    recomputed: float | None
    agrees: bool


@dataclass(frozen=True, slots=True)
class Drilldown:
    """One metric of one scope by one definition.

    Attributes:
        formula: In one line.
        counted: The rows of the headline figure.
        left_out: Rows of the period that are not counted.
        others: Rows that only single figures use.
        sources: The tables that were read; one that was never built, since nothing of its kind is collected, is none.
        deployments_from: Where deployments come from, in words.
        collected_at: The oldest collection (UTC) of its repositories.
        difference: In a sentence why another definition than Pulse's gives another figure.
        agrees: All its figures come out of the rows again.
    """

    metric: str
    title: str
    definition: str
    definition_text: str
    formula: str
    scope_kind: str
    scope: str
    status: str
    status_reason: str | None
    figures: tuple[Recomputed, ...]
    counted: tuple[Item, ...]
    left_out: tuple[Item, ...]
    left_out_reasons: tuple[ReasonCount, ...]
    others: tuple[Item, ...]
    sources: tuple[str, ...]
    deployments_from: str | None
    collected_at: dt.datetime | None
    difference: str | None
    agrees: bool


@dataclass(frozen=True, slots=True)
class Explained:
    """The drill-downs of a period, and which figures come out of their rows again.

    Attributes:
        drilldowns: Of every scope; by other definitions all repositories together only.
        metrics: Those that were explained.
        agreeing: Of every scope and definition; a scope that has no rows any more is not among them.
    """

    drilldowns: tuple[Drilldown, ...]
    metrics: frozenset[str]
    agreeing: frozenset[Subject]

    def doubts(self, subject: Subject) -> bool:
        """The stored figures are not what the rows give."""
        return subject[0] in self.metrics and subject not in self.agreeing


def explained(metrics: Collection[str], period: Period, lake: Lake, settings: Settings, teams: Teams) -> Explained:
    """How the figures of metrics that have some in the period came about.

    Raises:
        TableNotBuilt: A table that a metric reads has not been built.
    """
    span = (period.grain, period.start)
    ordered = (name for name in (*METRICS, COLLABORATION) if name in metrics)
    found = (each for name in ordered for each in explain_period(name, lake, settings, period=span, teams=teams))
    return drilled_down(metrics, found)


def drilled_down(metrics: Collection[str], explanations: Iterable[Explanation]) -> Explained:
    """Explanations of some metrics as a report holds them, in their order."""
    shown: list[Drilldown] = []
    agreeing: set[Subject] = set()
    for each in explanations:
        if each.agrees:
            agreeing.add((each.metric, each.definition, each.scope_kind, each.scope))
        if each.status != "unknown" and (each.definition == "pulse" or each.scope_kind == "all"):
            shown.append(_drilldown(each))
    return Explained(tuple(shown), frozenset(metrics), frozenset(agreeing))


def doubted(status: str, reason: str | None) -> tuple[str, str | None]:
    """Status and reason of figures that their rows do not give again; what is withheld or unknown stays so."""
    if status not in {"ok", "degraded"}:
        return status, reason
    return "degraded", "; ".join(filter(None, (reason, NOT_GIVEN_AGAIN)))


def _drilldown(explanation: Explanation) -> Drilldown:
    is_withheld = explanation.status == "withheld"
    status, status_reason = explanation.status, explanation.status_reason
    if not explanation.agrees:
        status, status_reason = doubted(status, status_reason)
    counted, left_out, others = (
        () if is_withheld else tuple(map(_item, rows))
        for rows in (explanation.counted, explanation.left_out, explanation.others)
    )
    return Drilldown(
        metric=explanation.metric,
        title=explanation.title,
        definition=explanation.definition,
        definition_text=explanation.definition_text,
        formula=explanation.formula,
        scope_kind=explanation.scope_kind,
        scope=explanation.scope,
        status=status,
        status_reason=status_reason,
        figures=tuple(
            Recomputed(each.name, tuple(each.key), each.stored, each.recomputed, each.agrees)
            for each in explanation.figures
            if not is_withheld
        ),
        counted=counted,
        left_out=left_out,
        left_out_reasons=count_reasons(explanation.left_out) if not is_withheld else (),
        others=others,
        sources=tuple(source.table for source in explanation.sources if source.partitions),
        deployments_from=explanation.deployments_from,
        collected_at=min((each.collected_at for each in explanation.freshness if each.collected_at), default=None),
        difference=explanation.difference.sentence if explanation.difference and not is_withheld else None,
        agrees=explanation.agrees,
    )


def _item(row: ExplainedRow) -> Item:
    return Item(row.repository, row.item, row.title, row.at, row.reason_words, row.used_by)


def count_reasons(rows: Collection[ExplainedRow]) -> tuple[ReasonCount, ...]:
    """How many rows were left out for each reason, the most frequent first."""
    words = {row.reason: row.reason_words or "no reason given" for row in rows}
    counts = Counter(row.reason for row in rows)
    reasons = (ReasonCount(reason=reason, words=words[reason], count=count) for reason, count in counts.items())
    return tuple(sorted(reasons, key=lambda each: (-each.count, each.words)))
