"""How the checks stand now: the latest results, how they came about, and since when they fail; read from the store."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import duckdb

from pulse_assets.errors import NotFound
from pulse_assets.settings import Settings
from pulse_assets.store import CheckTrend, RecordedCheckRow, Store
from pulse_assets.tables.check_history import RecordedCheck, latest_results
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.examination import Examination
from pulse_assets.tables.quality import expectations

TREND_LENGTH = 10
#: One row per partition, with the time of its last collection.
_PARTITIONS = ("repositories", "projects")


@dataclass(frozen=True, slots=True)
class Since:
    """Since when a check fails.

    Attributes:
        at: The first failure after which none passed (UTC).
        has_passed: A result before it is known, and it passed.
    """

    at: dt.datetime
    has_passed: bool


@dataclass(frozen=True)
class Standing:
    """How the checks stand.

    Attributes:
        results: The latest of each check and partition; timeliness as of now.
        trends: By table and check.
        since: Of the failing ones, by table, partition and check.
        collected_at: Begin of the last complete collection of each repository and project (UTC); None where there was
            none.
        collected: The repositories and projects that are still collected; the data of the others do not grow old.
    """

    results: Sequence[RecordedCheck]
    trends: Mapping[tuple[str, str], CheckTrend]
    since: Mapping[tuple[str, str, str], Since]
    collected_at: Mapping[str, dt.datetime | None]
    collected: Collection[str]


def standing(store: Store, settings: Settings, now: dt.datetime, *, collected: Collection[str]) -> Standing:
    """Reads it.

    Args:
        store: Open.
        settings: For what is fresh.
        now: UTC.
        collected: The repositories and projects that are still collected.

    Raises:
        NotFound: No check was ever asked.
    """
    recorded = latest_results(store)
    if not recorded:
        raise NotFound(
            "No check has been recorded yet: checks are asked when tables are built.",
            hint="Run `pulse sync`, or `pulse demo` to see them on a generated organisation.",
        )
    partitions = sorted({each.partition for each in recorded if each.table in _PARTITIONS})
    expected = {name: expectations(store, name, settings) for name in partitions}
    with duckdb.connect() as nothing:
        # Data grow old though nothing is built, and so nothing is checked: timeliness is asked anew.
        results = [
            _as_of(now, each, Examination(TABLES[each.table], nothing, [], expected[each.partition], settings, now))
            if each.result.kind == "timeliness" and each.partition in collected
            else each
            for each in recorded
        ]
    collected_at = {name: each.collected_at for name, each in expected.items()}
    fresh = dt.timedelta(hours=settings.fresh_hours)
    return Standing(
        results=results,
        trends={(each.table_name, each.check_name): each for each in store.check_results.trend(limit=TREND_LENGTH)},
        since={_key(each): _since(each, store, collected_at, fresh) for each in results if not each.result.passed},
        collected_at=collected_at,
        collected=frozenset(collected),
    )


def failing_since(history: Iterable[RecordedCheckRow]) -> Since | None:
    """From results in the order newest first; None when the newest passed, or there is none."""
    first = None
    for row in history:
        if row.passed:
            return None if first is None else Since(first, has_passed=True)
        first = row.checked_at
    return None if first is None else Since(first, has_passed=False)


def _as_of(now: dt.datetime, recorded: RecordedCheck, examination: Examination) -> RecordedCheck:
    found = examination.finding("timeliness")
    result = replace(
        recorded.result,
        passed=found.passed,
        failed_count=found.failed_count,
        sample=found.sample,
        description=found.description,
    )
    return replace(recorded, checked_at=now, result=result)


def _since(
    failing: RecordedCheck, store: Store, collected_at: Mapping[str, dt.datetime | None], fresh: dt.timedelta
) -> Since:
    at = collected_at.get(failing.partition)
    if failing.result.kind == "timeliness" and at is not None:
        return Since(at + fresh, has_passed=True)
    history = store.check_results.history(*_key(failing))
    return failing_since(history) or Since(failing.checked_at, has_passed=False)


def _key(check: RecordedCheck) -> tuple[str, str, str]:
    return check.table, check.partition, check.result.name
