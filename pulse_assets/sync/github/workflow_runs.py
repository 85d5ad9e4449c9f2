"""Workflow runs whose workflow fits `workflow_pattern`: those created since the last look, then a second look.

GitHub lists at most 1,000 runs of a time, so a time with more is cut in halves. A run that is started again keeps its
id and its place in the list, so runs that may be started again are asked for by their id.
"""

import datetime as dt
import logging
import re
from collections.abc import Generator, Iterator

from pulse_assets.errors import NotFound, SourceUnavailable
from pulse_assets.sources.github.client import GitHub
from pulse_assets.sources.github.pages import Record
from pulse_assets.sync.github.collection import WORKFLOW_RUNS, Collection, instant, record, text
from pulse_assets.sync.github.run_watch import RunWatch
from pulse_assets.sync.stream import State, StreamPage

LISTED_AT_MOST = 1000
#: No run is older than GitHub Actions.
_FIRST_RUNS = "2018-10-16T00:00:00Z"
#: Lists lag behind; a time that was read is read over from here.
_OVERLAP = dt.timedelta(seconds=120)
_SECOND = dt.timedelta(seconds=1)
_TRIES_OF_A_WINDOW = 3
_LOG = logging.getLogger(__name__)


class WorkflowRuns:
    """Checkpoint: the `newest` run of any workflow, those that are `watched`; `walk` with the times still to be read.

    Args:
        pattern: Searched in a workflow's name.
    """

    name = "workflow_runs"
    unit = "workflow runs"

    def __init__(self, github: GitHub, collection: Collection, *, pattern: str) -> None:
        self._github = github
        self._collection = collection
        self._pattern = re.compile(pattern)

    def pages(self, partition: str, state: State | None, /) -> Iterator[StreamPage]:
        probe = self._github.newest_workflow_run(partition)
        self._collection.saw(probe.server_time)
        state = state or {"newest": None}
        watch = RunWatch(state, now=probe.server_time)
        if "walk" in state:
            state = yield from self._walk(partition, state, watch)
        if probe.value is not None and probe.value != state["newest"]:
            window = [self._begin(state["newest"]), text(probe.server_time)]
            walk = {"newest": probe.value, "windows": [window], "processed": 0}
            state = yield from self._walk(partition, {**state, "walk": walk}, watch)
        yield from self._look_again(partition, state, watch)

    def _begin(self, newest: State | None) -> str:
        if newest is not None:
            return text(instant(newest["created_at"]) - _OVERLAP)
        return max(self._collection.created_at or _FIRST_RUNS, _FIRST_RUNS)

    def _walk(self, partition: str, state: State, watch: RunWatch) -> Generator[StreamPage, None, State]:
        """Reads the times that are left, newest first; returns the state after the last one."""
        while True:
            walk = state["walk"]
            *left, (begin, end) = walk["windows"]
            runs = listed_runs(self._github, partition, begin, end)
            if runs is None:
                middle = instant(begin) + (instant(end) - instant(begin)) // 2
                middle = middle.replace(microsecond=0)
                left += [[begin, text(middle)], [text(middle + _SECOND), end]]
            fitting = [run for run in runs or () if self._pattern.search(run["name"] or "")]
            for run in fitting:
                watch.saw(run)
            walk = {**walk, "windows": left, "processed": walk["processed"] + len(fitting)}
            state = {**state, "walk": walk} if left else {"newest": walk["newest"]}
            state |= watch.state()
            records = [record(WORKFLOW_RUNS, "id", run) for run in fitting]
            yield StreamPage(records, state, processed=walk["processed"], operation=f"reading runs since {begin}")
            if not left:
                return state

    def _look_again(self, partition: str, state: State, watch: RunWatch) -> Iterator[StreamPage]:
        for looked, key in enumerate(watch.to_look_at(), 1):
            try:
                run = self._github.workflow_run(partition, int(key))
            except NotFound:
                # One 404 proves no deletion; the row stays, and the census asks for it again.
                watch.drop(key)
                records = []
            else:
                watch.saw(run)
                records = [record(WORKFLOW_RUNS, "id", run)]
            yield StreamPage(
                records, {**state, **watch.state()}, processed=looked, operation="looking at runs that may change"
            )


def listed_runs(github: GitHub, partition: str, begin: str, end: str) -> list[Record] | None:
    """All runs that were created from `begin` to `end`, each once; None where GitHub would not list all of them.

    Raises:
        SourceUnavailable: The list holds fewer than it says, again and again.
    """
    for _try in range(_TRIES_OF_A_WINDOW):
        runs: dict[int, Record] = {}
        total, cursor, is_last = 0, None, False
        while not is_last:
            page = github.workflow_runs(partition, begin=begin, end=end, cursor=cursor)
            total, cursor = page.total_count or 0, page.next_cursor
            is_last = cursor is None
            if total >= LISTED_AT_MOST and begin < end:
                return None
            runs |= {run["id"]: run for run in page.records}
        if total > LISTED_AT_MOST:
            _LOG.warning("%s has %d runs in the second %s; GitHub lists no more than 1,000.", partition, total, end)
        if len(runs) >= min(total, LISTED_AT_MOST):
            return list(runs.values())
    raise SourceUnavailable(
        f"GitHub lists fewer runs of {partition} that were created from {begin} to {end} than it says there are.",
        hint="Runs may be deleted at this moment; the next sync asks again.",
    )
