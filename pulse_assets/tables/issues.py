"""Jira's issues as rows, and what is wrong with those that do not make sense."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pulse_assets.setting_types import PROJECT_KEY
from pulse_assets.settings import Settings
from pulse_assets.tables.labels import label_prefix, named_by
from pulse_assets.tables.quarantine import Problem, Reading, Row, is_whole
from pulse_assets.tables.values import joined, text

_KEY = re.compile(rf"(?P<project>{PROJECT_KEY.pattern})-(?P<number>\d+)", re.ASCII)
#: Jira's keys of the categories of statuses, which are the same in every language.
_CATEGORIES: Mapping[str, str | None] = {
    "new": "todo",
    "indeterminate": "in_progress",
    "done": "done",
    "undefined": None,
}


@dataclass(frozen=True, slots=True)
class IssueRules:
    """What the issues of one project are judged by; words of settings are in lower case.

    Attributes:
        project: Its key today.
        project_id: Its number.
        categories: Category by status id, as the site lists it today; statuses without one are left out.
        estimation_fields: Ids of the fields that hold estimates: an issue's points are those of the first that has one.
    """

    project: str
    project_id: str
    categories: Mapping[str, str]
    categories_by_setting: Mapping[str, str]
    estimation_fields: tuple[str, ...]
    defect_types: frozenset[str]
    escaped_labels: frozenset[str]
    incident_types: frozenset[str]
    incident_labels: frozenset[str]
    service_prefix: re.Pattern[str]

    @classmethod
    def of(
        cls,
        project: str,
        project_id: str,
        settings: Settings,
        *,
        categories: Mapping[str, str],
        estimation_fields: Iterable[str] = (),
    ) -> "IssueRules":
        """The rules as the settings say them."""
        return cls(
            project,
            project_id,
            categories,
            settings.status_categories,
            tuple(estimation_fields),
            defect_types=_folded(settings.jira_defect_types),
            escaped_labels=_folded(settings.jira_escaped_labels),
            incident_types=_folded(settings.jira_incident_types),
            incident_labels=_folded(settings.incident_labels),
            service_prefix=label_prefix(settings.service_label_prefix),
        )


@dataclass(frozen=True, slots=True)
class JudgedIssue:
    """What became of a record.

    Attributes:
        row: Of the table `issues`; None where the record is left out.
        estimates: Points by field, in the order of preference.
    """

    row: Row | None
    estimates: Mapping[str, float]
    problems: tuple[Problem, ...]


def judged_issue(issue_id: str, payload: Any, rules: IssueRules) -> JudgedIssue:
    """The issue as a row, or what is wrong with it; its history is judged by `issue_changes`.

    The key of the landed record is the issue's number.
    """
    reading = Reading(payload)
    named = reading.text("key", is_required=True)
    given = reading.text("project_key")
    renamed = _renamed(reading, named, given or rules.project, rules)
    status_id = reading.text("status_id", is_required=True)
    issue_type = reading.text("issue_type", is_required=True)
    created_at = reading.instant("created", is_required=True)
    updated_at = reading.instant("updated")
    if updated_at is None:
        reading.note("updated", "is missing; the time of the creation stands for it")
    level = reading.given("hierarchy_level")
    if not (level is None or (isinstance(level, int) and not isinstance(level, bool))):
        reading.note("hierarchy_level", "is no whole number", level)
        level = None
    labels = reading.texts("labels")
    folded = _folded(labels)
    parent = reading.text("parent_key")
    if parent is not None and not _KEY.fullmatch(parent):
        reading.note("parent_key", "is no key of an issue, such as PAY-12", parent)
        parent = None
    kind = (issue_type or "").casefold()
    is_defect = kind in rules.defect_types
    estimates = _estimates(reading, rules.estimation_fields)
    row = {
        "project": rules.project,
        "key": renamed(named),
        "issue_id": issue_id,
        "issue_type": issue_type,
        "is_subtask": reading.truth("is_subtask"),
        "is_epic": (level or 0) > 0,
        "is_defect": is_defect,
        "is_escaped": is_defect and not folded.isdisjoint(rules.escaped_labels),
        "is_incident": kind in rules.incident_types or not folded.isdisjoint(rules.incident_labels),
        "summary": reading.text("summary", is_required=True),
        "status_id": status_id,
        "status": reading.text("status", is_required=True),
        "status_category": _category(reading, status_id, rules),
        "priority": reading.text("priority"),
        "resolution": reading.text("resolution"),
        "assignee": reading.text("assignee"),
        "reporter": reading.text("reporter"),
        "creator": reading.text("creator"),
        "parent_key": renamed(parent),
        "labels": joined(labels),
        "components": joined(reading.texts("components")),
        "service": named_by(rules.service_prefix, labels),
        "root_cause_sha": None,
        "story_points": next(iter(estimates.values()), None),
        "sprint_ids": _sprint_ids(reading),
        "created_at": created_at,
        "updated_at": updated_at or created_at,
        "resolved_at": reading.instant("resolved"),
        "history_count": len(reading.items("histories")),
        "url": reading.text("url"),
    }
    return JudgedIssue(None if reading.is_dropped else row, estimates, reading.problems)


def twice(issue: JudgedIssue) -> JudgedIssue:
    """An issue whose key is already that of another record: nothing is left of it."""
    key = issue.row["key"] if issue.row else None
    problem = Problem("key", "is the key of another record too", key, is_dropped=True)
    return JudgedIssue(None, {}, (problem, *(each for each in issue.problems if each.field != "key")))


def estimate_rows(issue: JudgedIssue) -> list[Row]:
    """The issue's estimates as rows; none of an issue that is left out."""
    if issue.row is None:
        return []
    place = {"project": issue.row["project"], "key": issue.row["key"]}
    return [place | {"field_id": field, "points": points} for field, points in issue.estimates.items()]


def _renamed(
    reading: Reading, named: str | None, project: str, rules: IssueRules
) -> Callable[[str | None], str | None]:
    """Notes a key that cannot be the issue's, and tells keys of the project as they are today.

    A project that gets another key keeps the numbers of its issues, and none of them counts as updated by it.
    """
    if named is not None:
        found = _KEY.fullmatch(named)
        if found is None:
            reading.note("key", "is no key of an issue, such as PAY-12", named, drops=True)
        elif found["project"] != project:
            reading.note("key", f"does not begin with the key of the issue's project, {project}", named, drops=True)
    number = reading.given("project_id")
    if number is not None and not isinstance(number, str):
        reading.note("project_id", "is no text", number)
        number = None
    if (number != rules.project_id) if number is not None else (project != rules.project):
        reading.note("project_id", f"is not that of {rules.project}: it is an issue of {project}", number, drops=True)
    old = f"{project}-"
    return lambda key: f"{rules.project}-{key.removeprefix(old)}" if key and key.startswith(old) else key


def _category(reading: Reading, status_id: str | None, rules: IssueRules) -> str | None:
    """Of the status: as the site lists it, as the issue says it, as a setting says it; never by a name.

    Jira's list is asked first because issues are found that name an outdated category.
    """
    own = reading.text("status_category")
    if own is not None and own not in _CATEGORIES:
        reading.note("status_category", "is no category of a status", own)
    if status_id is None:
        return None
    return rules.categories.get(status_id) or _CATEGORIES.get(own or "") or rules.categories_by_setting.get(status_id)


def _estimates(reading: Reading, preferred: tuple[str, ...]) -> dict[str, float]:
    given = reading.given("estimates")
    if given is not None and not isinstance(given, dict):
        reading.note("estimates", "is no object", given)
    if not isinstance(given, dict):
        return {}
    values = reading.part(given, "estimates ")
    ranks = {field: rank for rank, field in enumerate(preferred)}
    fields = sorted(given, key=lambda field: (ranks.get(field, len(ranks)), field))
    found = {text(field) or "": values.number(field) for field in fields}
    return {field: points for field, points in found.items() if points is not None}


def _sprint_ids(reading: Reading) -> str | None:
    found = set()
    for place, number in enumerate(reading.items("sprint_ids")):
        if is_whole(number):
            found.add(number)
        else:
            reading.note(f"sprint_ids {place}", "is no number of a sprint", number)
    return ",".join(map(str, sorted(found))) or None


def _folded(words: Iterable[str]) -> frozenset[str]:
    return frozenset(word.casefold() for word in words)
