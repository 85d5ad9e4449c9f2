"""The data-quality report as Markdown, for chats, wikis and Dagster's UI."""

import json
from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from pulse_assets.reports import wording
from pulse_assets.reports.inert import markdown_text
from pulse_assets.reports.markdown_text import cut, escaped, table
from pulse_assets.reports.quality import words
from pulse_assets.reports.quality.model import Check, QualityContent

#: Failing checks, and partitions of each, that it shows.
LISTED_CHECKS, LISTED_PARTITIONS = 50, 10
_LEVEL_TITLES = {"withheld": "Withheld", "degraded": "Provisional"}


def markdown(content: QualityContent) -> str:
    """The report as one text."""
    zone = ZoneInfo(content.time_zone)
    sections = (
        _head(content, zone),
        ["## By dimension", _dimensions(content)],
        ["## Failing checks", *_failures(content, zone)],
        ["## Repositories", _freshness(content, zone)],
        ["## Tables", _tables(content, zone)],
        ["## Checks by table", _lines(content)],
    )
    return "\n\n".join(block for section in sections for block in section) + "\n"


def _head(content: QualityContent, zone: ZoneInfo) -> list[str]:
    notices = [
        f"> **{_LEVEL_TITLES[each.level]}:** {markdown_text(words.consequence(each))}, "
        f"because of {markdown_text(wording.enumeration(list(each.checks)))}."
        for each in content.consequences
    ]
    written = wording.instant(content.written_at, zone)
    return [
        "# Data quality",
        markdown_text(f"As of {written}, times in {content.time_zone}."),
        markdown_text(content.summary),
        *(["\n>\n".join(notices)] if notices else []),
    ]


def _dimensions(content: QualityContent) -> str:
    rows = (
        (
            each.name.capitalize(),
            words.share(each),
            each.definition,
            "; ".join(f"{bound.setting} = {bound.value} ({bound.meaning})" for bound in each.thresholds),
        )
        for each in content.dimensions
    )
    return table(("Dimension", "Pass", "What it asks", "Thresholds in force"), escaped(rows))


def _failures(content: QualityContent, zone: ZoneInfo) -> list[str]:
    groups = content.failing
    if not groups:
        return ["Every check passes."]
    blocks = []
    for group in groups[:LISTED_CHECKS]:
        first = group[0]
        advice = words.advice(first.kind, first.table, [check.partition for check in group])
        blocks += [
            f"### {markdown_text(first.name)}",
            markdown_text(f"{first.dimension.capitalize()} of {first.table}. Effect: {words.effect(first)}."),
            f"**What to do.** {markdown_text(advice)}",
            table(("Of", "Found", "Fails", "For instance"), escaped(_places(group, zone))),
            *cut(len(group), LISTED_PARTITIONS),
        ]
    return [*blocks, *cut(len(groups), LISTED_CHECKS)]


def _places(group: Sequence[Check], zone: ZoneInfo) -> Iterator[tuple[str, ...]]:
    for check in group[:LISTED_PARTITIONS]:
        example = json.dumps(check.sample[0], ensure_ascii=False) if check.sample else ""
        yield (
            check.partition,
            check.description,
            f"{words.since(check)} {wording.instant(check.failing_since, zone)}",
            example,
        )


def _lines(content: QualityContent) -> str:
    rows = (
        (
            line.table,
            line.name,
            line.dimension,
            wording.number(line.passed_count),
            wording.number(line.failed_count),
            words.trend(line),
        )
        for line in content.lines
    )
    return table(("Table", "Check", "Dimension", "Pass", "Fail", "Failing, oldest first"), escaped(rows))


def _tables(content: QualityContent, zone: ZoneInfo) -> str:
    rows = (
        (
            each.name,
            wording.number(each.row_count),
            wording.number(each.partition_count),
            wording.number(each.failed_count),
            wording.instant(each.newest_checked_at, zone),
        )
        for each in content.tables
    )
    return table(("Table", "Rows", "Partitions", "Failing checks", "Last built and checked"), escaped(rows))


def _freshness(content: QualityContent, zone: ZoneInfo) -> str:
    rows = (
        (
            each.repository,
            wording.instant(each.collected_at, zone),
            wording.hours(each.age_hours),
            words.freshness(each),
        )
        for each in content.freshness
    )
    return table(("Repository", "Last complete collection", "Age", "State"), escaped(rows))
