"""Pulse and its rivals on the same server: the same rows, or no result."""

import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from measure import Figures, collected, measured
from rivals.task import Rows, Task
from world import TOKEN, World

PULSE = "pulse"
#: Asked one request after the other, but for what dlt does by itself.
RIVALS = ("plain_requests", "pygithub", "dlt_rest")
#: What the network and the rows cost at least; it has no retries, limits, checkpoints or tables.
LOWER_BOUND = "bare_graphql"
CONTENDERS = (PULSE, *RIVALS, LOWER_BOUND)
#: Run only when asked for: DuckDB 2.0 takes minutes and gigabytes for the INSERT statements that dlt writes by default.
MORE_CONTENDERS = ("dlt_rest_defaults",)


class RowsDiffer(Exception):
    """Two contenders did not collect the same, so their figures cannot be compared."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The rounds of all contenders at one server.

    Attributes:
        figures: By contender, one for each round.
    """

    latency_ms: int
    has_details: bool
    rows: Rows
    figures: dict[str, list[Figures]]

    def median(self, contender: str, of: Callable[[Figures], float]) -> float:
        return median(of(figures) for figures in self.figures[contender])

    def ratio(self, contender: str, of: Callable[[Figures], float]) -> float:
        """Pulse's figure by the contender's of the same round; the median of the rounds."""
        pairs = zip(self.figures[PULSE], self.figures[contender], strict=True)
        return median(of(ours) / of(theirs) for ours, theirs in pairs)


def compare(contenders: Sequence[str], world: World, *, latency_ms: int, has_details: bool, rounds: int) -> Comparison:
    """Lets the contenders collect in turn, round after round.

    Raises:
        RowsDiffer: They do not agree about the rows.
        ContenderFailed: One ended with an error.
    """
    figures: dict[str, list[Figures]] = {name: [] for name in contenders}
    expected: Rows | None = None
    for number in range(1, rounds + 1):
        for name in contenders:
            with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
                task = Task(world.address, TOKEN, world.repository, folder, has_details=has_details)
                figures[name].append(measured(name, task, world))
                rows = collected(name, task)
            expected = expected or rows
            if rows != expected:
                raise RowsDiffer(f"{name} has {rows} ({rows.digest}), {contenders[0]} {expected} ({expected.digest})")
            last = figures[name][-1]
            print(
                f"  round {number}: {name} {last.requests:,} requests, {last.cpu_seconds:.1f} CPU-s, "
                f"{last.wall_seconds:.1f} s",
                file=sys.stderr,
                flush=True,
            )
    if expected is None or expected.pull_requests == 0:
        raise RowsDiffer("nothing was collected")
    return Comparison(latency_ms, has_details, expected, figures)
