"""What a reader must know before using the figures, in sentences: doubts first, then the summary."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from pulse_assets.reports import wording
from pulse_assets.reports.inert import isolated
from pulse_assets.reports.model import (
    Change,
    Environment,
    Figure,
    Freshness,
    Notice,
    PeriodFigures,
    StageShare,
    TrendPoint,
)
from pulse_assets.reports.periods import Period

_NAMES_SHOWN = 5


def find_notices(
    period: Period,
    trend: Sequence[TrendPoint],
    *,
    changes: Sequence[Change],
    left_out: Sequence[Change],
    freshness: Sequence[Freshness],
    environments: Sequence[Environment],
    zone: ZoneInfo,
) -> tuple[Notice, ...]:
    """Doubts about the figures of the period, the gravest first."""
    current = trend[-1].figures
    if current is None:
        return (
            _unknown(period, trend, freshness, zone),
            *_never_production(environments),
            *_never_collected(freshness),
        )
    return (
        *_never_production(environments),
        *_degraded(current, freshness, zone),
        *_never_collected(freshness),
        *_mismatch(current, changes, left_out),
        *(() if _is_production_missed(environments) else _low_counts(period, current)),
        *_matched_by_time(changes),
    )


def summary(
    period: Period, headline: Sequence[Figure], stages: Sequence[StageShare], environments: Sequence[Environment]
) -> str:
    """The period in two or three sentences."""
    figures = {figure.name: figure for figure in headline}
    median, p90 = figures["lead_time_median_hours"], figures["lead_time_p90_hours"]
    deployments, days = figures["deployment_count"], figures["deployment_days_count"]
    if {median.status, deployments.status} == {"unknown"}:
        return f"Nothing is known about {period.title}."
    if _is_production_missed(environments):
        return f"No deployment matches PULSE_PRODUCTION_PATTERN, so nothing is known of production in {period.title}."
    sentences = []
    if median.value is not None and median.row_count == 1:
        sentences.append(f"One change reached production, {median.shown} after its first commit.")
    elif median.value is not None:
        count = wording.number(median.row_count)
        text = f"Half of the {count} changes that reached production did so within {median.shown} of their first commit"
        sentences.append(f"{text}, nine in ten within {p90.shown}." if p90.value is not None else f"{text}.")
    elif median.row_count == 0:
        sentences.append("No change reached production.")
    longest = max(stages, key=lambda stage: stage.ratio, default=None)
    if longest and longest.name != "unsplit":
        sentences.append(f"The largest part of their time, {wording.share(longest.ratio)}, went into {longest.name}.")
    if deployments.value == 0:
        sentences.append("There was no production deployment.")
    elif deployments.value is not None and days.value is not None:
        count, day_count = (wording.plural(int(each), noun) for each, noun in _counted(deployments.value, days.value))
        verb = "was" if deployments.value == 1 else "were"
        sentences.append(f"There {verb} {count} to production, on {day_count}.")
    return " ".join(sentences)


def _counted(deployments: float, days: float) -> tuple[tuple[float, str], ...]:
    return (deployments, "deployment"), (days, "day")


def _unknown(period: Period, trend: Sequence[TrendPoint], freshness: Sequence[Freshness], zone: ZoneInfo) -> Notice:
    collected = min((each.collected_at for each in freshness if each.collected_at), default=None)
    begin, _ = period.bounds(zone)
    if collected is None:
        why = "no repository has been collected completely; run `pulse sync`"
    elif collected < begin:
        why = f"the data end on {wording.instant(collected, zone)}, before it began; run `pulse sync`"
    elif any(each.figures for each in trend):
        why = "they have not been built; run `pulse sync`"
    else:
        why = "the first merged change or deployment is younger"
    return Notice("unknown", f"The figures of this {period.grain} are unknown: {why}.")


def _degraded(current: PeriodFigures, freshness: Sequence[Freshness], zone: ZoneInfo) -> list[Notice]:
    if not current.is_degraded:
        return []
    reason = "; ".join(current.reasons) or "no reason was recorded"
    oldest = min((each.collected_at for each in freshness if each.collected_at), default=None)
    at = f" (oldest collection: {wording.instant(oldest, zone)})" if oldest else ""
    return [Notice("degraded", f"The figures are provisional: {reason}{at}.")]


def _is_production_missed(environments: Sequence[Environment]) -> bool:
    return bool(environments) and not any(each.is_production for each in environments)


def _never_production(environments: Sequence[Environment]) -> list[Notice]:
    if not _is_production_missed(environments):
        return []
    count = wording.plural(sum(each.deployment_count for each in environments), "known deployment")
    names = _first_of([isolated(each.name) for each in environments])
    text = (
        f"None of {count} is to production: PULSE_PRODUCTION_PATTERN matches none of their environments ({names}). "
        "Zero deployments and no lead time say nothing as long as it does not. Set it and run `pulse sync`."
    )
    return [Notice("quality", text)]


def _first_of(names: Sequence[str]) -> str:
    """`a, b, c, d, e and 3 more`."""
    more = [f"{len(names) - _NAMES_SHOWN:,} more"] if len(names) > _NAMES_SHOWN else []
    return wording.enumeration([*names[:_NAMES_SHOWN], *more])


def _never_collected(freshness: Sequence[Freshness]) -> list[Notice]:
    names = [each.repository for each in freshness if each.collected_at is None]
    if not names:
        return []
    verb = "has" if len(names) == 1 else "have"
    text = f"{_first_of(names)} {verb} not been collected completely; rows may be missing."
    return [Notice("quality", text)]


def _mismatch(current: PeriodFigures, changes: Sequence[Change], left_out: Sequence[Change]) -> list[Notice]:
    """The lists below and the metrics must tell the same; they differ when one was rebuilt without the other."""
    pairs = (
        (current.change_count, len(changes), "counted changes"),
        (current.left_out_count, len(left_out), "changes left out"),
    )
    return [
        Notice(
            "quality",
            f"The metric rests on {counted:,} {what}, the list below has {listed:,}: the tables were built at "
            "different times. Run `pulse sync`.",
        )
        for counted, listed, what in pairs
        if counted is not None and counted != listed
    ]


def _low_counts(period: Period, current: PeriodFigures) -> list[Notice]:
    notices = []
    if current.lead_time_is_low_count and current.change_count:
        rows = wording.plural(current.change_count, "change")
        notices.append(Notice("low_count", f"The lead times rest on {rows} only; read them as single cases."))
    elif current.change_count == 0:
        notices.append(Notice("low_count", f"No change was deployed in this {period.grain}: there is no lead time."))
    return notices


def _matched_by_time(changes: Sequence[Change]) -> list[Notice]:
    count = sum(change.matched_by == "time" for change in changes)
    if not count:
        return []
    what = f"{count:,} of {wording.plural(len(changes), 'change')}"
    text = f"For {what} the deployment was found by time, not by commit: their lead time is an estimate."
    return [Notice("quality", text)]


def trend_quality(trend: Sequence[TrendPoint]) -> str:
    """How much of the trend is known, such as `Of the last 13 weeks 11 are final and 2 are unknown.`."""
    counts = {"final": 0, "provisional": 0, "unknown": 0}
    for each in trend:
        counts["unknown" if each.figures is None else "provisional" if each.figures.is_degraded else "final"] += 1
    parts = [f"{count} {'is' if count == 1 else 'are'} {what}" for what, count in counts.items() if count]
    return f"Of the last {len(trend)} {trend[-1].period.grain}s {wording.enumeration(parts)}."
