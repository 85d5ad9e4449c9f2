"""`pulse checks`: what every check found last, and what a failure does to the figures."""

import sys
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

import typer

from pulse_assets.cli.values import printable
from pulse_assets.errors import ExitCode, NotFound, UsageError
from pulse_assets.graph.discovery import collected_partitions
from pulse_assets.graph.resources import utc_now
from pulse_assets.graph.wings import WINGS
from pulse_assets.reports import wording
from pulse_assets.reports.quality import Check, checks, standing, words
from pulse_assets.reports.quality.check_rows import check_row, csv_table
from pulse_assets.reports.quality.json_document import inert_json
from pulse_assets.reports.quality.model import grouped
from pulse_assets.settings import Settings
from pulse_assets.store import Store
from pulse_assets.tables.contracts import TABLES

if TYPE_CHECKING:
    from rich.text import Text

_SHOWN_ROWS = 200
#: Characters of a partition's name in a line, and those that the widest line has.
_PARTITION_WIDTH, _LINE_WIDTH = 40, 200
#: Failing checks that are told in full, and repositories that are named.
_EXPLAINED, _NAMED = 20, 10


def run(*, table: str | None, partition: str | None, dimension: str | None, failed: bool, output: str) -> int:
    """Prints the chosen results as `text`, `json` or `csv`; ends with 8 when a blocking check among them fails.

    Raises:
        UsageError: There is no such table or dimension.
        NotFound: No check was asked yet, or none of what is chosen.
    """
    if table is not None and table not in TABLES:
        raise UsageError(f"--table: there is no table {table!r}.", hint=f"Tables: {', '.join(TABLES)}.")
    if dimension is not None and dimension not in words.DIMENSIONS:
        known = ", ".join(words.DIMENSIONS)
        raise UsageError(f"--dimension: there is no dimension {dimension!r}.", hint=f"Choose one of {known}.")
    settings = Settings.load()
    with Store.open(settings.store_url) as store:
        collected = [
            key
            for wing in WINGS.values()
            for key in collected_partitions(store, wing, store.landing.partitions(wing.raw_names[0]))
        ]
        found = checks(standing(store, settings, utc_now(), collected=collected))
    chosen = [
        check
        for check in found
        if table in {None, check.table}
        and partition in {None, check.partition}
        and dimension in {None, check.dimension}
    ]
    if not chosen:
        raise _nothing(found, partition)
    shown = [check for check in chosen if not (failed and check.is_passed)]
    _PRINTERS[output](chosen, shown)
    is_blocked = any(check.is_blocking and not check.is_passed for check in chosen)
    return int(ExitCode.QUALITY_GATE if is_blocked else ExitCode.OK)


def _nothing(found: Sequence[Check], partition: str | None) -> NotFound:
    known = sorted({check.partition for check in found if TABLES[check.table].layer != "metrics"})
    if partition is not None and partition not in known:
        names = ", ".join(map(printable, known[:_NAMED])) + (", …" if len(known) > _NAMED else "")
        return NotFound(f"No check of {partition!r} is recorded.", hint=f"Recorded: {names}.")
    return NotFound("No check of that choice is recorded.", hint="Leave one option out, or run `pulse sync`.")


def _print_json(chosen: Sequence[Check], shown: Sequence[Check]) -> None:
    failing = [check for check in chosen if not check.is_passed]
    document = {
        "check_count": len(chosen),
        "failed_count": len(failing),
        "blocking_count": sum(check.is_blocking for check in failing),
        "checks": [check_row(check) for check in shown],
    }
    typer.echo(inert_json(document), nl=False)


def _print_csv(_chosen: Sequence[Check], shown: Sequence[Check]) -> None:
    sys.stdout.write(csv_table(shown))


def _print_text(chosen: Sequence[Check], shown: Sequence[Check]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False)
    if shown:
        table = Table("", "table", box=None, pad_edge=False)
        table.add_column("partition", overflow="fold", max_width=_PARTITION_WIDTH)
        table.add_column("check", no_wrap=True, overflow="ignore")
        table.add_column("dimension")
        table.add_column("rows", justify="right")
        for check in shown[:_SHOWN_ROWS]:
            cells = (check.table, check.partition, check.name, check.dimension, f"{check.failed_count:,}")
            table.add_row(_state(check), *(Text(printable(cell)) for cell in cells))
        # Lines may be longer than the terminal is wide: a name that stays whole can be searched and copied.
        unbound = console.options.update(max_width=_LINE_WIDTH)
        console.width = max(console.width, console.measure(table, options=unbound).maximum)
        console.print(table)
    if len(shown) > _SHOWN_ROWS:
        console.print(
            f"… the first {_SHOWN_ROWS:,} of {len(shown):,}; --csv or --json prints all of them.", style="dim"
        )
    failing = [check for check in chosen if not check.is_passed]
    groups = grouped(failing)
    for group in groups[:_EXPLAINED]:
        _explain(group)
    if len(groups) > _EXPLAINED:
        typer.echo(f"\n… and {len(groups) - _EXPLAINED:,} more checks that fail.")
    blocking = sum(check.is_blocking for check in failing)
    verdict = f"{len(failing):,} of {wording.plural(len(chosen), 'check')} {'fails' if len(failing) == 1 else 'fail'}"
    typer.echo(
        f"\n{verdict}, {blocking:,} blocking{_unblocked(failing)}."
        if failing
        else f"\nAll {len(chosen):,} checks pass."
    )


def _unblocked(failing: Sequence[Check]) -> str:
    count = sum(check.effect == "withheld" and not check.is_blocking for check in failing)
    return f"; {count:,} {'withholds' if count == 1 else 'withhold'} figures without blocking" if count else ""


def _explain(group: Sequence[Check]) -> None:
    first = group[0]
    typer.echo(f"\n{printable(first.name)}")
    for check in group[:_NAMED]:
        typer.echo(f"  {printable(check.partition)}: {printable(check.description)}")
    if len(group) > _NAMED:
        typer.echo(f"  … and {len(group) - _NAMED:,} more")
    advice = words.advice(first.kind, first.table, [check.partition for check in group])
    typer.echo(f"  Effect: {words.effect(first)}.\n  What to do: {printable(advice)}")


def _state(check: Check) -> "Text":
    from rich.text import Text

    if check.is_passed:
        return Text("tolerated", "yellow") if check.is_tolerated else Text("passed", "green")
    return Text("BLOCKS", "bold red") if check.is_blocking else Text("failed", "red")


_PRINTERS: Mapping[str, Callable[[Sequence[Check], Sequence[Check]], None]] = MappingProxyType(
    {"text": _print_text, "json": _print_json, "csv": _print_csv}
)
