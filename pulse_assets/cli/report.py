"""`pulse report`: one period as HTML, Markdown, CSV or JSON."""

from pathlib import Path

import typer

from pulse_assets.errors import ConfigurationError, ExitCode
from pulse_assets.reports import ReportKind, latest_period, parse_period, render, report_content, report_path
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
    if output == Path("-"):
        typer.echo(text, nl=not text.endswith("\n"))
        return int(ExitCode.OK)
    path = output or report_path(settings.home, chosen, output_format)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise ConfigurationError(
            f"--output: {path} cannot be written: {error.strerror}.", hint="Give another file, or '-' for stdout."
        ) from error
    typer.echo(str(path))
    return int(ExitCode.OK)
