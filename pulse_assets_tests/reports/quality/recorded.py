"""Results of checks, written as aligned text and recorded in a store."""

import datetime as dt
from collections import defaultdict
from typing import Any

from pulse_assets.store import Store
from pulse_assets.tables.check_history import RecordedCheck, record_results
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.quality import CheckResult, planned_checks
from pulse_assets_tests.text_tables import cells, instant

AT = instant("2024-05-03 10:00")


def result(table: str, kind: str, *, passed: bool = True, **values: Any) -> CheckResult:
    """A result of the table's check of this kind; one that fails finds one of ten rows."""
    plan = next(check for check in planned_checks(TABLES[table]) if check.kind == kind)
    found: dict[str, Any] = {
        "failed_count": int(not passed),
        "checked_count": 10,
        "sample": [],
        "description": "Found.",
    }
    return CheckResult(
        name=plan.name,
        kind=plan.kind,
        dimension=plan.dimension,
        is_blocking=plan.is_blocking,
        passed=passed,
        **(found | values),
    )


def results(text: str, at: dt.datetime = AT) -> list[RecordedCheck]:
    """`table  partition  kind  passed`; also `failed` and `checked`, where the numbers matter."""
    return [
        RecordedCheck(
            str(row["table"]),
            str(row["partition"]),
            at,
            result(
                str(row["table"]),
                str(row["kind"]),
                passed=row["passed"] == "yes",
                **{f"{name}_count": int(row[name] or 0) for name in ("failed", "checked") if name in row},
            ),
        )
        for row in cells(text)
    ]


def record(store: Store, text: str, at: dt.datetime = AT) -> None:
    """Records the results that the text tells of."""
    found: dict[tuple[str, str], list[CheckResult]] = defaultdict(list)
    for each in results(text, at):
        found[each.table, each.partition].append(each.result)
    record_results(store, found, at)


def collected(store: Store, repository: str, at: str) -> None:
    """Remembers a complete collection."""
    with store.transaction() as connection:
        store.checkpoints.save(connection, repository, "complete", {"collected_at": f"{at}Z", "expected": {}})
