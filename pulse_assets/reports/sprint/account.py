"""The account of a sprint: how the commitment became what was completed and what was left, in issues and points."""

from collections.abc import Callable, Iterable, Iterator

from pulse_assets.reports.sprint.model import Item, Step


def account(items: Iterable[Item], *, is_open: bool) -> tuple[Step, ...]:
    """Lines that add up: committed, what changed, what was in the sprint at its end, and the parts of that.

    Points of the lines of change are those of the start, or of when an issue came; the new estimates of what was in the
    sprint at its end are a line of their own.
    """
    counted = [each for each in items if each.is_counted]
    return tuple(_steps(counted, is_open=is_open))


def _steps(counted: list[Item], *, is_open: bool) -> Iterator[Step]:
    def start(keep: Callable[[Item], bool]) -> tuple[int, float]:
        kept = [each for each in counted if keep(each)]
        return len(kept), sum(each.points_at_start or 0.0 for each in kept)

    def end(*outcomes: str) -> tuple[int, float]:
        kept = [each for each in counted if each.outcome in outcomes]
        return len(kept), sum(each.points_at_end or 0.0 for each in kept)

    yield Step("Committed at the start", *start(lambda each: each.is_committed), "sum")
    yield Step("Added", *start(lambda each: each.is_added), "change")
    removed, points = start(lambda each: each.outcome == "removed")
    yield Step("Removed", -removed, -points, "change")
    late, points = start(lambda each: each.outcome == "too_late")
    if late:
        yield Step("Added in the moment of its end", -late, -points, "change")
    changed = [each for each in counted if each.is_reestimated and each.outcome not in {"removed", "too_late"}]
    moved = sum((each.points_at_end or 0.0) - (each.points_at_start or 0.0) for each in changed)
    yield Step(f"Re-estimated ({len(changed):,})", 0, moved, "change")
    title = "In the sprint now" if is_open else "In the sprint at its end"
    yield Step(title, *end("completed", "carried_over", "left"), "sum")
    yield Step("Completed", *end("completed"), "part")
    yield Step("Still to do" if is_open else "Carried over", *end("carried_over", "left"), "part")
