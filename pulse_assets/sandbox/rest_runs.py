"""The endpoints of workflow runs: the list with its filters, and one run."""

import datetime as dt
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pulse_assets.sandbox.answers import Answer, Problem, Question, instant_of, page
from pulse_assets.sandbox.run_shapes import shaped_run
from pulse_assets.sandbox.view import RepositoryView, WorkflowRunState

if TYPE_CHECKING:
    from pulse_assets.sandbox.rest import Rest

#: GitHub lists no more runs than this of a list with a filter.
RUNS_OF_A_SEARCH = 1000
_DAY = dt.timedelta(days=1)
_COMPARISON = re.compile(r"(>=|<=|>|<)?(.+)")
_FILTERS: dict[str, Callable[[WorkflowRunState], tuple[str | None, ...]]] = {
    "actor": lambda state: (state.run.actor.login if state.run.actor else None,),
    "branch": lambda state: (state.run.head_branch,),
    "check_suite_id": lambda state: (str(state.run.id),),
    "event": lambda state: (state.run.event,),
    "head_sha": lambda state: (state.run.head_sha,),
    "status": lambda state: (state.status, state.conclusion),
}


def _span(text: str) -> tuple[dt.datetime, dt.datetime]:
    """The half-open span that a part of GitHub's search syntax names: a day, or one second."""
    begin = instant_of(text)
    return begin, begin + (_DAY if len(text) == len("2025-06-30") else dt.timedelta(seconds=1))


def created_between(text: str) -> tuple[dt.datetime, dt.datetime]:
    """What `created` allows, half-open: `a..b`, `*..b`, `a..*`, `>a`, `>=a`, `<b`, `<=b`, or a day."""
    low, high = dt.datetime.min.replace(tzinfo=dt.UTC), dt.datetime.max.replace(tzinfo=dt.UTC)
    begin, dots, end = text.partition("..")
    if dots:
        return (low if begin == "*" else _span(begin)[0]), (high if end == "*" else _span(end)[1])
    matched = _COMPARISON.fullmatch(text)
    if matched is None:
        raise Problem(422, "Validation Failed: created is empty")
    operator, (begins_at, ends_at) = matched[1], _span(matched[2])
    spans = {">=": (begins_at, high), ">": (ends_at, high), "<": (low, begins_at), "<=": (low, ends_at)}
    return spans.get(operator, (begins_at, ends_at))


def workflow_runs(rest: "Rest", question: Question, view: RepositoryView) -> Answer:
    """Newest first; `total_count` counts all that fit, of which a search lists the first thousand only."""
    rows, query = view.workflow_runs, question.query
    asked = {name: query[name] for name in _FILTERS if query.get(name)}
    if query.get("created"):
        low, high = created_between(query["created"])
        rows = [run for run in rows if low <= run.created_at < high]
    if asked:
        states = ((run, view.run_state(run)) for run in rows)
        rows = [run for run, state in states if all(asked[name] in _FILTERS[name](state) for name in asked)]
    own = rest.shapes.repository(view)

    def render(run: Any) -> dict[str, Any]:
        return shaped_run(rest.shapes, view, view.run_state(run), own)

    is_search = bool(asked or query.get("created"))
    answer = page(question, rows, render, is_reversed=True, cap=RUNS_OF_A_SEARCH if is_search else None)
    answer.body = {"total_count": len(rows), "workflow_runs": answer.body}
    return answer


def workflow_run(rest: "Rest", question: Question, view: RepositoryView) -> Answer:
    wanted = int(question.parameters["number"])
    for run in view.workflow_runs:
        if run.id == wanted:
            return Answer(shaped_run(rest.shapes, view, view.run_state(run), rest.shapes.repository(view)))
    raise Problem(404, "Not Found")
