"""What the command line calls: whole passes through the graph, as real runs on the lasting instance."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from pulse_assets.graph.assembly import build_definitions
from pulse_assets.graph.execution import PROCESS_LOG, quiet
from pulse_assets.graph.instance import lasting_instance
from pulse_assets.graph.outcome import GraphOutcome
from pulse_assets.graph.passes import Pass
from pulse_assets.graph.resources import MakeGitHub, Pulse, github_of
from pulse_assets.reports import Period, ReportKind
from pulse_assets.settings import Settings
from pulse_assets.sync.progress import ProgressListener, ignore_progress

__all__ = ["GraphOutcome", "run_reports", "run_sync"]

OnPhase = Callable[[str], None]


def _silence(_text: str) -> None:
    """Tells nobody."""


def run_sync(
    settings: Settings,
    *,
    repositories: Sequence[str] | None = None,
    full: bool = False,
    on_progress: ProgressListener = ignore_progress,
    on_phase: OnPhase = _silence,
    make_github: MakeGitHub = github_of,
) -> GraphOutcome:
    """Discovers, collects, builds tables, metrics and the latest reports; does only what has become necessary.

    Args:
        settings: What to collect, and where everything is kept.
        repositories: Only these (owner/name), in place of what the settings select.
        full: Read everything again; what is stored stays.
        on_progress: Told after each page, from the threads of the sync.
        on_phase: Told what begins, in one line.
        make_github: Tests give a fake.

    Raises:
        PulseError: Nothing could begin: settings, store, Dagster's folder, or discovery.
    """
    pulse = Pulse(settings, make_github=make_github, on_progress=on_progress)
    with _passing(pulse, on_phase) as each:
        keys = each.discover(repositories)
        each.collect(keys, full=full)
        each.build_tables(full=full)
        each.build_metrics()
        each.write_due_reports()
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


@contextmanager
def _passing(pulse: Pulse, on_phase: OnPhase) -> Iterator[Pass]:
    with pulse.store():
        pass  # Dagster may live in the same database, and its errors do not say what to do
    definitions = build_definitions(pulse.settings, pulse=pulse, loggers={"console": PROCESS_LOG})
    with quiet(), lasting_instance(pulse.settings) as instance:
        yield Pass(definitions, instance, pulse, on_phase)
