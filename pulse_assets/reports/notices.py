"""What a reader must know before using the figures, in sentences, the gravest doubt first."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from pulse_assets.metrics.catalog import CATALOG
from pulse_assets.reports import wording
from pulse_assets.reports.data_state import Environment, Freshness, Quality
from pulse_assets.reports.drilldown import NOT_GIVEN_AGAIN, Drilldown
from pulse_assets.reports.inert import isolated
from pulse_assets.reports.listed import Change
from pulse_assets.reports.model import Figure, MetricRow, Notice, Scope, TrendPoint
from pulse_assets.reports.periods import Period
from pulse_assets.reports.shown import DORA, HEADLINES, METRICS

_NAMES_SHOWN = 5


@dataclass(frozen=True, slots=True)
class About:
    """What a notice is about: repositories and their metrics, or projects and theirs.

    Attributes:
        whole: Everything together, in words.
        figures: All figures, in words.
        metrics: All of them.
    """

    whole: str
    figures: str
    metrics: tuple[str, ...]


_REPOSITORIES = About("all repositories", "The figures", METRICS)


def find_notices(
    period: Period,
    trend: Sequence[TrendPoint],
    scopes: Sequence[Scope],
    *,
    rows: Sequence[MetricRow],
    changes: Sequence[Change],
    drilldowns: Sequence[Drilldown],
    quality: Quality,
    freshness: Sequence[Freshness],
    environments: Sequence[Environment],
    zone: ZoneInfo,
) -> tuple[Notice, ...]:
    """Doubts about the figures of the period; `rows` are those of the period, by every definition and scope."""
    if not trend[-1].rows:
        return (
            _unknown(period, trend, freshness, zone),
            *_never_production(environments),
            *_never_collected(freshness),
        )
    current = list(trend[-1].rows.values())
    figures = [scopes[0].figures[HEADLINES[metric].name] for metric in DORA]
    return (
        *_never_production(environments),
        *withheld(rows, _REPOSITORIES),
        *degraded(current, [each.collected_at for each in freshness], zone, _REPOSITORIES),
        *_never_collected(freshness),
        *disagreeing(drilldowns, rows, _REPOSITORIES),
        *failed_checks(quality),
        *(() if is_production_missed(environments) else _low_counts(period, figures)),
        *_matched_by_time(changes),
    )


def is_production_missed(environments: Sequence[Environment]) -> bool:
    """There are deployments, and none of them is to production."""
    return bool(environments) and not any(each.is_production for each in environments)


def first_of(names: Sequence[str]) -> str:
    """`a, b, c, d, e and 3 more`."""
    more = [f"{len(names) - _NAMES_SHOWN:,} more"] if len(names) > _NAMES_SHOWN else []
    return wording.enumeration([*names[:_NAMES_SHOWN], *more])


def trend_quality(trend: Sequence[TrendPoint]) -> str:
    """How much of the trend is known, such as `Of the last 13 weeks 11 are final and 2 are unknown.`."""
    counts = {"final": 0, "provisional": 0, "withheld": 0, "unknown": 0}
    for each in trend:
        counts[_quality(each)] += 1
    parts = [f"{count} {'is' if count == 1 else 'are'} {what}" for what, count in counts.items() if count]
    return f"Of the last {len(trend)} {trend[-1].period.grain}s {wording.enumeration(parts)}."


def _quality(point: TrendPoint) -> str:
    statuses = {row.status for metric, row in point.rows.items() if metric in DORA}
    if not statuses:
        return "unknown"
    if statuses == {"withheld"}:
        return "withheld"
    return "final" if statuses == {"ok"} else "provisional"


def _unknown(period: Period, trend: Sequence[TrendPoint], freshness: Sequence[Freshness], zone: ZoneInfo) -> Notice:
    collected = min((each.collected_at for each in freshness if each.collected_at), default=None)
    begin, _ = period.bounds(zone)
    if collected is None:
        why = "no repository has been collected completely; run `pulse sync`"
    elif collected < begin:
        why = f"the data end on {wording.instant(collected, zone)}, before it began; run `pulse sync`"
    elif any(each.rows for each in trend):
        why = "they have not been built; run `pulse sync`"
    else:
        why = "the first merged change or deployment is younger"
    return Notice("unknown", f"The figures of this {period.grain} are unknown: {why}.")


def withheld(rows: Iterable[MetricRow], about: About) -> list[Notice]:
    """One notice for each reason, with the metrics and scopes that it withholds."""
    metrics: dict[tuple[str, str], dict[str, None]] = {}
    for row in rows:
        if row.status == "withheld" and row.definition == "pulse":
            scope = about.whole if row.scope_kind == "all" else isolated(row.scope)
            titles = metrics.setdefault((row.status_reason or "no reason was recorded", scope), {})
            titles[CATALOG[row.metric].title] = None
    scopes: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for (reason, scope), titles in metrics.items():
        scopes.setdefault((reason, tuple(titles)), []).append(scope)
    return [
        Notice(
            "withheld",
            f"{_what(titles, about)} of {first_of(names)}: {isolated(reason)}.",
        )
        for (reason, titles), names in scopes.items()
    ]


def _what(titles: Sequence[str], about: About) -> str:
    if len(titles) >= len(about.metrics):
        return "Every metric"
    text = wording.enumeration([title[0].lower() + title[1:] for title in titles])
    return text[0].upper() + text[1:]


def degraded(
    current: Sequence[MetricRow], collected: Iterable[dt.datetime | None], zone: ZoneInfo, about: About
) -> list[Notice]:
    """Why figures of everything together are provisional; `collected` is when each of it was."""
    marked = [row for row in current if row.status == "degraded"]
    if not marked:
        return []
    reasons = dict.fromkeys(row.status_reason for row in marked if row.status_reason)
    reason = "; ".join(map(isolated, reasons)) or "no reason was recorded"
    oldest = min(filter(None, collected), default=None)
    at = f" (oldest collection: {wording.instant(oldest, zone)})" if oldest else ""
    known = [row for row in current if row.status != "withheld"]
    which = (
        f"{about.figures} are"
        if len(marked) == len(known)
        else f"{_what([CATALOG[row.metric].title for row in marked], about)} {'is' if len(marked) == 1 else 'are'}"
    )
    return [Notice("degraded", f"{which} provisional: {reason}{at}.")]


def _never_production(environments: Sequence[Environment]) -> list[Notice]:
    if not is_production_missed(environments):
        return []
    count = wording.plural(sum(each.deployment_count for each in environments), "known deployment")
    names = first_of([isolated(each.name) for each in environments])
    text = (
        f"None of {count} is to production: PULSE_PRODUCTION_PATTERN matches none of their environments ({names}). "
        "Zero deployments and no lead time say nothing as long as it does not. Set it and run `pulse sync`."
    )
    return [Notice("quality", text)]


def _never_collected(freshness: Sequence[Freshness]) -> list[Notice]:
    names = [each.repository for each in freshness if each.collected_at is None]
    if not names:
        return []
    verb = "has" if len(names) == 1 else "have"
    text = f"{first_of(names)} {verb} not been collected completely; rows may be missing."
    return [Notice("quality", text)]


def disagreeing(drilldowns: Sequence[Drilldown], rows: Iterable[MetricRow], about: About) -> list[Notice]:
    """Figures that their rows do not give again: the one was rebuilt without the other, or the scope is gone."""
    doubted = (CATALOG[row.metric].title for row in rows if NOT_GIVEN_AGAIN in (row.status_reason or ""))
    titles = dict.fromkeys([*(each.title for each in drilldowns if not each.agrees), *doubted])
    if not titles:
        return []
    text = (
        f"{_what(list(titles), about)}: the rows do not give the figures again, so the tables were built at different "
        "times. Run `pulse sync`."
    )
    return [Notice("quality", text)]


def failed_checks(quality: Quality) -> list[Notice]:
    """What fails, if it holds back figures or marks them."""
    failed = [each for each in quality.failed if each.is_holding]
    if not failed:
        return []
    names = first_of([f"{each.check} ({isolated(each.partition)})" for each in failed])
    verb = "fails" if len(failed) == 1 else "fail"
    return [Notice("quality", f"{wording.plural(len(failed), 'check')} of the data {verb}: {names}.")]


def _low_counts(period: Period, figures: Sequence[Figure]) -> list[Notice]:
    notices = few_rows(figures)
    lead_time = figures[0]
    if lead_time.row_count == 0:
        notices.append(Notice("low_count", f"No change was deployed in this {period.grain}: there is no lead time."))
    return notices


def few_rows(figures: Iterable[Figure]) -> list[Notice]:
    """Which of the figures rest on few rows."""
    few = [each for each in figures if each.is_low_count and each.row_count and each.basis]
    if not few:
        return []
    rests = wording.enumeration([f"{each.title} on {each.basis}" for each in few])
    return [Notice("low_count", f"These figures rest on few rows; read them as single cases: {rests}.")]


def _matched_by_time(changes: Sequence[Change]) -> list[Notice]:
    count = sum(change.matched_by == "time" for change in changes)
    if not count:
        return []
    what = f"{count:,} of {wording.plural(len(changes), 'change')}"
    text = f"For {what} the deployment was found by time, not by commit: their lead time is an estimate."
    return [Notice("quality", text)]
