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
from pulse_assets.graph.wings import Source
from pulse_assets.setting_types import PROJECT_KEY, REPOSITORY_NAME
from pulse_assets.settings import Settings

_NAMED_PARTITIONS = 20
_DONE = ("completed", "unchanged", "partial")


def run(*, source: str, repositories: list[str] | None, projects: list[str] | None, full: bool, as_json: bool) -> int:
    """Runs the sync and says what became of it.

    Raises:
        UsageError: A name is none, or belongs to a source that is not collected.
        ConfigurationError: Nothing is chosen to collect, or the home belongs to the demo.
    """
    _check_names(source, repositories, projects)
    settings = Settings.load()
    if DemoHome(settings.home).exists():
        raise ConfigurationError(
            f"PULSE_HOME: {settings.home} holds the generated organisation of the demo, which must not mix with yours.",
            hint=f"Set PULSE_HOME to another folder, or delete {settings.home}.",
        )
    sources = _sources(source, settings, repositories, projects)
    log_to_file(settings)
    for variable in Settings.unknown_variables():
        typer.echo(f"pulse: {variable} is set, but there is no such setting: a typing error?", err=True)
    with display(is_quiet=as_json) as shown:
        outcome = run_sync(
            settings,
            sources=sources,
            repositories=repositories,
            projects=projects,
            full=full,
            on_progress=shown.progress,
            on_phase=shown.phase,
        )
    if as_json:
        typer.echo(json.dumps(as_document(outcome), indent=2))
    else:
        print_outcome(outcome)
    return int(outcome.exit_code)


def _check_names(source: str, repositories: list[str] | None, projects: list[str] | None) -> None:
    for name in repositories or ():
        if not REPOSITORY_NAME.fullmatch(name):
            raise UsageError(f"--repository: {name!r} is not of the form owner/name.", hint="For instance acme/api.")
    for key in projects or ():
        if not PROJECT_KEY.fullmatch(key):
            raise UsageError(f"--project: {key!r} is no key of a project.", hint="For instance PAY.")
    if source == "jira" and repositories:
        raise UsageError("--repository does not belong to Jira.", hint="Use `pulse sync github`, or --project.")
    if source == "github" and projects:
        raise UsageError("--project does not belong to GitHub.", hint="Use `pulse sync jira`, or --repository.")


def _sources(
    source: str, settings: Settings, repositories: list[str] | None, projects: list[str] | None
) -> tuple[Source, ...]:
    """What is collected: what is named; by `all` every source that is set, or that has a name given."""
    if source == "github" or (repositories and not projects):
        if not repositories:
            settings.require_github_selection()
        return ("github",)
    if source == "jira" or (projects and not repositories):
        settings.require_jira()
        return ("jira",)
    if settings.jira_url is None:
        settings.require_github_selection()
        return ("github",)
    settings.require_jira()
    return ("github", "jira") if repositories or settings.has_github_selection else ("jira",)


def print_outcome(outcome: GraphOutcome) -> None:
    """What was collected and built goes to stdout, what went wrong to stderr."""
    results = outcome.partitions.values()
    done = [result for result in results if result.status in _DONE]
    new, changed = (sum(getattr(r, name) for r in results) for name in ("new_count", "changed_count"))
    requests, free = (outcome.http.get(name, 0) for name in ("requests", "not_modified"))
    typer.echo(f"{_places(outcome)}: {new:,} new, {changed:,} changed records.")
    typer.echo(f"{requests:,} requests, {free:,} of them free (not modified).")
    if len(outcome.partitions) <= _NAMED_PARTITIONS:
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


def _places(outcome: GraphOutcome) -> str:
    """How many are done, for instance `6 of 6 repositories, 3 of 3 projects`."""
    counts = []
    for plural, is_one in (("repositories", True), ("projects", False)):
        # A whole source that failed stands under its own name.
        chosen = [result for key, result in outcome.partitions.items() if ("/" in key or key == "github") is is_one]
        if chosen or (plural == "repositories" and not outcome.partitions):
            counts.append(f"{sum(result.status in _DONE for result in chosen)} of {len(chosen)} {plural}")
    return ", ".join(counts)


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
