"""Proves that a workflow run is gone: what was created around its time is listed, and it is not among it."""

import datetime as dt

from pulse_assets.sources.github.client import GitHub
from pulse_assets.store.database import Store
from pulse_assets.sync.github.collection import WORKFLOW_RUNS, instant, text
from pulse_assets.sync.github.workflow_runs import listed_runs

#: GitHub archives checks after 400 days and removes them later; a run that left by age is no deleted deployment.
KEPT_BY_GITHUB = dt.timedelta(days=390)
#: An empty list proves nothing, so the time is widened until something is listed.
_AROUND = tuple(dt.timedelta(minutes=minutes) for minutes in (1, 60, 1440, 14_400, 144_000, 576_000))


class RunProof:
    """Looks for the runs of one repository in GitHub's lists.

    Args:
        now: The server's clock; younger runs than `KEPT_BY_GITHUB` are candidates.
    """

    def __init__(self, github: GitHub, store: Store, partition: str, *, now: dt.datetime) -> None:
        self._github = github
        self._store = store
        self._partition = partition
        self._now = now

    def candidates(self) -> list[str]:
        """Keys of the landed runs that GitHub should still have, oldest first."""
        since = text(self._now - KEPT_BY_GITHUB)
        keys = [
            landed.key
            for batch in self._store.landing.read(WORKFLOW_RUNS, self._partition)
            for landed in batch
            if landed.payload["created_at"] >= since
        ]
        return sorted(keys, key=int)

    def shown(self, key: str) -> str | None:
        """The first words of the proof that the run is in no list; None where none can be had."""
        landed = self._store.landing.get(WORKFLOW_RUNS, self._partition, [key]).get(key)
        if landed is None:
            return None
        created_at = instant(landed.payload["created_at"])
        for around in _AROUND:
            begin, end = text(created_at - around), text(min(created_at + around, self._now))
            runs = listed_runs(self._github, self._partition, begin, end)
            if runs is None:
                return None
            if runs:
                if key in {str(run["id"]) for run in runs}:
                    return None
                at = text(self._github.visible_at(self._partition))
                return f"The list of the {len(runs)} runs from {begin} to {end}, read by {at}, does not show it"
        return None
