"""Workflow runs that can still change, as far as their last reading tells."""

import datetime as dt
from typing import Any

from pulse_assets.sync.github.collection import instant, text
from pulse_assets.sync.stream import State

# https://docs.github.com/en/actions/reference/limits: a run lasts at most 35 days.
_LONGEST_RUN = dt.timedelta(days=35)
#: How long one that failed, or that was started again before, is expected to be started again.
_RERUN_WITHIN = dt.timedelta(days=7)
# https://docs.github.com/en/actions/how-tos/manage-workflow-runs/re-run-workflows-and-jobs
_RERUN_AT_MOST = dt.timedelta(days=30)
#: Starting an older success again is how some roll back, so the newest ones are looked at too.
_NEWEST_SUCCESSES = 10
_LOOKS = 100


class RunWatch:
    """What is looked at again: `watched` maps ids to the time until which they are, `succeeded` likewise.

    Args:
        state: The stream's checkpoint.
        now: The server's clock when this sync began to read runs.
    """

    def __init__(self, state: State, *, now: dt.datetime) -> None:
        self._now = text(now)
        self._watched: dict[str, str] = dict(state.get("watched", {}))
        self._succeeded: dict[str, str] = dict(state.get("succeeded", {}))

    def state(self) -> State:
        """As it is kept in the checkpoint."""
        watched = {key: until for key, until in sorted(self._watched.items()) if until > self._now}
        return {"watched": watched, "succeeded": dict(sorted(self._newest_successes().items()))}

    def saw(self, run: dict[str, Any]) -> None:
        """Takes note of a run as it is now."""
        key = str(run["id"])
        self.drop(key)
        if run["status"] != "completed" and run["conclusion"] is None:
            self._watched[key] = text(instant(run["run_started_at"]) + _LONGEST_RUN)
        elif run["conclusion"] != "success" or run["run_attempt"] > 1:
            self._watched[key] = text(instant(run["updated_at"]) + _RERUN_WITHIN)
        if run["conclusion"] == "success":
            self._succeeded[key] = text(instant(run["created_at"]) + _RERUN_AT_MOST)

    def drop(self, key: str) -> None:
        """Forgets a run."""
        self._watched.pop(key, None)
        self._succeeded.pop(key, None)

    def to_look_at(self) -> list[str]:
        """The ids, oldest first; only the newest where there are too many."""
        state = self.state()
        return sorted(state["watched"].keys() | state["succeeded"].keys(), key=int)[-_LOOKS:]

    def _newest_successes(self) -> dict[str, str]:
        newest = sorted(self._succeeded, key=int)[-_NEWEST_SUCCESSES:]
        return {key: self._succeeded[key] for key in newest if self._succeeded[key] > self._now}
