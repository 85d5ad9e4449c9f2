from pathlib import Path

from pulse_assets.reports import parse_period, report_path


def test_every_report_has_one_place() -> None:
    assert report_path(Path("home"), parse_period("weekly", "2025-W52"), "html") == Path(
        "home/reports/weekly/2025-W52.html"
    )
    assert report_path(Path("home"), parse_period("monthly", "2025-12"), "md") == Path(
        "home/reports/monthly/2025-12.md"
    )
