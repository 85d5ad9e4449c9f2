"""Puts explanations together: the rows of a period, and the figures made of them beside those that are stored.

Which rows a figure uses is decided here again, by loops over the rows; the SQL that made the figure is not asked.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pulse_assets.errors import NotFound, UsageError
from pulse_assets.metrics.catalog import CATALOG
from pulse_assets.metrics.explanation.differences import difference_of
from pulse_assets.metrics.explanation.model import ExplainedFigure, ExplainedRow, Explanation, Grain
from pulse_assets.metrics.explanation.persons import without_persons
from pulse_assets.metrics.explanation.reading import Reader, Scope, Subject, reading
from pulse_assets.metrics.explanation.recipe import Raw, Recipe
from pulse_assets.metrics.explanation.recipes import RECIPES
from pulse_assets.metrics.explanation.span import Span
from pulse_assets.metrics.explanation.words import reason_in_words
from pulse_assets.metrics.families import DELIVERY, PLANNING, cut_of
from pulse_assets.metrics.scripts import rows_of, script
from pulse_assets.settings import Settings
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.lake import Lake
from pulse_assets.tables.metric_columns import LOW_COUNT
from pulse_assets.tables.teams import Teams

ALL: Scope = ("all", "all")
Titles = Mapping[tuple[str, str], str]
_FIXED = (
    "definition",
    "scope_kind",
    "scope",
    "repository",
    "item",
    "at",
    "is_counted",
    "reason",
    "title",
    "day",
    "week",
    "month",
)
#: The metrics that have rows by sprint, and those that have no others.
_OF_SPRINTS = tuple(name for name in RECIPES if TABLES[name].group == "sprint")
_OF_SPRINTS_ONLY = ("sprint_burndown",)
_KINDS = {
    DELIVERY.family: ("all", "team", "repository"),
    PLANNING.family: ("all", "team", "project", "board"),
}
_LAST = dt.datetime.max.replace(tzinfo=dt.UTC)
_NOTHING_YET = {
    DELIVERY.family: "Nothing has been merged or deployed there yet",
    PLANNING.family: "No issue has been created and no sprint started there yet",
}


def explain(
    metric: str,
    lake: Lake,
    settings: Settings,
    *,
    period: tuple[Grain, dt.date],
    scope: Scope = ALL,
    definition: str = "pulse",
    teams: Teams | None = None,
) -> Explanation:
    """Where the figures of a metric come from.

    Args:
        metric: Its name, as in the catalog.
        lake: Where the tables are.
        settings: For the zone, and where the teams stand.
        period: `week` or `month`, and its first day; of a sprint `sprint` and the day of its start (`sprint_start`).
        scope: Kind and name: `("repository", "acme/api")`, `("team", "payments")` or `("all", "all")`; of Jira's
            metrics also `("project", "PAY")`, `("board", "7")` and `("sprint", "12")`.
        definition: `pulse`, or another that the metric has.
        teams: Default: those of the settings.

    Raises:
        NotFound: There is no such metric, definition or scope; or nothing is known of the period, which is not zero.
        UsageError: The day does not begin such a period, or the metric has no scope of the kind.
        TableNotBuilt: A table has not been built.
    """
    _check_names(metric, definition)
    _check_kind(metric, scope[0])
    with reading(metric, lake, settings, period=period, teams=teams) as reader:
        _check_scope(reader, scope)
        rows = reader.metric_rows(scope_kind=scope[0], scope=scope[1])
        return _explanation(reader, (definition, *scope), rows, reader.stored(), _titles(reader, rows))


def explain_period(
    metric: str, lake: Lake, settings: Settings, *, period: tuple[Grain, dt.date], teams: Teams | None = None
) -> Iterator[Explanation]:
    """`explain` for every definition and scope that has figures in the period, over one connection.

    Raises:
        NotFound: There is no such metric.
        UsageError: The day does not begin such a period.
        TableNotBuilt: A table has not been built.
    """
    _check_names(metric)
    with reading(metric, lake, settings, period=period, teams=teams) as reader:
        if not reader.spans:
            return
        rows, stored = reader.metric_rows(), reader.stored()
        titles = _titles(reader, rows)
        for definition in RECIPES[metric]:
            for scope in reader.spans:
                yield _explanation(reader, (definition, *scope), rows, stored, titles)


def explain_sprints(
    metric: str, lake: Lake, settings: Settings, days: Iterable[dt.date], *, teams: Teams | None = None
) -> Iterator[Explanation]:
    """`explain` for every sprint that was started on one of the days, over one connection for each month.

    Raises:
        NotFound: There is no such metric.
        TableNotBuilt: A table has not been built.
    """
    _check_names(metric)
    for _, same in groupby(sorted(set(days)), key=lambda day: day.replace(day=1)):
        of_month = list(same)
        with reading(metric, lake, settings, period=("sprint", of_month[0]), teams=teams) as reader:
            rows = reader.metric_rows(scope_kind="sprint")
            titles = _titles(reader, rows)
            for of_day in (replace(reader, start=day) for day in of_month):
                stored = of_day.stored()
                for scope in of_day.spans:
                    yield _explanation(of_day, ("pulse", *scope), rows, stored, titles)


def _check_names(metric: str, definition: str = "pulse") -> None:
    if metric not in RECIPES:
        raise NotFound(f"There is no metric {metric!r}.", hint=f"Metrics: {', '.join(RECIPES)}.")
    if definition not in RECIPES[metric]:
        known = ", ".join(RECIPES[metric])
        raise NotFound(f"{metric} has no definition {definition!r}.", hint=f"It has: {known}.")


def _check_kind(metric: str, kind: str) -> None:
    """What a metric counts is not in every kind of scope."""
    if metric in _OF_SPRINTS_ONLY:
        kinds: tuple[str, ...] = ("sprint",)
    else:
        kinds = (*_KINDS[cut_of(metric).family], *(("sprint",) if metric in _OF_SPRINTS else ()))
    if kind in kinds:
        return
    hint = f"Metrics of a sprint: {', '.join(_OF_SPRINTS)}." if kind == "sprint" else f"It has: {', '.join(kinds)}."
    raise UsageError(f"{metric} has no figures by {kind}.", hint=hint)


def _check_scope(reader: Reader, scope: Scope) -> None:
    kind, name = scope
    if scope not in reader.members:
        known = sorted(other for other_kind, other in reader.members if other_kind == kind)
        shown = f"{', '.join(known[:10])}{', …' if len(known) > 10 else ''}" if known else "none"  # noqa: PLR2004 - a line
        raise NotFound(f"There is no {kind} {name!r} in the tables.", hint=f"Known: {shown}.")
    if scope not in reader.spans:
        first, last = reader.reach(scope)
        what = f"Nothing is known of the {reader.grain} from {reader.start} for {name}: that is unknown, not zero."
        if first is None or last is None:
            raise NotFound(what, hint=f"{_NOTHING_YET[reader.cut.family]}; run `pulse sync`.")
        zone = ZoneInfo(reader.settings.timezone)
        days = f"{first.astimezone(zone):%Y-%m-%d} to {last.astimezone(zone):%Y-%m-%d}"
        raise NotFound(what, hint=f"Its data reach from {days}; give a period in between, or run `pulse sync`.")


def _explanation(
    reader: Reader,
    subject: Subject,
    metric_rows: Mapping[Subject, Sequence[Raw]],
    stored: Mapping[Subject, Sequence[Raw]],
    titles: Titles,
) -> Explanation:
    definition, scope = subject[0], (subject[1], subject[2])
    recipe, span = RECIPES[reader.metric][definition], reader.spans[scope]
    rows = _explained(recipe, metric_rows.get(subject, ()), span, titles)
    held = stored.get(subject, ())
    status, status_reason = _status(held, recipe)
    table, entry = TABLES[reader.metric], CATALOG[reader.metric]
    figures = tuple(_figures(reader.metric, recipe, rows, held, span))
    listed: dict[str, list[ExplainedRow]] = {"counted": [], "left_out": [], "others": []}
    for row in rows:
        listed[_place(row, span)].append(row)
    row_count = None if status == "withheld" else sum(row["row_count"] for row in _headlines(recipe, held))
    return Explanation(
        metric=reader.metric,
        title=entry.title,
        unit=entry.unit,
        definition=definition,
        definition_text=f"{entry.definition}\n\n{_top_of(script(rows_of(reader.metric)).text)}",
        formula=recipe.formula,
        grain=reader.grain,
        period_start=reader.start,
        time_zone=reader.settings.timezone,
        scope_kind=scope[0],
        scope=scope[1],
        status=status,
        status_reason=status_reason,
        row_count=row_count,
        is_low_count=row_count is not None and row_count < LOW_COUNT,
        figures=figures,
        counted=tuple(listed["counted"]),
        left_out=tuple(listed["left_out"]),
        others=tuple(listed["others"]),
        sources=reader.sources(scope),
        deployments_from=_deployments_from(reader, scope, rows) if table.group == "dora" else None,
        freshness=reader.freshness.get(scope, ()),
        difference=difference_of(reader, subject, span, metric_rows) if definition != "pulse" else None,
    )


def _titles(reader: Reader, metric_rows: Mapping[Subject, Sequence[Raw]]) -> Titles:
    """Titles of what the rows are about; none for teams, whose rows name nobody."""
    if TABLES[reader.metric].group == "team":
        return {}
    return reader.titles(row["item"] for rows in metric_rows.values() for row in rows)


def _explained(recipe: Recipe, rows: Iterable[Raw], span: Span, titles: Titles) -> list[ExplainedRow]:
    """The rows that belong to the period or are used by one of its figures, in the order of time."""
    chosen = []
    for row in rows:
        used_by = tuple(name for name, rule in recipe.rules.items() if rule.uses(row, span))
        if used_by or span.holds(row["at"]):
            chosen.append((row, used_by))
    chosen.sort(key=lambda each: (each[0]["at"] or _LAST, each[0]["repository"], each[0]["item"]))
    nameless = without_persons(row for row, _ in chosen)
    return [
        ExplainedRow(
            repository=row["repository"],
            item=row["item"],
            title=row.get("title") or titles.get((row["repository"], row["item"])),
            at=row["at"],
            is_counted=row["is_counted"],
            reason=row["reason"],
            reason_words=reason_in_words(row["reason"]),
            used_by=used_by,
            values={name: value for name, value in row.items() if name not in _FIXED or name in recipe.key},
        )
        for row, (_, used_by) in zip(nameless, chosen, strict=True)
    ]


def _place(row: ExplainedRow, span: Span) -> Literal["counted", "left_out", "others"]:
    if "row_count" in row.used_by:
        return "counted"
    return "others" if row.is_counted or not span.holds(row.at) else "left_out"


def _figures(
    metric: str, recipe: Recipe, rows: Sequence[ExplainedRow], held: Sequence[Raw], span: Span
) -> Iterator[ExplainedFigure]:
    columns = TABLES[metric].by_name
    is_withheld = any(row["status"] == "withheld" for row in held)
    by_key = {_stored_key(row, recipe): row for row in held}
    used = {_key(row, recipe) for row in rows if row.used_by}
    if recipe.total and used:
        used.add(recipe.total)
    if not recipe.key:
        used.add(())
    for key in sorted(by_key.keys() | used):
        own = [row for row in rows if key in (_key(row, recipe), recipe.total)]
        row = by_key.get(key, {})
        for name, rule in recipe.rules.items():
            made_of = [_raw(each) for each in own if name in each.used_by]
            stored, recomputed = (None, None) if is_withheld else (row.get(name), rule.value(made_of, span))
            yield ExplainedFigure(name, key, columns[name].description, stored, recomputed)


def _key(row: ExplainedRow, recipe: Recipe) -> tuple[str, ...]:
    return tuple(str(row.values[column]) for column in recipe.key)


def _stored_key(row: Raw, recipe: Recipe) -> tuple[str, ...]:
    return tuple(str(row[column]) for column in recipe.key)


def _headlines(recipe: Recipe, held: Sequence[Raw]) -> Sequence[Raw]:
    """The stored rows that together count each row once."""
    return [row for row in held if recipe.total in (None, _stored_key(row, recipe))]


def _raw(row: ExplainedRow) -> dict[str, Any]:
    """The row as the metric's rows have it: nothing but what the explanation shows goes into a recomputed figure."""
    shown = {"repository": row.repository, "item": row.item, "at": row.at}
    return {**row.values, **shown, "is_counted": row.is_counted, "reason": row.reason}


def _status(held: Sequence[Raw], recipe: Recipe) -> tuple[str, str | None]:
    if held:
        return held[0]["status"], held[0]["status_reason"]
    if recipe.key:
        return "ok", "there is nothing of it in the period"
    return "unknown", "the table has no row for it"


def _deployments_from(reader: Reader, scope: Scope, rows: Sequence[ExplainedRow]) -> str:
    found = reader.environments.get(scope, ())
    if not found:
        return "No deployment is one to production: see PULSE_DEPLOYMENT_SOURCE and PULSE_PRODUCTION_PATTERN."
    sources = sorted({row["source"] for row in found})
    shown = [f"{row['environment']} ({row['deployment_count']:,})" for row in found[:5]]
    text = f"Production deployments of the whole history come from {' and '.join(sources)}: {', '.join(shown)}"
    text += f" and {len(found) - 5} more." if len(found) > 5 else "."  # noqa: PLR2004 - a line
    matches = [row.values.get("matched_by") for row in rows if "row_count" in row.used_by]
    if any(matches):
        by_commit, by_time = matches.count("commit"), matches.count("time")
        text += f" Changes of the period were matched to them by commit ({by_commit:,}) and by time ({by_time:,})."
    return text


def _top_of(sql: str) -> str:
    lines = sql.splitlines()
    end = next((number for number, line in enumerate(lines) if not line.startswith("--")), len(lines))
    return "\n".join(line.removeprefix("--").strip() for line in lines[:end])
