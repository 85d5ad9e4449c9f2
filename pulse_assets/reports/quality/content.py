"""Brings the standing of the checks into the form of the report: what suffers, shares, lines, ages."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence

from pulse_assets.metrics.catalog import CATALOG
from pulse_assets.metrics.scripts import inputs_of
from pulse_assets.reports.quality import words
from pulse_assets.reports.quality.model import (
    Check,
    CheckLine,
    Consequence,
    DimensionShare,
    Level,
    QualityContent,
    RepositoryFreshness,
    Status,
    TableState,
)
from pulse_assets.reports.quality.standing import Standing
from pulse_assets.settings import Settings
from pulse_assets.tables.check_history import Gate, RecordedCheck, gates
from pulse_assets.tables.check_plan import planned_checks
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.schema import Family

METRICS = tuple(name for name in CATALOG if TABLES[name].layer == "metrics")
_LEVELS: tuple[Level, ...] = ("withheld", "degraded")
_HOUR = dt.timedelta(hours=1)


def quality_content(standing: Standing, settings: Settings, now: dt.datetime) -> QualityContent:
    """The report as of `now` (UTC)."""
    found = gates(standing.results)
    every = checks(standing)
    consequences = _consequences(found)
    failed = sum(not check.is_passed for check in every)
    status = _status(consequences, failed)
    suffering = {
        level: {name for each in consequences if each.level == level for name in each.repositories} for level in _LEVELS
    }
    suffering["degraded"] -= suffering["withheld"]
    return QualityContent(
        written_at=now,
        time_zone=settings.timezone,
        status=status,
        summary=words.summary(status, failed, len(every), {level: len(names) for level, names in suffering.items()}),
        consequences=consequences,
        dimensions=_dimensions(every, settings),
        lines=_lines(every, standing),
        tables=_tables(standing.results),
        freshness=_freshness(standing, settings, now),
        checks=every,
    )


def checks(standing: Standing) -> tuple[Check, ...]:
    """Every result: what withholds, what degrades, what else fails, what passes; each by table, partition and name."""
    levels: dict[tuple[str, str, str], Level] = {
        (gate.table, gate.repository, gate.check): gate.level for gate in gates(standing.results)
    }
    order = {name: place for place, name in enumerate(TABLES)}
    found = [
        _check(each, standing, levels.get((each.table, each.partition, each.result.name))) for each in standing.results
    ]
    return tuple(sorted(found, key=lambda each: (_gravity(each), order[each.table], each.partition, each.name)))


def _check(recorded: RecordedCheck, standing: Standing, level: Level | None) -> Check:
    result = recorded.result
    since = standing.since.get((recorded.table, recorded.partition, result.name))
    return Check(
        table=recorded.table,
        partition=recorded.partition,
        name=result.name,
        kind=result.kind,
        dimension=result.dimension,
        is_blocking=result.is_blocking,
        is_passed=result.passed,
        failed_count=result.failed_count,
        checked_count=result.checked_count,
        description=result.description,
        checked_at=recorded.checked_at,
        failing_since=None if since is None else since.at,
        has_passed=since is not None and since.has_passed,
        effect=level,
        metrics=tuple(CATALOG[name].title for name in _resting_on(recorded.table)) if level else (),
        advice=None if result.passed else words.advice(result.kind, recorded.table, [recorded.partition]),
        sample=tuple(result.sample),
    )


def _gravity(check: Check) -> int:
    if check.is_passed:
        return 4
    return {"withheld": 0, "degraded": 2, None: 1 if check.is_blocking else 3}[check.effect]


def _resting_on(table: str) -> list[str]:
    """The metrics that a failure of a table holds back: those that are cut as it is, by repository or project."""
    return [name for name in _of_family(TABLES[table].family) if table in inputs_of(name)]


def _of_family(family: Family) -> list[str]:
    return [name for name in METRICS if TABLES[name].family == family]


def _consequences(found: Iterable[Gate]) -> tuple[Consequence, ...]:
    """Metrics and repositories with the same fate for the same reasons, together."""
    reasons: dict[tuple[str, str], dict[Level, set[str]]] = defaultdict(lambda: defaultdict(set))
    for gate in found:
        for metric in _resting_on(gate.table):
            reasons[gate.repository, metric][gate.level].add(gate.check)
    metrics: dict[tuple[str, Level, tuple[str, ...]], list[str]] = defaultdict(list)
    for repository, metric in sorted(reasons, key=lambda key: (key[0], METRICS.index(key[1]))):
        levels = reasons[repository, metric]
        level: Level = "withheld" if "withheld" in levels else "degraded"
        metrics[repository, level, tuple(sorted(levels[level]))].append(metric)
    repositories: dict[tuple[Level, tuple[str, ...], tuple[str, ...]], list[str]] = defaultdict(list)
    for (repository, level, names), held in metrics.items():
        repositories[level, names, tuple(held)].append(repository)
    return tuple(
        Consequence(
            level=level,
            metrics=tuple(CATALOG[name].title for name in held),
            is_every_metric=len(held) == len(_of_family(TABLES[held[0]].family)),
            repositories=tuple(members),
            checks=names,
        )
        for (level, names, held), members in sorted(
            repositories.items(), key=lambda item: (_LEVELS.index(item[0][0]), item[1], item[0][1])
        )
    )


def _status(consequences: Sequence[Consequence], failed: int) -> Status:
    if consequences:
        return consequences[0].level
    return "failing" if failed else "passing"


def _dimensions(every: Sequence[Check], settings: Settings) -> tuple[DimensionShare, ...]:
    return tuple(
        DimensionShare(
            name=name,
            definition=definition,
            passed_count=sum(check.is_passed for check in every if check.dimension == name),
            failed_count=sum(not check.is_passed for check in every if check.dimension == name),
            thresholds=words.thresholds(name, settings),
        )
        for name, definition in words.DIMENSIONS.items()
    )


def _lines(every: Sequence[Check], standing: Standing) -> tuple[CheckLine, ...]:
    found: dict[tuple[str, str], list[Check]] = defaultdict(list)
    for check in every:
        found[check.table, check.name].append(check)
    lines = []
    for table in TABLES.values():
        for planned in planned_checks(table):
            answers = found.get((table.name, planned.name))
            if not answers:
                continue
            trend = standing.trends.get((table.name, planned.name))
            passed = sum(check.is_passed for check in answers)
            lines.append(
                CheckLine(
                    table=table.name,
                    name=planned.name,
                    kind=planned.kind,
                    dimension=planned.dimension,
                    is_blocking=planned.is_blocking,
                    question=planned.description,
                    passed_count=passed,
                    failed_count=len(answers) - passed,
                    tolerated_count=sum(check.is_tolerated for check in answers),
                    passed_trend=trend.passed_counts if trend else (),
                    failed_trend=trend.failed_counts if trend else (),
                    checked_at=max(check.checked_at for check in answers),
                )
            )
    return tuple(lines)


def _tables(results: Iterable[RecordedCheck]) -> tuple[TableState, ...]:
    """One check of a table counts its rows as well as another; timeliness has another time."""
    partitions: dict[str, dict[str, RecordedCheck]] = defaultdict(dict)
    failed: dict[str, int] = defaultdict(int)
    for each in results:
        failed[each.table] += not each.result.passed
        if each.result.kind != "timeliness":
            partitions[each.table][each.partition] = each
    return tuple(
        TableState(
            name=table.name,
            layer=table.layer,
            partition_count=len(known),
            row_count=sum(each.result.checked_count for each in known.values()),
            failed_count=failed[table.name],
            oldest_checked_at=min(each.checked_at for each in known.values()),
            newest_checked_at=max(each.checked_at for each in known.values()),
        )
        for table in TABLES.values()
        if (known := partitions.get(table.name))
    )


def _freshness(standing: Standing, settings: Settings, now: dt.datetime) -> tuple[RepositoryFreshness, ...]:
    rows = []
    for repository, at in standing.collected_at.items():
        age = None if at is None else (now - at) / _HOUR
        rows.append(
            RepositoryFreshness(
                repository=repository,
                collected_at=at,
                age_hours=age,
                is_collected=repository in standing.collected,
                is_fresh=age is not None and age <= settings.fresh_hours,
            )
        )
    # The oldest first: they are what a reader looks for.
    rows.sort(
        key=lambda row: (
            not row.is_collected,
            row.collected_at or dt.datetime.min.replace(tzinfo=dt.UTC),
            row.repository,
        )
    )
    return tuple(rows)
