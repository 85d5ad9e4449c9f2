"""How the figures of sprints come out of their rows: sprints, the issues that were in them, and their days."""

from pulse_assets.metrics.explanation.recipe import Raw, Recipe, Rows, Rule, Uses, count, within
from pulse_assets.metrics.explanation.span import Span

_ISSUES, _LEFT_OUT, _SPRINTS = within("issue"), within("issue", is_counted=False), within("sprint")
_DAYS = within()


def _that(*marks: str) -> Uses:
    """Counted issues that have all of these marks."""

    def uses(row: Raw, span: Span) -> bool:
        return _ISSUES(row, span) and all(row[mark] for mark in marks)

    return uses


def _either(*every: Uses) -> Uses:
    return lambda row, span: any(uses(row, span) for uses in every)


def _points(rows: Rows, column: str, *marks: str) -> float:
    """What is not estimated counts 0."""
    return sum(row[column] or 0.0 for row in rows if all(row[mark] for mark in marks))


def _sum(uses: Uses, column: str) -> Rule:
    return Rule(uses, lambda rows, _: _points(rows, column))


def _per(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _sprints(rows: Rows) -> int:
    """A sprint that several projects have is one."""
    return len({row["sprint_id"] for row in rows if row["kind"] == "sprint"})


def _part(numerator: str, denominator: str) -> Rule:
    """Points of the committed issues that were completed, by those of all committed ones."""
    return Rule(
        _that("is_committed"),
        lambda rows, _: _per(_points(rows, numerator, "is_completed"), _points(rows, denominator)),
    )


def _once_over(rule: Rule) -> Rule:
    """The figure when every sprint is completed; unknown before."""
    return Rule(
        _either(rule.uses, _SPRINTS),
        lambda rows, span: (
            rule.value([row for row in rows if row["kind"] == "issue"], span)
            if all(row["is_closed"] for row in rows)
            else None
        ),
    )


_COMMITTED, _COMPLETED, _LEFT = _that("is_committed"), _that("is_completed"), _that("is_carried_over")
VELOCITY = Recipe(
    formula="sum of points_at_end of the issues that were completed in their sprint, by the number of sprints",
    rules={
        "sprint_count": Rule(_SPRINTS, lambda rows, _: _sprints(rows)),
        "committed_points": _sum(_COMMITTED, "points_at_start"),
        "committed_count": count(_COMMITTED),
        "completed_points": _sum(_COMPLETED, "points_at_end"),
        "completed_count": count(_COMPLETED),
        "velocity_mean_points": Rule(
            _either(_COMPLETED, _SPRINTS),
            lambda rows, _: _per(_points(rows, "points_at_end", "is_completed"), _sprints(rows)),
        ),
        "row_count": count(_COMPLETED),
    },
)
COMPLETION = Recipe(
    formula="committed issues that were completed / committed issues of the sprints",
    rules={
        "completion_ratio": Rule(_COMMITTED, lambda rows, _: _per(sum(row["is_completed"] for row in rows), len(rows))),
        "points_completion_ratio": _part("points_at_end", "points_at_start"),
        "committed_count": count(_COMMITTED),
        "added_count": count(_that("is_added")),
        "removed_count": count(_that("is_removed")),
        "reestimated_count": count(_that("is_reestimated")),
        "completed_count": count(_COMPLETED),
        "carried_over_count": _once_over(count(_LEFT)),
        "added_points": _sum(_that("is_added"), "points_at_start"),
        "removed_points": _sum(_that("is_removed"), "points_at_start"),
        "carried_over_points": _once_over(_sum(_LEFT, "points_at_end")),
        "left_out_count": count(_LEFT_OUT),
        "row_count": count(_COMMITTED),
    },
)
BURNDOWN = Recipe(
    formula="sum over the issues that are in the sprint at the instant of each day and not done; fact sprint_days",
    rules={
        "remaining_points": _sum(_DAYS, "remaining_points"),
        "remaining_count": _sum(_DAYS, "remaining_count"),
        "ideal_points": _sum(_DAYS, "ideal_points"),
        "ideal_count": _sum(_DAYS, "ideal_count"),
        "scope_points": _sum(_DAYS, "scope_points"),
        "scope_count": _sum(_DAYS, "scope_count"),
        "row_count": _sum(_DAYS, "scope_count"),
    },
    key=("day",),
)
