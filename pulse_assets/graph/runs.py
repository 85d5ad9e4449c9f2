"""What the command line calls: whole passes through the graph, as real runs on the lasting instance."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from pulse_assets.errors import PulseError
from pulse_assets.graph.assembly import build_definitions
from pulse_assets.graph.execution import PROCESS_LOG, quiet
from pulse_assets.graph.instance import lasting_instance
from pulse_assets.graph.outcome import GraphOutcome
from pulse_assets.graph.passes import Pass
from pulse_assets.graph.resources import MakeGitHub, MakeJira, Pulse, github_of, jira_of
from pulse_assets.graph.sprint_reports import sprint_key
from pulse_assets.graph.wings import WINGS, Source
from pulse_assets.reports import Period, ReportKind
from pulse_assets.settings import Settings
from pulse_assets.sync.progress import ProgressListener, ignore_progress

__all__ = ["GraphOutcome", "run_reports", "run_sprint_report", "run_sync"]

OnPhase = Callable[[str], None]


def _silence(_text: str) -> None:
    """Tells nobody."""


def run_sync(
    settings: Settings,
    *,
    sources: Sequence[Source] = ("github",),
    repositories: Sequence[str] | None = None,
    projects: Sequence[str] | None = None,
    full: bool = False,
    on_progress: ProgressListener = ignore_progress,
    on_phase: OnPhase = _silence,
    make_github: MakeGitHub = github_of,
    make_jira: MakeJira = jira_of,
) -> GraphOutcome:
    """Discovers, collects, builds tables, metrics and the latest reports; does only what has become necessary.

    Args:
        settings: What to collect, and where everything is kept.
        sources: What is collected; a source that cannot be reached leaves the others going.
        repositories: Only these (owner/name), in place of what the settings select.
        projects: Only these (keys), likewise.
        full: Read everything again; what is stored stays.
        on_progress: Told after each page, from the threads of the sync.
        on_phase: Told what begins, in one line.
        make_github: Tests give a fake.
        make_jira: Likewise.

    Raises:
        PulseError: Nothing could begin: settings, store, Dagster's folder, or the discovery of every source.
    """
    pulse = Pulse(settings, make_github=make_github, make_jira=make_jira, on_progress=on_progress)
    chosen = {"github": repositories, "jira": projects}
    with _passing(pulse, on_phase) as each:
        failed: list[PulseError] = []
        for source in sources:
            wing = WINGS[source]
            try:
                each.collect(wing, each.discover(wing, chosen[source]), full=full)
            except PulseError as error:
                failed.append(error)
                each.note_failure(wing, error)
        if len(failed) == len(sources):
            raise failed[0]
        each.build_tables(full=full)
        each.build_metrics()
        each.write_due_reports()
        each.write_sprint_reports()
        each.write_quality_report()
        each.publish()
        return each.outcome()


def run_reports(
    settings: Settings, kind: ReportKind, period: Period | None = None, *, on_phase: OnPhase = _silence
) -> GraphOutcome:
    """Writes one report from the tables as they are.

    Args:
        settings: Where the tables are kept.
        kind: Which report.
        period: Default: the latest with data.
        on_phase: Told what begins, in one line.

    Raises:
        NotFound: Nothing has been built, or no period has data.
        UsageError: The period lies outside the history.
    """
    with _passing(Pulse(settings), on_phase) as each:
        each.write_report(kind, period)
        return each.outcome()


def run_sprint_report(
    settings: Settings, project: str, sprint_id: int, *, on_phase: OnPhase = _silence
) -> GraphOutcome:
    """Writes the report of one sprint from the tables as they are.

    Raises:
        NotFound: Nothing has been built.
    """
    with _passing(Pulse(settings), on_phase) as each:
        each.write_sprint_reports([sprint_key(project, sprint_id)])
        return each.outcome()


@contextmanager
def _passing(pulse: Pulse, on_phase: OnPhase) -> Iterator[Pass]:
    with pulse.store():
        pass  # Dagster may live in the same database, and its errors do not say what to do
    definitions = build_definitions(pulse.settings, pulse=pulse, loggers={"console": PROCESS_LOG})
    with quiet(), lasting_instance(pulse.settings) as instance:
        yield Pass(definitions, instance, pulse, on_phase)
