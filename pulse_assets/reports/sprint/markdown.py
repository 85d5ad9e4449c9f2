"""The sprint report as Markdown, for chats, wikis and retrospectives."""

from zoneinfo import ZoneInfo

from pulse_assets.reports import wording
from pulse_assets.reports.inert import markdown_text
from pulse_assets.reports.markdown_text import escaped, linked, table
from pulse_assets.reports.sprint import words
from pulse_assets.reports.sprint.model import OUTCOMES, Item, Outcome, PastSprint, SprintContent

_NOTICES = {"withheld": "Withheld", "degraded": "Provisional"}


def markdown(content: SprintContent) -> str:
    """The report as one text."""
    zone = ZoneInfo(content.time_zone)
    sections = (
        _head(content, zone),
        ["## From the commitment to the end", _account(content)],
        ["## Burndown", _days(content)],
        *(_issues(content, outcome) for outcome in OUTCOMES if content.listed(outcome)),
        [f"## Velocity of the last sprints of {markdown_text(content.board_name or str(content.board_id))}"],
        [_past(content, zone)],
        ["## Definitions", *(f"**{title}.** {markdown_text(text)}" for title, text in content.definitions.items())],
    )
    return "\n\n".join(block for section in sections for block in section) + "\n"


def _head(content: SprintContent, zone: ZoneInfo) -> list[str]:
    ended = f"completed {wording.instant(content.completed_at, zone)}" if content.completed_at else "open"
    facts = (
        f"Project {content.project} ({content.project_name}), started {wording.instant(content.started_at, zone)}, "
        f"planned end {wording.instant(content.planned_end_at, zone)}, {ended}, "
        f"data as of {wording.instant(content.collected_at, zone)}, times in {content.time_zone}"
    )
    notice = _NOTICES.get(content.status)
    reason = content.status_reason or "no reason was recorded"
    return [
        f"# Sprint report: {markdown_text(content.name)}",
        markdown_text(facts),
        *([f"**Goal.** {markdown_text(content.goal)}"] if content.goal else []),
        markdown_text(content.summary),
        *([f"> **{notice}:** {markdown_text(reason)}"] if notice else []),
    ]


def _account(content: SprintContent) -> str:
    rows = (
        (
            each.title,
            words.signed(each.count) if each.kind == "change" else words.points(each.count),
            words.signed(each.points) if each.kind == "change" else words.points(each.points),
        )
        for each in content.account
    )
    titles = ("", "Issues", "Points") if content.unit == "points" else ("", "Issues")
    return table(titles, escaped(row[: len(titles)] for row in rows))


def _days(content: SprintContent) -> str:
    unit = content.unit
    rows = (
        (
            day.day.isoformat(),
            words.points(day.of("remaining", unit)),
            words.points(round(day.of("ideal", unit), 1)),
            words.points(day.of("scope", unit)),
            wording.number(day.remaining_count),
        )
        for day in content.days
    )
    titles = ("Day", f"Left, {unit}", "Even pace", "In the sprint", "Left, issues")
    return table(titles, escaped(rows))


def _issues(content: SprintContent, outcome: Outcome) -> list[str]:
    rows = [
        (
            linked(f"{each.key} {each.title}", each.address),
            markdown_text(estimate(each) if content.unit == "points" else ""),
            markdown_text(each.why),
        )
        for each in content.listed(outcome)
    ]
    return [
        f"## {words.OUTCOME_TITLES[outcome]} ({len(rows):,})",
        table(("Issue", "Points", "What became of it"), rows),
    ]


def estimate(item: Item) -> str:
    """`5`, `3 → 5` or `no estimate`."""
    if not item.is_reestimated:
        return words.points(item.points_at_end)
    return f"{words.points(item.points_at_start)} → {words.points(item.points_at_end)}"


def _past(content: SprintContent, zone: ZoneInfo) -> str:
    rows = [
        (
            each.name,
            wording.instant(each.completed_at, zone) if each.completed_at else "open",
            _figure(each, each.of("committed", content.unit)),
            _figure(each, each.of("completed", content.unit)),
            wording.percent(each.completion_ratio) if each.completion_ratio is not None else "",
        )
        for each in reversed(content.past)
    ]
    titles = ("Sprint", "Completed", f"Committed, {content.unit}", f"Completed, {content.unit}", "Of the commitment")
    return table(titles, escaped(rows))


def _figure(each: PastSprint, value: float | None) -> str:
    if value is not None:
        return words.points(value)
    return wording.WITHHELD if each.status == "withheld" else wording.UNKNOWN
