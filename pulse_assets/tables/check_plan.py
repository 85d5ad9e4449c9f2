"""Which checks a table has, as they are known before any row is.

What is asked for each, and what its answer means, is in `questions`, `plausibility` and `examination`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from pulse_assets.tables.plausibility import RULES
from pulse_assets.tables.schema import Table

CheckKind = Literal[
    "types",
    "key",
    "required",
    "allowed",
    "references",
    "structure",
    "completeness",
    "reconciliation",
    "plausibility",
    "production",
    "timeliness",
]
#: Completeness: nothing is missing. Consistency: rows fit each other, and the source. Accuracy: values can be true.
#: Timeliness: the rows are of today.
Dimension = Literal["completeness", "consistency", "accuracy", "timeliness"]

DIMENSIONS: Mapping[CheckKind, Dimension] = MappingProxyType(
    {
        "types": "accuracy",
        "key": "consistency",
        "required": "completeness",
        "allowed": "accuracy",
        "references": "consistency",
        "structure": "consistency",
        "completeness": "completeness",
        "reconciliation": "consistency",
        "plausibility": "accuracy",
        "production": "consistency",
        "timeliness": "timeliness",
    }
)
_BLOCKING = ("types", "key", "required", "allowed", "references", "structure")
#: The tables of which a source may say how many rows exist.
COUNTED_AT_SOURCE = ("pull_requests", "commits", "releases", "deployments", "incident_reports")


@dataclass(frozen=True, slots=True)
class PlannedCheck:
    """A check as it is known before any row is.

    Attributes:
        name: A sentence: `pull_requests_are_unique`.
        is_blocking: Rows that fail it must not go on (ERROR); else it warns.
    """

    name: str
    kind: CheckKind
    dimension: Dimension
    is_blocking: bool
    description: str


def planned_checks(table: Table) -> tuple[PlannedCheck, ...]:
    """The checks that `quality.check_table` answers, in its order."""
    return tuple(
        PlannedCheck(name, kind, DIMENSIONS[kind], kind in _BLOCKING, description)
        for kind, name, description in [*_of_the_contract(table), *_of_the_collection(table)]
    )


_Plan = list[tuple[CheckKind, str, str]]


def _of_the_contract(table: Table) -> _Plan:
    rows = _rows(table)
    key = ", ".join(table.key)
    plan: _Plan = [
        ("types", f"{rows}_match_their_types", "The file has the columns and types of the contract."),
        ("key", f"{rows}_are_unique", f"No two rows share ({key})."),
        ("required", f"{rows}_have_required_fields", "No required column holds a null."),
        ("allowed", f"{rows}_hold_allowed_values", "Values are among the allowed ones and not below their minimum."),
    ]
    if table.references:
        others = ", ".join(dict.fromkeys(reference.table for reference in table.references))
        plan.append(("references", f"{rows}_refer_to_known_rows", f"Every row that is referred to exists: {others}."))
    if table.name == "commits":
        plan.append(("structure", "commits_have_one_head", "One landed commit is nobody's parent, so one is newest."))
    return plan


def _of_the_collection(table: Table) -> _Plan:
    rows = _rows(table)
    plan: _Plan = []
    if table.layer == "clean":
        plan.append(
            ("completeness", f"{rows}_are_complete", "As many rows as the API says exist, but for `max_missing_ratio`.")
        )
    if table.name in COUNTED_AT_SOURCE:
        description = "No more rows than the API says exist; more of them were deleted there."
        plan.append(("reconciliation", f"{rows}_are_no_more_than_at_the_source", description))
    if table.name in RULES:
        description = "No impossible times or sizes, but for `max_implausible_ratio` of the rows."
        plan.append(("plausibility", f"{rows}_are_plausible", description))
    if table.name == "deployments":
        description = "Some of the deployments that succeeded are to production."
        plan.append(("production", "deployments_reach_production", description))
    if table.name == "repositories":
        plan.append(("timeliness", "repositories_are_fresh", "Collected completely within the last `fresh_hours`."))
    return plan


def _rows(table: Table) -> str:
    return table.name if table.name.endswith("s") else f"{table.name}_rows"
