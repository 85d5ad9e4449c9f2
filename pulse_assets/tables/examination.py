"""One table of one partition under examination: counts and samples in, what each check found out.

A tolerated ratio is compared here, and every message that depends on a setting names it.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import duckdb

from pulse_assets.settings import Settings
from pulse_assets.tables import questions
from pulse_assets.tables.check_plan import CheckKind
from pulse_assets.tables.schema import Table

SAMPLE_SIZE = 10
_ENVIRONMENTS_NAMED = 5
_STATUSES_NAMED = 5
#: By how much the clocks of those who write commits may be ahead.
_CLOCKS_AHEAD = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Expectations:
    """What the last complete collection of a partition says about it.

    Attributes:
        collected_at: Its start (UTC); None when there was none.
        counts: Rows that the API says exist, by table, where it says so.
    """

    collected_at: dt.datetime | None = None
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found.

    Attributes:
        failed_count: Rows of the table, or rows missing from it, that fail.
        passed: A check that tolerates a part of the rows passes with some that fail.
    """

    failed_count: int
    sample: list[dict[str, Any]]
    description: str
    passed: bool


@dataclass(frozen=True)
class Examination:
    """Answers the checks of a table by their kind.

    Args:
        misfits: Columns of the file that are not as promised; with one, nothing else can be asked.
        now: UTC.
    """

    table: Table
    connection: duckdb.DuckDBPyConnection
    misfits: list[dict[str, Any]]
    expected: Expectations
    settings: Settings
    now: dt.datetime

    @cached_property
    def _counts(self) -> Mapping[str, int]:
        if self.misfits:
            return self._first(questions.row_count(self.table))
        return self._first(questions.counts(self.table))

    @property
    def row_count(self) -> int:
        return self._counts["row_count"]

    def finding(self, kind: CheckKind) -> Finding:
        """What the check of this kind found."""
        if kind == "types":
            count = len(self.misfits)
            return _found(count, lambda: self.misfits[:SAMPLE_SIZE], f"{count} columns do not fit.")
        if self.misfits:
            description = "Not asked, because the columns of the file do not fit."
            return Finding(max(self.row_count, 1), [], description, passed=False)
        answers: Mapping[CheckKind, Callable[[], Finding]] = {
            "structure": self._one_head,
            "completeness": self._completeness,
            "reconciliation": self._reconciliation,
            "plausibility": self._plausibility,
            "validation": self._validation,
            "history": self._history,
            "categories": self._categories,
            "production": self._production,
            "timeliness": self._timeliness,
        }
        if kind in answers:
            return answers[kind]()
        count = self._counts[kind]
        return _found(count, lambda: self._sample(kind), f"{count:,} rows fail." if count else "No row fails.")

    def _one_head(self) -> Finding:
        heads = self._counts["structure"]
        description = f"{heads} heads in {self.row_count:,} commits."
        failed = 0 if heads == 1 or self.row_count == 0 else max(heads, 1)
        return _found(failed, lambda: self._sample("structure"), description)

    def _completeness(self) -> Finding:
        if self.expected.collected_at is None:
            return _never_collected()
        if questions.is_counted_by_pull_request(self.table):
            missing, promised = self._counts["missing_count"], self._counts["promised_count"]
            says = f"{self.row_count:,} rows; the pull requests say that {promised:,} exist"
            return self._missing(missing, promised, lambda: self._sample("completeness"), says)
        promised = self.expected.counts.get(self.table.name)
        if promised is None:
            return _fine(f"{self._says_rows}; the API does not say how many exist.")
        says = f"{self._says_rows}; the API says that {promised:,} exist"
        return self._missing(max(promised - self._landed_count, 0), promised, lambda: self._both_counts(promised), says)

    def _missing(self, missing: int, promised: int, sample: "_Sample", says: str) -> Finding:
        if not missing:
            return _fine(f"{says}.")
        ratio, tolerated = missing / promised, self.settings.max_missing_ratio
        description = (
            f"{says}: {missing:,} ({_percent(ratio)}) are missing, {_percent(tolerated)} may be "
            "(PULSE_MAX_MISSING_RATIO)."
        )
        return Finding(missing, sample(), description, passed=ratio <= tolerated)

    def _reconciliation(self) -> Finding:
        if self.expected.collected_at is None:
            return _never_collected()
        promised = self.expected.counts.get(self.table.name)
        if promised is None:
            return _fine(f"{self._says_rows}; the API does not say how many exist.")
        surplus = self._landed_count - promised
        says = f"{self._says_rows}; the API says that {promised:,} exist"
        if surplus <= 0:
            return _fine(f"{says}.")
        census = (
            "The next census looks for them."
            if self.settings.census_days
            else "No census looks for them (PULSE_CENSUS_DAYS is 0)."
        )
        return _found(surplus, lambda: self._both_counts(promised), f"{says}: {surplus:,} too many. {census}")

    def _both_counts(self, promised: int) -> list[dict[str, Any]]:
        return [{"expected_count": promised, "row_count": self._landed_count}]

    @property
    def _landed_count(self) -> int:
        """Records: a row each, and those that are left out because they make no sense."""
        return self.row_count + self._counts.get("dropped_count", 0)

    @property
    def _says_rows(self) -> str:
        dropped = self._counts.get("dropped_count", 0)
        return f"{self.row_count:,} rows" + (f" and {dropped:,} in quarantine" if dropped else "")

    def _validation(self) -> Finding:
        fields, dropped = self._counts["validation"], self._counts["dropped_count"]
        if not fields:
            return _fine("Every field makes sense.")
        description = f"{fields:,} fields make no sense; {dropped:,} records are left out (quarantined_records)."
        return Finding(fields, self._sample("validation"), description, passed=False)

    def _history(self) -> Finding:
        strange = self._counts["history"]
        if not strange:
            return _fine("Every one does.")
        description = f"{strange:,} stays are of a status that came without a history."
        return Finding(strange, self._sample("history"), description, passed=False)

    def _categories(self) -> Finding:
        unknown = self._counts["categories"]
        if not unknown:
            return _fine("The category of every status is known.")
        statuses = self._sample("categories")
        # As literals, because a name may hold control characters and descriptions are printed.
        names = [f"{row['status_id']} ({row['status']})" for row in statuses[:_STATUSES_NAMED]]
        more = ", …" if len(statuses) > len(names) else ""
        description = (
            f"{unknown:,} stays are in statuses of an unknown category: {', '.join(map(ascii, names))}{more}. "
            "PULSE_JIRA_STATUS_CATEGORIES can say it."
        )
        return Finding(unknown, statuses, description, passed=False)

    def _plausibility(self) -> Finding:
        strange = self._counts["plausibility"]
        if not strange:
            return _fine("No row holds an implausible value.")
        ratio, tolerated = strange / self.row_count, self.settings.max_implausible_ratio
        description = (
            f"{strange:,} of {self.row_count:,} rows ({_percent(ratio)}) hold implausible values, "
            f"{_percent(tolerated)} may (PULSE_MAX_IMPLAUSIBLE_RATIO)."
        )
        return Finding(strange, self._sample("plausibility"), description, passed=ratio <= tolerated)

    def _production(self) -> Finding:
        succeeded, environments = self._counts["succeeded_count"], self._counts["environment_count"]
        if not environments:
            return _fine("Some are to production." if succeeded else "No deployment that succeeded is known.")
        beside = self._sample("production")
        # As literals, because a name may hold control characters and descriptions are printed.
        names = [ascii(row["environment"]) for row in beside[:_ENVIRONMENTS_NAMED]]
        if environments > len(names):
            names.append(f"{environments - len(names)} more")
        description = (
            f"None of {succeeded:,} deployments that succeeded is to production. "
            f"Their environments: {', '.join(names)}. "
            "PULSE_PRODUCTION_PATTERN says which environments are production."
        )
        return Finding(succeeded, beside, description, passed=False)

    def _timeliness(self) -> Finding:
        collected_at = self.expected.collected_at
        if collected_at is None:
            return _never_collected()
        age_hours = (self.now - collected_at) / dt.timedelta(hours=1)
        fresh_hours = self.settings.fresh_hours
        description = f"Collected {age_hours:.1f} hours ago; stale after {fresh_hours:g} (PULSE_FRESH_HOURS)."
        return _found(int(age_hours > fresh_hours), lambda: [{"collected_at": collected_at.isoformat()}], description)

    def _sample(self, kind: CheckKind) -> list[dict[str, Any]]:
        return self._rows(questions.sampled(self.table, kind, SAMPLE_SIZE))

    def _first(self, sql: str) -> Mapping[str, int]:
        return self._rows(sql)[0]

    def _rows(self, sql: str) -> list[dict[str, Any]]:
        cursor = self.connection.execute(sql, {"latest_at": self._latest_at} if "$latest_at" in sql else None)
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, map(_plain, row), strict=True)) for row in cursor.fetchall()]

    @property
    def _latest_at(self) -> dt.datetime:
        # A later collection that did not come to its end has landed rows too, and by now at the latest.
        return max(self.now, self.expected.collected_at or self.now) + _CLOCKS_AHEAD


_Sample = Callable[[], list[dict[str, Any]]]


def _found(failed: int, sample: _Sample, description: str) -> Finding:
    """Of a check that tolerates nothing."""
    return Finding(failed, sample() if failed else [], description, passed=failed == 0)


def _fine(description: str) -> Finding:
    return Finding(0, [], description, passed=True)


def _never_collected() -> Finding:
    return Finding(1, [], "No complete collection is recorded.", passed=False)


def _percent(ratio: float) -> str:
    return f"{ratio * 100:.3g} %"


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value
