"""An explanation as text for a terminal: the figures above all, then the rows."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pulse_assets.cli.values import printable
from pulse_assets.metrics.explanation import ExplainedRow, Explanation
from pulse_assets.metrics.explanation.recipes import RECIPES
from pulse_assets.metrics.families import cut_of

_SHOWN_ROWS = 50
_SHOWN_NAMES = 5
#: Where there is no terminal to fit into.
_WIDTH = 200
_HEAD = ("repository", "item", "title", "at", "reason_words")


def print_explanation(explanation: Explanation, period: str, *, limit: int | None) -> None:
    """Prints an explanation to stdout.

    Args:
        explanation: What to print.
        period: Its period, for the title.
        limit: At most so many rows of each kind. Default: 50.
    """
    partition = cut_of(explanation.metric).partition
    page = _Page(ZoneInfo(explanation.time_zone), _SHOWN_ROWS if limit is None else limit, partition)
    _print_head(page, explanation, period)
    _print_figures(page, explanation)
    page.print_rows("Counted", explanation.counted)
    page.print_rows("Left out", explanation.left_out)
    page.print_rows("Used by other figures only", explanation.others, has_figures=True)
    if explanation.difference:
        page.say()
        page.say(f"Against the definition pulse: {explanation.difference.sentence}")
        rows = ([row.repository, row.item, row.why, row.pulse, row.other] for row in explanation.difference.rows)
        columns = [partition, "item", "why", "pulse", explanation.definition]
        page.print_table("Rows that differ", columns, rows, len(explanation.difference.rows))
    _print_origin(page, explanation)


class _Page:
    """Where the text goes."""

    def __init__(self, zone: ZoneInfo, limit: int, partition: str) -> None:
        """`partition` is what the rows' `repository` is: of Jira's metrics a project."""
        console = Console()
        self._console = console if console.is_terminal else Console(width=_WIDTH)
        self._zone = zone
        self._limit = limit
        self.partition = partition

    def say(self, text: str = "", style: str = "") -> None:
        """A paragraph; what could steer the terminal is escaped."""
        self._console.print(Text("\n".join(map(printable, text.split("\n"))), style=style))

    def show(self, table: Table) -> None:
        """A table whose cells are inert already."""
        self._console.print(table)

    def print_rows(self, heading: str, rows: Sequence[ExplainedRow], *, has_figures: bool = False) -> None:
        """The rows with the columns that hold something, and with the figures that use them where these differ."""
        head = [name for name in _HEAD if any(getattr(row, name) is not None for row in rows)]
        head += ["used_by"] if has_figures else []
        columns = list(dict.fromkeys(name for row in rows for name, value in row.values.items() if value is not None))
        cells = ([*(getattr(row, name) for name in head), *(row.values.get(name) for name in columns)] for row in rows)
        titles = [self.partition if name == "repository" else name for name in head]
        self.print_table(heading, [*titles, *columns], cells, len(rows))

    def print_table(self, heading: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], count: int) -> None:
        """At most `limit` rows, and how many more there are."""
        self.say()
        self.say(f"{heading}: {count:,}", "bold")
        if not count:
            return
        table = Table(box=None, pad_edge=False)
        for column in columns:
            table.add_column(column, overflow="fold")
        for row, _ in zip(rows, range(self._limit), strict=False):
            table.add_row(*(Text(self._cell(value)) for value in row))
        self._console.print(table)
        if count > self._limit:
            self.say(f"… {count - self._limit:,} more; --limit, --json and --csv print them.", "dim")

    def _cell(self, value: Any) -> str:
        match value:
            case None:
                return ""
            case dt.datetime():
                return f"{value.astimezone(self._zone):%Y-%m-%d %H:%M:%S}"
            case bool():
                return "yes" if value else "no"
            case tuple():
                return ", ".join(map(printable, value))
            case _:
                return printable(value)


def _print_head(page: _Page, explanation: Explanation, period: str) -> None:
    page.say(f"{explanation.title} of {_scope(page, explanation)}: {period} ({explanation.time_zone})", "bold")
    page.say(f"{explanation.metric}, definition {explanation.definition}: {explanation.formula}.")
    if explanation.status_reason:
        page.say(f"{explanation.status}: {explanation.status_reason}", "yellow")
    if explanation.is_low_count and explanation.row_count is not None:
        page.say(f"Few rows ({explanation.row_count:,}): read it with care.", "yellow")


def _scope(page: _Page, explanation: Explanation) -> str:
    """`all projects`, `sprint 12`, `project PAY`; what only GitHub has goes by its name."""
    match explanation.scope_kind:
        case "all":
            return "all repositories" if page.partition == "repository" else "all projects"
        case "project" | "board" | "sprint" as kind:
            return f"{kind} {explanation.scope}"
        case _:
            return explanation.scope


def _print_figures(page: _Page, explanation: Explanation) -> None:
    missing = "withheld" if explanation.status == "withheld" else "none"
    recipe = RECIPES[explanation.metric][explanation.definition]
    key_title = " and ".join(name.replace("_", " ") for name in recipe.key)
    has_key = any(figure.key for figure in explanation.figures)
    table = Table(box=None, pad_edge=False)
    for column in ["figure", *([key_title] if has_key else []), "stored", "recomputed", "", "what it is"]:
        table.add_column(column, overflow="fold", justify="right" if column in {"stored", "recomputed"} else "left")
    for figure in explanation.figures:
        values = [_figure(value, missing) for value in (figure.stored, figure.recomputed)]
        key = [printable(" and ".join(figure.key))] if has_key else []
        verdict = Text("agrees", "green") if figure.agrees else Text("DIFFERS", "bold red")
        table.add_row(*map(Text, (figure.name, *key, *values)), verdict, Text(figure.description))
    page.say()
    page.show(table)
    if explanation.agrees:
        page.say("recomputed from the rows below: agrees", "green")
    else:
        page.say("recomputed from the rows below: DIFFERS; the tables were built at different times", "bold red")


def _print_origin(page: _Page, explanation: Explanation) -> None:
    sources = ([source.table, _few(source.partitions)] for source in explanation.sources)
    page.print_table("Sources", ["table", "partitions"], sources, len(explanation.sources))
    if explanation.deployments_from:
        page.say(explanation.deployments_from)
    collected = ([each.repository, each.collected_at or "never"] for each in explanation.freshness)
    page.print_table("Last complete collection", [page.partition, "at"], collected, len(explanation.freshness))
    page.say()
    page.say("Definition", "bold")
    page.say(explanation.definition_text)


def _figure(value: float | None, missing: str) -> str:
    if value is None:
        return missing
    return f"{value:,.6f}".rstrip("0").rstrip(".") if isinstance(value, float) else f"{value:,}"


def _few(names: Sequence[str]) -> str:
    more = len(names) - _SHOWN_NAMES
    return ", ".join(names[:_SHOWN_NAMES]) + (f" and {more:,} more" if more > 0 else "")
