"""`pulse sync`: collect what is new and bring everything after it up to date."""

import json
from typing import Any

import typer

from pulse_assets.cli.console import display
from pulse_assets.cli.demo_home import DemoHome
from pulse_assets.cli.logs import log_to_file
from pulse_assets.errors import ConfigurationError, PulseError, UsageError
from pulse_assets.graph.outcome import GraphOutcome
from pulse_assets.graph.runs import run_sync
from pulse_assets.setting_types import REPOSITORY_NAME
from pulse_assets.settings import Settings

_NAMED_REPOSITORIES = 20


def run(*, source: str, repositories: list[str] | None, full: bool, as_json: bool) -> int:
    """Runs the sync and says what became of it.

    Raises:
        UsageError: Jira is asked for, which is not collected yet; or a repository's name is none.
        ConfigurationError: Nothing is chosen to collect, or the home belongs to the demo.
    """
    if source == "jira":
        raise UsageError("Jira is not collected yet.", hint="Use `pulse sync github`.")
    for name in repositories or ():
        if not REPOSITORY_NAME.fullmatch(name):
            raise UsageError(f"--repository: {name!r} is not of the form owner/name.", hint="For instance acme/api.")
    settings = Settings.load()
    if DemoHome(settings.home).exists():
        raise ConfigurationError(
            f"PULSE_HOME: {settings.home} holds the generated organisation of the demo, which must not mix with yours.",
            hint=f"Set PULSE_HOME to another folder, or delete {settings.home}.",
        )
    settings.require_github_selection()
    log_to_file(settings)
    for variable in Settings.unknown_variables():
        typer.echo(f"pulse: {variable} is set, but there is no such setting: a typing error?", err=True)
    with display(is_quiet=as_json) as shown:
        outcome = run_sync(
            settings, repositories=repositories, full=full, on_progress=shown.progress, on_phase=shown.phase
        )
    if as_json:
        typer.echo(json.dumps(as_document(outcome), indent=2))
    else:
        print_outcome(outcome)
    return int(outcome.exit_code)


def print_outcome(outcome: GraphOutcome) -> None:
    """What was collected and built goes to stdout, what went wrong to stderr."""
    results = outcome.partitions.values()
    done = [result for result in results if result.error is None and result.status != "not_attempted"]
    new, changed = (sum(getattr(r, name) for r in results) for name in ("new_count", "changed_count"))
    requests, free = (outcome.http.get(name, 0) for name in ("requests", "not_modified"))
    typer.echo(f"{len(done)} of {len(outcome.partitions)} repositories: {new:,} new, {changed:,} changed records.")
    typer.echo(f"{requests:,} requests, {free:,} of them free (not modified).")
    if len(outcome.partitions) <= _NAMED_REPOSITORIES:
        for result in done:
            typer.echo(f"  {result.partition}: {result.new_count:,} new, {result.changed_count:,} changed")
    for message in outcome.messages:
        typer.echo(message)
    for path in outcome.reports:
        if path.suffix == ".html":
            typer.echo(f"Report: {path}")
    for partition, error in outcome.failures.items():
        typer.echo(f"pulse: {partition}: {error}", err=True)
    if outcome.error is not None:
        typer.echo(f"pulse: {outcome.error}", err=True)


def as_document(outcome: GraphOutcome) -> dict[str, Any]:
    """The outcome for a machine."""
    return {
        "status": {0: "completed", 3: "partial"}.get(int(outcome.exit_code), "failed"),
        "exit_code": int(outcome.exit_code),
        "partitions": {
            key: {
                "status": result.status,
                "new_count": result.new_count,
                "changed_count": result.changed_count,
                "unchanged_count": result.unchanged_count,
                "error": _error(result.error),
            }
            for key, result in outcome.partitions.items()
        },
        "row_counts": dict(outcome.row_counts),
        "http": dict(outcome.http),
        "months": list(outcome.months),
        "reports": [str(path) for path in outcome.reports],
        "run_ids": [{"stage": stage, "run_id": run_id} for stage, run_id in outcome.run_ids],
        "seconds": dict(outcome.seconds),
        "messages": list(outcome.messages),
        "error": _error(outcome.error),
    }


def _error(error: PulseError | None) -> dict[str, Any] | None:
    if error is None:
        return None
    return {
        "code": type(error).__name__,
        "message": error.message,
        "hint": error.hint,
        "is_transient": error.is_transient,
        "exit_code": int(error.exit_code),
    }
