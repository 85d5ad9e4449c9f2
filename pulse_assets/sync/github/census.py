"""Counts what exists at the source, and lists the keys of what may have been deleted there.

The counts are asked for when another list was read since they were last asked for. The keys of deployments are listed
when the source counts fewer than are landed, or when the last census is `census_days` old; landed ones that are not
shown get a second look. Runs get it without a list of keys: GitHub cannot list those of some workflows alone, so that
what surrounds a run is listed only where the run itself is not found. Releases and incidents are listed whole in every
sync, by their own streams. Pull requests cannot be deleted, and commits leave the branch by a push, which its stream
sees; both are only counted.
"""

import datetime as dt
import json
import logging
from collections.abc import Generator, Iterator, Mapping
from hashlib import blake2b
from typing import Any

from pulse_assets.sources.github.client import GitHub
from pulse_assets.sources.github.pages import Count
from pulse_assets.store.database import Store
from pulse_assets.sync.github.collection import (
    CENSUS,
    COMMITS,
    DEPLOYMENTS,
    ISSUES,
    PULL_REQUESTS,
    RELEASES,
    WORKFLOW_RUNS,
    Collection,
    instant,
    text,
)
from pulse_assets.sync.github.deployment_list import begun, listing, verdict
from pulse_assets.sync.github.run_proof import RunProof
from pulse_assets.sync.github.second_look import LOOKS_PER_SYNC, SecondLook
from pulse_assets.sync.stream import State, StreamPage

_TABLES = {
    "pull_requests": PULL_REQUESTS,
    "commits": COMMITS,
    "releases": RELEASES,
    "deployments": DEPLOYMENTS,
}
#: What tells in the checkpoint of a stream that it has read something new.
_READ = ("probe", "head", "digest", "newest", "expected")
_LOG = logging.getLogger(__name__)


class Census:
    """Read last. Checkpoint: `expected` counts by stream; `censused_at`, the server's time of the last census.

    `version` stands for what the other streams had read at the last count, `totals` are all counts of then, and
    `examined` the (count, landed) of a list that was listed for being short. `listing` is the walk through the keys of
    deployments, `looks` hold by stream the keys that still get a second look.

    Args:
        days: Between two censuses; 0: only what the counts give reason to.
    """

    name = CENSUS
    unit = "lists"

    def __init__(self, github: GitHub, store: Store, collection: Collection, *, days: int) -> None:
        self._github = github
        self._store = store
        self._collection = collection
        self._days = dt.timedelta(days=days)
        self._looks_left = LOOKS_PER_SYNC

    def pages(self, partition: str, state: State | None, /) -> Iterator[StreamPage]:
        now = self._collection.began_at
        if now is None:
            return
        state = {"looks": {}, **(state or {})}
        states = self._store.checkpoints.all(partition)
        version = _version(states)
        is_due = self._is_due(state, now)
        if version != state.get("version") or is_due:
            state = self._counted(partition, state, states, now, is_due=is_due) | {"version": version}
            yield StreamPage((), state, operation="counting what GitHub has")
        if "listing" in state:
            state = yield from self._list(partition, state)
        yield from self._look(partition, state, now)

    def _is_due(self, state: State, now: dt.datetime) -> bool:
        before = state.get("censused_at")
        return bool(self._days) and before is not None and now - instant(before) >= self._days

    def _counted(
        self, partition: str, state: State, states: Mapping[str, State], now: dt.datetime, *, is_due: bool
    ) -> State:
        """The state with new counts, and with a begun listing where they or the calendar give reason to."""
        counts = self._github.counts(partition)
        landed = {stream: self._store.landing.count(table, partition) for stream, table in _TABLES.items()}
        landed["incidents"] = states.get("incidents", {}).get("expected", 0)
        expected = {
            stream: count.total
            for stream, count in sorted(counts.items())
            if stream in landed and not self._has_grown(partition, stream, count, landed[stream])
        }
        before = state.get("totals", {})
        state = {**state, "expected": expected, "totals": {stream: count.total for stream, count in counts.items()}}
        # A first census has just read everything; later ones list what may be gone.
        if is_due or "censused_at" not in state:
            state["censused_at"] = text(now)
        total = counts["deployments"].total if "deployments" in counts else landed["deployments"]
        is_short = total < landed["deployments"] and state.get("examined") != [total, landed["deployments"]]
        if landed["deployments"] and "listing" not in state and "deployments" not in state["looks"]:
            if is_short:
                state["examined"] = [total, landed["deployments"]]
            if is_short or is_due:
                state["listing"] = begun(total)
        runs = counts.get("workflow_runs")
        is_fewer = runs is not None and (is_due or runs.total < before.get("workflow_runs", 0))
        if is_fewer and "workflow_runs" not in state["looks"]:
            left = RunProof(self._github, self._store, partition, now=now).candidates()
            state["looks"] = {**state["looks"], "workflow_runs": left}
        return state

    def _has_grown(self, partition: str, stream: str, count: Count, landed: int) -> bool:
        """More exist than are landed, and the newest is not: it was made after its list was read in this sync."""
        if count.total <= landed or count.newest is None:
            return False
        return not self._store.landing.get(_TABLES.get(stream, ISSUES), partition, [count.newest])

    def _list(self, partition: str, state: State) -> Generator[StreamPage, None, State]:
        """Reads the keys of all deployments on from where the walk stands; returns the state after the last page."""
        landed = {int(key) for key in self._store.landing.keys(DEPLOYMENTS, partition)}
        for walk in listing(self._github, partition, landed, state["listing"]):
            if walk["cursor"] is None:
                suspects, doubt = verdict(self._github, partition, walk)
                if doubt is not None:
                    _LOG.warning("%s: %s", partition, doubt)
                state = {name: value for name, value in state.items() if name != "listing"}
                if suspects:
                    state["looks"] = {**state["looks"], "deployments": suspects}
                    state["proof"] = f"The whole list ({walk['listed']} deployments), read by {self._now(partition)},"
            else:
                doubt = None
                state = {**state, "listing": walk}
            operation = doubt or "listing all deployments"
            yield StreamPage((), state, processed=walk["listed"], total=walk["total"], operation=operation)
        return state

    def _look(self, partition: str, state: State, now: dt.datetime) -> Iterator[StreamPage]:
        """Looks at what is left to look at, as far as one sync does."""
        for stream, keys in sorted(state["looks"].items()):
            if stream == "deployments":
                look = SecondLook(self._github, DEPLOYMENTS, "deployments", "id", self._github.deployment)
                first = f"{state['proof']} does not show it"
                looks = look.at(partition, keys[: self._looks_left], shown=lambda _key, first=first: first)
            else:
                proof = RunProof(self._github, self._store, partition, now=now)
                look = SecondLook(self._github, WORKFLOW_RUNS, "workflow runs", "id", self._github.workflow_run)
                looks = look.at(partition, keys[: self._looks_left], shown=proof.shown)
            left = list(keys)
            for looked in looks:
                left = left[len(looked.keys) :]
                self._looks_left -= len(looked.keys)
                others = {name: value for name, value in state["looks"].items() if name != stream}
                state = {**state, "looks": {**others, stream: left} if left else others}
                operation = f"looking at {stream.replace('_', ' ')} that may be deleted"
                yield StreamPage(looked.records, state, missing=looked.missing, operation=operation)

    def _now(self, partition: str) -> str:
        return text(self._github.visible_at(partition))


def _version(states: Mapping[str, Mapping[str, Any]]) -> str:
    """Changes when another stream has read a list anew."""
    read = {
        stream: {name: _timeless(state[name]) for name in _READ if name in state}
        for stream, state in states.items()
        if stream in {*_TABLES, "incidents", "workflow_runs"}
    }
    return blake2b(json.dumps(read, sort_keys=True).encode(), digest_size=8).hexdigest()


def _timeless(value: Any) -> Any:
    """A probe without the time of asking."""
    return {name: each for name, each in value.items() if name != "server_time"} if isinstance(value, dict) else value
