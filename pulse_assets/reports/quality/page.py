"""The data-quality report as one HTML page in the manner of the others: no script, no request, readable on paper."""

from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

from pulse_assets.reports import html, marking, wording
from pulse_assets.reports.quality import words
from pulse_assets.reports.quality.content import METRICS
from pulse_assets.reports.quality.model import Check, CheckLine, QualityContent
from pulse_assets.reports.quality.sparkline import sparkline
from pulse_assets.tables.quality import SAMPLE_SIZE

#: Failing checks, and partitions of each, that the page shows.
LISTED_CHECKS, LISTED_PARTITIONS = 50, 10
_LEVEL_TITLES = {"withheld": "Withheld", "degraded": "Provisional"}


def page(content: QualityContent) -> str:
    """The page as text."""
    zone = ZoneInfo(content.time_zone)
    return html.rendered(
        "quality.html",
        filters=_FILTERS,
        package="pulse_assets.reports.quality",
        own_styles=("quality.css",),
        content=content,
        instant=lambda at: marking.instant(at, zone),
        lines=_by_table(content.lines),
        listed=LISTED_CHECKS,
        listed_partitions=LISTED_PARTITIONS,
        metrics=METRICS,
        sample_size=SAMPLE_SIZE,
        level_titles=_LEVEL_TITLES,
        sparkline=sparkline,
        words=words,
        wording=wording,
    )


def _by_table(lines: tuple[CheckLine, ...]) -> dict[str, list[CheckLine]]:
    tables: dict[str, list[CheckLine]] = {}
    for line in lines:
        tables.setdefault(line.table, []).append(line)
    return tables


def columns_of(check: Check) -> list[str]:
    """Every column that a row of the sample has, in the order of their appearance; not the repository again."""
    names = dict.fromkeys(name for row in check.sample for name in row)
    return [name for name in names if any(row.get(name) != check.partition for row in check.sample)]


def commands(text: str) -> Markup:
    """Our own words, with what stands between backticks as code."""
    parts = text.split("`")
    return Markup("").join(
        Markup("<code>{0}</code>").format(part) if place % 2 else escape(part) for place, part in enumerate(parts)
    )


_FILTERS = {
    "columns_of": columns_of,
    "commands": commands,
    "foreign": marking.foreign,
    "hours": marking.hours,
    "number": marking.number,
    "unbroken": marking.unbroken,
}
