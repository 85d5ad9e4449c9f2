"""`pulse explain`: where a figure comes from, row by row, and whether these rows give it."""

import csv
import datetime as dt
import json
import re
import sys
from collections.abc import Iterable
from typing import Any

import typer

from pulse_assets.cli.values import plain, printable
from pulse_assets.errors import ExitCode, NotFound, UsageError
from pulse_assets.metrics.explanation import ExplainedRow, Explanation, explain, sprint_start
from pulse_assets.metrics.explanation.model import Grain
from pulse_assets.metrics.explanation.recipes import RECIPES
from pulse_assets.reports.inert import csv_text
from pulse_assets.reports.periods import Period, parse_period
from pulse_assets.settings import Settings
from pulse_assets.tables.lake import Lake

_MONTH = re.compile(r"[0-9]{4}-[0-9]{1,2}")
_PREFIXES = ("", "dora_", "team_", "flow_", "sprint_", "quality_")


def run(
    metric: str, *, period: str | None, scope: tuple[str, str], definition: str, output: str, limit: int | None
) -> int:
    """Prints the explanation as `text`, `json` or `csv`; the exit code says whether the stored figures agree.

    Raises:
        UsageError: The words do not fit.
        NotFound: There is no such metric, definition or scope; or nothing is known of the period.
        TableNotBuilt: A table has not been built.
    """
    settings = Settings.load()
    lake = Lake(settings.lake_path)
    if scope[0] == "sprint":
        chosen = None
        span: tuple[Grain, dt.date] = ("sprint", sprint_start(lake, settings, scope[1]))
    else:
        chosen = _period(period)
        span = chosen.grain, chosen.start
    explanation = explain(_metric(metric), lake, settings, period=span, scope=scope, definition=definition)
    if output == "json":
        typer.echo(json.dumps(plain(_limited(explanation, limit)), indent=1))
    elif output == "csv":
        _print_csv(explanation, limit)
    else:
        from pulse_assets.cli.explanation_text import print_explanation

        print_explanation(explanation, chosen.title if chosen else "its whole length", limit=limit)
    if explanation.agrees:
        return int(ExitCode.OK)
    wrong = ", ".join(figure.name for figure in explanation.figures if not figure.agrees)
    typer.echo(
        f"pulse: The stored figures do not agree with the rows: {wrong}. Some tables were built later than others. "
        "Run `pulse sync`.",
        err=True,
    )
    return int(ExitCode.QUALITY_GATE)


def _metric(text: str) -> str:
    for prefix in _PREFIXES:
        if (name := f"{prefix}{text.strip().replace('-', '_')}") in RECIPES:
            return name
    raise NotFound(f"There is no metric {printable(text)!r}.", hint=f"Metrics: {', '.join(RECIPES)}.")


def _period(text: str | None) -> Period:
    if text is None:
        raise UsageError("--period is missing.", hint="Give a week such as 2024-W05, or a month such as 2024-05.")
    try:
        return parse_period("monthly" if _MONTH.fullmatch(text.strip()) else "weekly", text)
    except UsageError as error:
        raise UsageError(
            f"--period: {printable(text)!r} is not a period.",
            hint="Give a week such as 2024-W05, any day in it such as 2024-02-01, or a month such as 2024-05.",
        ) from error


def _limited(explanation: Explanation, limit: int | None) -> dict[str, Any]:
    written = explanation.to_plain()
    for place in ("counted", "left_out", "others"):
        written[place] = written[place][:limit]
    return written


def _print_csv(explanation: Explanation, limit: int | None) -> None:
    """The rows; foreign text is marked where a spreadsheet would take it for a formula."""
    columns = _value_columns(explanation.rows)
    fixed = ("place", "repository", "item", "title", "at", "is_counted", "reason", "reason_words", "used_by")
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow([*fixed, *columns])
    for place in ("counted", "left_out", "others"):
        for row in getattr(explanation, place)[:limit]:
            values = [place, *(getattr(row, name) for name in fixed[1:-1]), " ".join(row.used_by)]
            values += [row.values.get(column) for column in columns]
            writer.writerow([csv_text(value) if isinstance(value, str) else plain(value) for value in values])


def _value_columns(rows: Iterable[ExplainedRow]) -> list[str]:
    return list(dict.fromkeys(name for row in rows for name, value in row.values.items() if value is not None))
