"""Pulse alone on repositories of growing size: what a first sync costs, and a sync without changes."""

import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from measure import Figures, collected, measured
from rivals.task import Rows, Task
from world import TOKEN, serving

#: A hundred times the pull requests may take this much more memory and still be called flat.
FLAT_RATIO = 1.25


@dataclass(frozen=True, slots=True)
class Step:
    """One size: the first sync of everything with its clean tables, and the next two, which find no change."""

    rows: Rows
    first: Figures
    unchanged: tuple[Figures, Figures]


def grow(sizes: Iterable[int]) -> list[Step]:
    """Measures each size at a server of its own.

    Raises:
        ContenderFailed: A sync ended with an error.
    """
    steps = []
    for size in sizes:
        print(f"  serving about {size:,} pull requests", file=sys.stderr, flush=True)
        with serving(size) as world, tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
            task = Task(world.address, TOKEN, world.repository, folder, is_whole=True)
            first = measured("pulse", task, world)
            rows = collected("pulse", task)
            again = Task(world.address, TOKEN, world.repository, folder, is_whole=True, has_tables=False)
            unchanged = measured("pulse", again, world), measured("pulse", again, world)
            steps.append(Step(rows, first, unchanged))
    return steps


def memory_ratio(steps: Sequence[Step]) -> float:
    """Peak of the largest size by that of the smallest."""
    return steps[-1].first.peak_bytes / steps[0].first.peak_bytes


def is_flat(steps: Sequence[Step]) -> bool:
    return memory_ratio(steps) <= FLAT_RATIO
