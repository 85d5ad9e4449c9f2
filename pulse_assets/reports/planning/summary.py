"""The period of all projects together in a few sentences."""

from collections.abc import Sequence

from pulse_assets.reports import wording
from pulse_assets.reports.drilldown import NOT_GIVEN_AGAIN
from pulse_assets.reports.model import Figure
from pulse_assets.reports.periods import Period
from pulse_assets.reports.planning.model import CompletedSprint, PlanningScope


def summary(period: Period, whole: PlanningScope, sprints: Sequence[CompletedSprint]) -> str:
    """What was done, how long it took, what is in progress and what sprints were completed."""
    if not whole.has_figures:
        return f"Nothing is known of Jira's projects in {period.title}."
    sentences = (*_done(whole), *_in_progress(whole), *_sprints(sprints, whole))
    return " ".join(sentences)


def _done(whole: PlanningScope) -> list[str]:
    done = whole.figures["flow_throughput.completed_count"]
    cycle = whole.figures["flow_cycle_time.cycle_median_hours"]
    if done.value is None or _is_doubted(done):
        return []
    if done.value == 0:
        return ["No issue was done."]
    text = f"{_count(done, 'issue')} {'was' if done.value == 1 else 'were'} done"
    if cycle.value is None or _is_doubted(cycle):
        return [f"{text}."]
    if cycle.row_count == 1:
        return [f"{text}; the one that was in progress before took {cycle.shown}."]
    if cycle.row_count != done.value:
        of = f"half of the {wording.number(cycle.row_count)} that were in progress before"
        return [f"{text}; {of} took at most {cycle.shown} from the first work on them."]
    return [f"{text}; half of them took at most {cycle.shown} from the first work on them."]


def _in_progress(whole: PlanningScope) -> list[str]:
    work = whole.figures["flow_work_in_progress.end_count"]
    age = whole.figures["flow_work_in_progress.age_median_hours"]
    if work.value is None or _is_doubted(work):
        return []
    if work.value == 0:
        return ["Nothing was in progress at the end."]
    verb = "was" if work.value == 1 else "were"
    old = f", half of them for more than {age.shown}" if age.value is not None and work.value > 1 else ""
    return [f"{_count(work, 'issue')} {verb} in progress at the end{old}."]


def _sprints(sprints: Sequence[CompletedSprint], whole: PlanningScope) -> list[str]:
    if not sprints:
        return []
    ratio = whole.figures["sprint_completion.completion_ratio"]
    verb = "was" if len(sprints) == 1 else "were"
    part = ""
    if ratio.value is not None and not _is_doubted(ratio):
        part = f", with {ratio.shown} of the committed issues completed"
    return [f"{wording.plural(len(sprints), 'sprint')} {verb} completed{part}."]


def _is_doubted(figure: Figure) -> bool:
    """Its rows do not give it again, so nothing is told of it."""
    return NOT_GIVEN_AGAIN in (figure.status_reason or "")


def _count(figure: Figure, noun: str) -> str:
    return wording.plural(int(figure.value or 0), noun)
