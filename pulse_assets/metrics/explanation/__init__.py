"""Explains figures: the rows behind each of them, those left out and why, and the figure made of just these rows."""

from pulse_assets.metrics.explanation.explain import ALL, explain, explain_period, explain_sprints
from pulse_assets.metrics.explanation.model import (
    Difference,
    DifferentRow,
    ExplainedFigure,
    ExplainedRow,
    Explanation,
    RepositoryFreshness,
    Source,
)
from pulse_assets.metrics.explanation.sprints import sprint_start

__all__ = [
    "ALL",
    "Difference",
    "DifferentRow",
    "ExplainedFigure",
    "ExplainedRow",
    "Explanation",
    "RepositoryFreshness",
    "Source",
    "explain",
    "explain_period",
    "explain_sprints",
    "sprint_start",
]
