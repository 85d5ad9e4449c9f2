"""Remembers what checks found, and tells a listener which of them changed their state.

The listener is the hook for alerts: Pulse itself sends no mail and no message.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from pulse_assets.store import Store
from pulse_assets.tables.check_history import RecordedCheck, latest_results, record_results
from pulse_assets.tables.check_transitions import CheckTransition, transitions
from pulse_assets.tables.quality import CheckResult

if TYPE_CHECKING:
    from pulse_assets.graph.resources import Pulse

#: Told after the results are recorded; the log is that of the run.
OnCheckTransitions = Callable[[Sequence[CheckTransition], logging.Logger], None]


def log_transitions(changed: Sequence[CheckTransition], log: logging.Logger) -> None:
    """A line for each: a warning for what fails, a note for what passes again."""
    for each in changed:
        log.log(logging.WARNING if each.is_failure else logging.INFO, str(each))


def remember(
    store: Store, results: Mapping[tuple[str, str], Sequence[CheckResult]], pulse: "Pulse", log: logging.Logger
) -> None:
    """Records the results, then tells `Pulse.on_check_transitions` what has changed since the last ones.

    A listener that fails does not fail the run: what it was to be told is recorded. After a crash between the two it
    is not told again.
    """
    before = latest_results(store)
    at = pulse.clock()
    record_results(store, results, at)
    found = (
        RecordedCheck(table, partition, at, result) for (table, partition), each in results.items() for result in each
    )
    changed = transitions(before, found)
    if not changed:
        return
    try:
        pulse.on_check_transitions(changed, log)
    except Exception:
        log.exception("The listener for checks failed on %d changes; they are recorded.", len(changed))
