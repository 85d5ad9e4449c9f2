"""The data-quality report as one HTML page in the manner of the others: no script, no request, readable on paper."""

import base64
import hashlib
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from pulse_assets.reports import marking, wording
from pulse_assets.reports.quality import words
from pulse_assets.reports.quality.content import METRICS
from pulse_assets.reports.quality.model import Check, CheckLine, QualityContent
from pulse_assets.reports.quality.sparkline import sparkline
from pulse_assets.tables.quality import SAMPLE_SIZE

#: Failing checks, and partitions of each, that the page shows.
LISTED_CHECKS, LISTED_PARTITIONS = 50, 10
_OWN_STYLES = ("quality.css",)
_SHARED_STYLES = ("base.css", "overview.css", "sections.css", "print.css")
_LEVEL_TITLES = {"withheld": "Withheld", "degraded": "Provisional"}


def page(content: QualityContent) -> str:
    """The page as text."""
    style = _style()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    zone = ZoneInfo(content.time_zone)
    return (
        _environment()
        .get_template("quality.html")
        .render(
            content=content,
            style=Markup(style),  # noqa: S704 - the package's own files
            style_hash=f"sha256-{digest}",
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


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("pulse_assets.reports.quality"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "columns_of": columns_of,
        "commands": commands,
        "foreign": marking.foreign,
        "hours": marking.hours,
        "number": marking.number,
        "unbroken": marking.unbroken,
    }
    return environment


@cache
def _style() -> str:
    shared = files("pulse_assets.reports") / "templates"
    own = files("pulse_assets.reports.quality") / "templates"
    texts = [(shared / name).read_text(encoding="utf-8") for name in _SHARED_STYLES]
    return "".join([*texts, *((own / name).read_text(encoding="utf-8") for name in _OWN_STYLES)])
