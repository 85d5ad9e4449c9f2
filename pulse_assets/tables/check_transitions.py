"""Which checks changed their state: what an alert would be about."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from pulse_assets.tables.check_history import RecordedCheck
from pulse_assets.tables.quality import CheckResult


@dataclass(frozen=True, slots=True)
class CheckTransition:
    """A check of one partition that passed and now fails, or the other way round.

    Attributes:
        before_at: When the state that has ended was last seen (UTC).
        at: When the present state was found (UTC).
        result: What was found then.
    """

    table: str
    partition: str
    before_at: dt.datetime
    at: dt.datetime
    result: CheckResult

    @property
    def is_failure(self) -> bool:
        """It fails now."""
        return not self.result.passed

    def __str__(self) -> str:
        """In one line; the check's description quotes foreign names as literals."""
        state = "fails" if self.is_failure else "passes again"
        grave = " (blocking)" if self.is_failure and self.result.is_blocking else ""
        return f"{self.result.name} of {self.partition} {state}{grave}: {self.result.description}"


def transitions(before: Iterable[RecordedCheck], after: Iterable[RecordedCheck]) -> tuple[CheckTransition, ...]:
    """The checks whose state differs, by table, partition and check.

    Args:
        before: The latest results that were recorded until now.
        after: What has been found now. A check that was never asked before changes nothing; one that was not asked
            now neither.
    """
    known = {_key(each): each for each in before}
    changed = (
        CheckTransition(now.table, now.partition, was.checked_at, now.checked_at, now.result)
        for now in after
        if (was := known.get(_key(now))) is not None and was.result.passed != now.result.passed
    )
    return tuple(sorted(changed, key=lambda each: (each.table, each.partition, each.result.name)))


def _key(check: RecordedCheck) -> tuple[str, str, str]:
    return check.table, check.partition, check.result.name
