"""The figures as tables for a terminal, with the aims beside them."""

from collections.abc import Sequence

from comparison import LOWER_BOUND, PULSE, RIVALS, Comparison
from growth import FLAT_RATIO, Step, is_flat, memory_ratio
from measure import Figures

_MEGABYTE = 1024 * 1024
_REQUESTS_AIM = 1 / 100
_DLT = "dlt_rest"
_DLT_AIM = 1 / 3
_HEADINGS = ("", "requests", "CPU s", "peak MB", "received MB", "wall s")
_RATIO_HEADINGS = ("pulse / …", "requests", "CPU", "peak", "received", "wall")


def requests(figures: Figures) -> float:
    return figures.requests


def cpu(figures: Figures) -> float:
    return figures.cpu_seconds


def peak(figures: Figures) -> float:
    return figures.peak_bytes / _MEGABYTE


def received(figures: Figures) -> float:
    return figures.received_bytes / _MEGABYTE


def wall(figures: Figures) -> float:
    return figures.wall_seconds


_COLUMNS = (requests, cpu, peak, received, wall)
_FORMATS = ("{:,.0f}", "{:.1f}", "{:,.0f}", "{:.1f}", "{:.1f}")


def print_comparison(comparison: Comparison) -> None:
    """Absolute figures, then Pulse's share of each other contender's."""
    rounds = len(comparison.figures[PULSE]) if PULSE in comparison.figures else 1
    what = "with commits and reviews" if comparison.has_details else "list only"
    print(f"\n{what}, {comparison.latency_ms} ms latency, {comparison.rows}; median of rounds: {rounds}")
    table: list[tuple[str, ...]] = [_HEADINGS]
    for name in comparison.figures:
        values = (comparison.median(name, column) for column in _COLUMNS)
        table.append((name, *(form.format(value) for form, value in zip(_FORMATS, values, strict=True))))
    _print_table(table)
    others = [name for name in comparison.figures if name != PULSE]
    if PULSE not in comparison.figures or not others:
        return
    ratios: list[tuple[str, ...]] = [_RATIO_HEADINGS]
    for name in others:
        values = (comparison.ratio(name, column) for column in _COLUMNS)
        ratios.append((name, *(f"{value:.3f}" for value in values)))
    _print_table(ratios)
    if comparison.has_details:
        _print_aims(_comparison_aims(comparison))
    else:
        print("  pulse has no list-only way: its figures include commits and reviews")


def print_growth(steps: Sequence[Step]) -> None:
    """One line a size, then whether memory is flat and what a sync without changes costs."""
    print("\npulse alone: everything of one repository into the store, then its clean tables")
    table = [("pull requests", "requests", "sync CPU s", "tables CPU s", "CPU ms each", "sync MB", "peak MB", "wall s")]
    for step in steps:
        first, notes = step.first, step.first.notes
        table.append(
            (
                f"{step.rows.pull_requests:,}",
                f"{first.requests:,}",
                f"{notes['sync_cpu_seconds']:.1f}",
                f"{notes['tables_cpu_seconds']:.1f}",
                f"{first.cpu_seconds * 1000 / step.rows.pull_requests:.2f}",
                f"{notes['sync_peak_bytes'] / _MEGABYTE:,.0f}",
                f"{peak(first):,.0f}",
                f"{wall(first):.1f}",
            )
        )
    _print_table(table)
    table = [("sync without changes", "sync", "requests", "count against the limit", "CPU s", "peak MB")]
    for step, (number, again) in [(one, each) for one in steps for each in enumerate(one.unchanged, start=2)]:
        table.append(
            (
                f"{step.rows.pull_requests:,}",
                str(number),
                f"{again.requests:,}",
                f"{again.counted:,}",
                f"{again.cpu_seconds:.1f}",
                f"{peak(again):,.0f}",
            )
        )
    _print_table(table)
    _print_aims(_growth_aims(steps))


def _comparison_aims(comparison: Comparison) -> list[tuple[str, str, bool]]:
    aims = []
    for name in (name for name in RIVALS if name in comparison.figures):
        ratio = comparison.ratio(name, requests)
        aims.append((f"requests at most a hundredth of {name}'s", f"{ratio:.2%}", ratio <= _REQUESTS_AIM))
    if _DLT in comparison.figures:
        for what, column in (("CPU", cpu), ("peak memory", peak)):
            ratio = comparison.ratio(_DLT, column)
            aims.append((f"{what} at most a third of dlt's", f"{ratio:.0%}", ratio <= _DLT_AIM))
    if LOWER_BOUND in comparison.figures:
        own, least = comparison.median(PULSE, requests), comparison.median(LOWER_BOUND, requests)
        aims.append(("requests beyond the bare GraphQL loop (at most 10)", f"{own - least:.0f}", own - least <= 10))
    return aims


def _growth_aims(steps: Sequence[Step]) -> list[tuple[str, str, bool]]:
    factor = steps[-1].rows.pull_requests / steps[0].rows.pull_requests
    counted = max(step.unchanged[0].counted for step in steps)
    return [
        (
            f"memory flat: at most {FLAT_RATIO} times for {factor:.0f} times the pull requests",
            f"{memory_ratio(steps):.2f} ({peak(steps[-1].first) - peak(steps[0].first):+.0f} MB)",
            is_flat(steps),
        ),
        ("the next sync, without changes, costs no request that counts", f"{counted:,}", counted == 0),
    ]


def _print_aims(aims: Sequence[tuple[str, str, bool]]) -> None:
    _print_table([("aim", "is", "met"), *((aim, figure, "yes" if met else "NO") for aim, figure, met in aims)])


def _print_table(rows: Sequence[Sequence[str]]) -> None:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    print()
    for row in rows:
        cells = [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        print("  ".join(["", row[0].ljust(widths[0]), *cells]).rstrip())
