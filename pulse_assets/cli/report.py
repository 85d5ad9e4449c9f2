"""`pulse report`: one period or sprint as HTML, Markdown, CSV or JSON."""

from pathlib import Path

import typer

from pulse_assets.errors import ConfigurationError, ExitCode, NotFound
from pulse_assets.reports import ReportKind, latest_period, parse_period, render, report_content, report_path
from pulse_assets.reports.sprint import latest_sprint, sprint_path, sprint_report
from pulse_assets.settings import Settings
from pulse_assets.store import Store
from pulse_assets.tables.check_history import latest_results
from pulse_assets.tables.lake import Lake


def run(
    *, kind: ReportKind, period: str | None, output_format: str, output: Path | None, benchmark: int | None = None
) -> int:
    """Writes the report to `output`, by default into `PULSE_HOME/reports`, and says where.

    `benchmark` is the year of the DORA report to compare with; default: that of the settings.

    Raises:
        NotFound: There are no data, or none have been collected.
        ConfigurationError: The file cannot be written.
    """
    settings = Settings.load(**({} if benchmark is None else {"benchmark_year": benchmark}))
    lake = Lake(settings.lake_path)
    chosen = parse_period(kind, period) if period else latest_period(kind, lake, settings)
    with Store.open(settings.store_url) as store:
        checks = latest_results(store)
    text = render(report_content(kind, chosen, lake, settings, checks=checks), output_format)
    return _write(text, output or report_path(settings.home, chosen, output_format))


def run_sprint(*, project: str | None, sprint: int | None, output_format: str, output: Path | None) -> int:
    """Writes the report of a sprint, by default of the one that was completed last.

    Raises:
        NotFound: There is no such sprint, or none was started.
        ConfigurationError: The file cannot be written.
    """
    settings = Settings.load()
    lake = Lake(settings.lake_path)
    key, sprint_id = latest_sprint(lake, settings, project) if sprint is None else _sprint(lake, project, sprint)
    text = sprint_report(key, sprint_id, lake, settings, output_format)
    return _write(text, output or sprint_path(settings.home, key, sprint_id, output_format))


def _sprint(lake: Lake, project: str | None, sprint: int) -> tuple[str, int]:
    """The sprint with the project that it is of; several projects may have the same one."""
    if project is not None:
        return project, sprint
    with lake.querying(["sprints"]) as connection:
        found = connection.execute("SELECT min(project) FROM sprints WHERE sprint_id = ?", [sprint]).fetchone()
    if found is None or found[0] is None:
        raise NotFound(
            f"--sprint: there is no sprint {sprint} in the tables.",
            hint='`pulse query "SELECT project, sprint_id, name FROM sprints"` lists them; or run `pulse sync jira`.',
        )
    return found[0], sprint


def _write(text: str, path: Path) -> int:
    if path == Path("-"):
        typer.echo(text, nl=not text.endswith("\n"))
        return int(ExitCode.OK)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise ConfigurationError(
            f"--output: {path} cannot be written: {error.strerror}.", hint="Give another file, or '-' for stdout."
        ) from error
    typer.echo(str(path))
    return int(ExitCode.OK)
