"""Issues as queries see them, and the values that queries may name."""

from collections.abc import Iterable, Mapping

from pulse_assets.sandbox.jira.jql import Subject
from pulse_assets.sandbox.jira.view import JiraView
from pulse_assets.sandbox.jira.world import KEY, Issue

_CATEGORIES = {"new": ("2", "to do"), "indeterminate": ("4", "in progress"), "done": ("3", "done")}
_SPRINT_FUNCTIONS = {"opensprints": "active", "closedsprints": "closed", "futuresprints": "future"}


def _lower(*values: object) -> frozenset[str]:
    return frozenset(str(value).lower() for value in values if value is not None)


def subject_of(view: JiraView, issue: Issue) -> Subject:
    """The issue with ids, keys and names of all that JQL can ask for; also by keys that it had before it was moved."""
    found = view.fields_of(issue)
    former = [item.from_text for change in view.changes_of(issue) for item in change.items if item.slot == KEY]
    keys = _lower(issue.id, found.key, *former)
    sprints = [state.sprint for one in found.sprint_ids if (state := view.sprint(one)) is not None]
    category = found.status.category
    assignee = found.assignee
    return Subject(
        id=int(issue.id),
        key=found.key,
        names={
            "project": _lower(found.project.id, found.project.key, found.project.name),
            "key": keys,
            "id": keys,
            "status": _lower(found.status.id, found.status_name),
            "statuscategory": _lower(category, *_CATEGORIES[category]),
            "sprint": _lower(*(value for one in sprints for value in (one.id, one.name))),
            "issuetype": _lower(found.issue_type.id, found.issue_type.name),
            "labels": _lower(*found.labels),
            "assignee": _lower(*((assignee.account_id, assignee.name, assignee.login) if assignee else ())),
            "parent": _lower(found.parent_id, found.parent_key),
        },
        instants={"created": found.created_at, "updated": found.updated_at, "resolved": found.resolved_at},
        issue=issue,
    )


def known_values(
    view: JiraView, subjects: Iterable[Subject]
) -> tuple[Mapping[str, frozenset[str]], Mapping[str, frozenset[str]]]:
    """By field what a query may name, and by function what it stands for."""
    keys = frozenset[str]().union(*(subject.names["key"] for subject in subjects))
    states = [state for board in view.boards for state in view.sprints_of(board)]
    values = {
        "project": _lower(*(value for one in view.projects for value in (one.id, one.key, one.name))),
        "key": keys,
        "id": keys,
        "status": _lower(*(value for status, name in view.statuses for value in (status.id, name))),
        "statuscategory": _lower(*_CATEGORIES, *(value for pair in _CATEGORIES.values() for value in pair)),
        "sprint": _lower(*(value for one in states for value in (one.sprint.id, one.sprint.name))),
        "issuetype": _lower(*(value for one in view.issue_types for value in (one.id, one.name))),
    }
    functions = {
        name: _lower(*(one.sprint.id for one in states if one.state == state))
        for name, state in _SPRINT_FUNCTIONS.items()
    }
    return values, functions
