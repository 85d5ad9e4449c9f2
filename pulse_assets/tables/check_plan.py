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
    "validation",
    "history",
    "categories",
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
        "validation": "accuracy",
        "history": "consistency",
        "categories": "completeness",
        "production": "consistency",
        "timeliness": "timeliness",
    }
)
_BLOCKING = ("types", "key", "required", "allowed", "references", "structure")
#: The tables of which a source may say how many rows exist.
COUNTED_AT_SOURCE = ("pull_requests", "commits", "releases", "deployments", "incident_reports", "issues")
#: What is wrong with landed records stands here.
QUARANTINE = "quarantined_records"
#: The raw table of each table whose records are validated one by one.
VALIDATED: Mapping[str, str] = MappingProxyType(
    {
        "projects": "raw_jira_projects",
        "statuses": "raw_jira_statuses",
        "boards": "raw_jira_boards",
        "board_issues": "raw_jira_board_issues",
        "sprints": "raw_jira_sprints",
        "issues": "raw_jira_issues",
    }
)


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
    # A table of everything is no part of a collection, and what is wrong with records is nothing that could be missing.
    if table.layer == "clean" and table.family != "organization" and table.name != QUARANTINE:
        plan.append(
            ("completeness", f"{rows}_are_complete", "As many rows as the API says exist, but for `max_missing_ratio`.")
        )
    if table.name in COUNTED_AT_SOURCE:
        description = "No more rows than the API says exist; more of them were deleted there."
        plan.append(("reconciliation", f"{rows}_are_no_more_than_at_the_source", description))
    if table.name in RULES:
        description = "No impossible times or sizes, but for `max_implausible_ratio` of the rows."
        plan.append(("plausibility", f"{rows}_are_plausible", description))
    if table.name in VALIDATED:
        description = "Every field of the landed records makes sense; what does not stands in quarantined_records."
        plan.append(("validation", f"{rows}_are_not_quarantined", description))
    if table.name == "issue_status_spans":
        description = "Each stay begins where the one before ended, and the last is of today's status."
        plan.append(("history", f"{rows}_follow_the_history", description))
        description = "The category is known of every status that an issue was in."
        plan.append(("categories", "statuses_have_categories", description))
    if table.name == "deployments":
        description = "Some of the deployments that succeeded are to production."
        plan.append(("production", "deployments_reach_production", description))
    if table.name in {"repositories", "projects"}:
        plan.append(("timeliness", f"{rows}_are_fresh", "Collected completely within the last `fresh_hours`."))
    return plan


def _rows(table: Table) -> str:
    return table.name if table.name.endswith("s") else f"{table.name}_rows"
