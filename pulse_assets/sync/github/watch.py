"""Deployments that can still change, as far as the statuses tell that were read.

GitHub lists deployments by creation only, and a status that is added later shows in no list. A deployment is looked at
again while it has no final status, while its last one is so fresh that another may follow, for a week after it failed
(it may be run again), and when a newer success in its environment may have made it `inactive`.
"""

import datetime as dt
from typing import Any

from pulse_assets.sync.github.collection import instant, text
from pulse_assets.sync.stream import State

FINAL_STATES = frozenset({"success", "failure", "error", "inactive"})
#: A deployment without a final status after this time was abandoned; many pipelines never write one.
ABANDONED_AFTER = dt.timedelta(days=30)
#: How long a failed deployment is expected to be run again.
RETRIED_WITHIN = dt.timedelta(days=7)
_FAILED_STATES = frozenset({"failure", "error"})
#: Above this number of unfinished ones, reading the list again is cheaper than asking for each.
RELISTED_ABOVE = 20
#: Statuses follow each other within seconds: a success, its repetition, `inactive` for the one before.
SETTLED_AFTER = dt.timedelta(seconds=60)
#: Environments made for one pull request each must not fill the checkpoint.
_LAST_ENVIRONMENTS = 100

Active = dict[str, list[str]]


class Watch:
    """What is looked at again.

    `unfinished` maps ids to times of creation, `failed` to times of failure. `active` holds by environment the
    deployments that were successful when last read: id to `[time of success, server's time of reading]`.

    Args:
        state: The stream's checkpoint.
        now: The server's clock when this sync began to read deployments.
    """

    def __init__(self, state: State, *, now: dt.datetime) -> None:
        self._now = now
        self._seen: set[str] = set()
        unfinished: dict[str, str] = state.get("unfinished", {})
        self.unfinished = {key: at for key, at in unfinished.items() if not self._is_abandoned(at)}
        failed: dict[str, str] = state.get("failed", {})
        self.failed = {key: at for key, at in failed.items() if self._may_be_retried(at)}
        active: dict[str, Active] = state.get("active", {})
        self.active = {environment: dict(entries) for environment, entries in active.items()}

    @property
    def is_crowded(self) -> bool:
        """The unfinished ones are to be read from the list."""
        return len(self.unfinished) > RELISTED_ABOVE

    def state(self) -> State:
        """As it is kept in the checkpoint."""
        newest = sorted(self.active.items(), key=lambda item: max(item[1].values()))[-_LAST_ENVIRONMENTS:]
        return {
            "unfinished": dict(sorted(self.unfinished.items())),
            "failed": dict(sorted(self.failed.items())),
            "active": dict(sorted(newest)),
        }

    def saw(self, deployment: dict[str, Any]) -> None:
        """Takes note of a deployment as it is now."""
        key, environment = str(deployment["id"]), deployment["environment"]
        latest = deployment["statuses"][-1] if deployment["statuses"] else None
        self.drop(key)
        is_final = latest is not None and latest["state"] in FINAL_STATES
        is_settled = latest is not None and instant(latest["created_at"]) < self._now - SETTLED_AFTER
        if not (is_final and is_settled) and not self._is_abandoned(deployment["created_at"]):
            self.unfinished[key] = deployment["created_at"]
        elif latest is not None and latest["state"] in _FAILED_STATES and self._may_be_retried(latest["created_at"]):
            self.failed[key] = latest["created_at"]
        if latest is not None and latest["state"] == "success":
            self.active.setdefault(environment, {})[key] = [latest["created_at"], text(self._now)]
            self._settle(environment)

    def drop(self, key: str) -> None:
        """Forgets a deployment."""
        self.unfinished.pop(key, None)
        self.failed.pop(key, None)
        for environment in [name for name, entries in self.active.items() if key in entries]:
            del self.active[environment][key]
            if not self.active[environment]:
                del self.active[environment]

    def next(self) -> str | None:
        """The oldest one that is still to be looked at in this sync; it is not given twice.

        Those that a list has just shown are looked at as well: that is what makes the next look free.
        """
        waiting = {key for entries in self.active.values() for key in entries if key != _last(entries)}
        asked = self.failed.keys() if self.is_crowded else self.failed.keys() | self.unfinished.keys()
        key = min((waiting | asked) - self._seen, key=int, default=None)
        if key is not None:
            self._seen.add(key)
        return key

    def _settle(self, environment: str) -> None:
        """Keeps the last success, and those that were read too early to know what it did to them."""
        entries = self.active[environment]
        last = _last(entries)
        known_from = instant(entries[last][0]) + SETTLED_AFTER
        self.active[environment] = {
            key: entry for key, entry in entries.items() if key == last or instant(entry[1]) <= known_from
        }

    def _may_be_retried(self, failed_at: str) -> bool:
        return instant(failed_at) >= self._now - RETRIED_WITHIN

    def _is_abandoned(self, created_at: str) -> bool:
        return instant(created_at) < self._now - ABANDONED_AFTER


def _last(entries: Active) -> str:
    return max(entries, key=lambda key: (entries[key][0], int(key)))
