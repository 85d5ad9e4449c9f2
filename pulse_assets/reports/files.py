"""Where a report's files stand under `PULSE_HOME`."""

from pathlib import Path

from pulse_assets.reports.periods import Period


def report_path(home: Path, period: Period, format: str) -> Path:  # noqa: A002 - as in `render`
    """`HOME/reports/weekly/2024-W05.html`."""
    return home / "reports" / period.kind / f"{period.key}.{format}"
