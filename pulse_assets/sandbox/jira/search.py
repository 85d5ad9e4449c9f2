"""Searches, issues and their histories in Jira's platform API."""

from collections.abc import Mapping
from typing import Any

from pulse_assets.sandbox.answers import Answer
from pulse_assets.sandbox.jira.issue_bodies import HISTORIES_IN_LISTS, HISTORIES_OF_AN_ISSUE
from pulse_assets.sandbox.jira.paging import BAD_PAYLOAD, Question, Refusal, linked, page, token_page
from pulse_assets.sandbox.jira.site import NO_ISSUE, Endpoint, Site
from pulse_assets.sandbox.jira.world import Change

#: Issues a page of `search/jql`: with ids and keys alone, and with fields.
_LIGHT_PAGE, _FULL_PAGE = 5000, 100
_DATA_CENTER_PAGE = 1000
_BULK_ISSUES, _BULK_HISTORIES, _BULK_FIELDS = 100, 10_000, 10
_BULK_CHANGELOGS = 1000
_REMOVED = (
    "The requested API has been removed. Please migrate to the {successor} API. A full migration guideline is "
    "available at https://developer.atlassian.com/changelog/#CHANGE-2046"
)
_LENIENT = {"false", "none", "warn"}
_SEARCH: Mapping[str, type] = {
    "jql": str,
    "nextPageToken": str,
    "maxResults": int,
    "fields": list,
    "expand": str,
    "properties": list,
    "fieldsByKeys": bool,
    "failFast": bool,
    "reconcileIssues": list,
}
_BULK_FETCH: Mapping[str, type] = {
    "issueIdsOrKeys": list,
    "fields": list,
    "expand": list,
    "properties": list,
    "fieldsByKeys": bool,
}
_BULK_CHANGES: Mapping[str, type] = {"issueIdsOrKeys": list, "fieldIds": list, "maxResults": int, "nextPageToken": str}


def _check(question: Question, shape: Mapping[str, type]) -> None:
    """Jira Cloud takes nothing else in these bodies."""
    for name, value in question.sent.items():
        if value is not None and not isinstance(value, shape.get(name, ())):
            raise Refusal(400, BAD_PAYLOAD)


# ---------------------------------------------------------------------- search
def search_jql(site: Site, question: Question) -> Answer:
    """Pages by token and without a total; ids alone unless fields are asked for."""
    _check(question, _SEARCH)
    rows = site.bounded(question)
    fields, expand = question.names("fields") or ["id"], question.names("expand")
    is_light = set(fields) <= {"id", "key"} and not expand
    size = question.number("maxResults", 50, _LIGHT_PAGE if is_light else _FULL_PAGE, 1)
    part, token = token_page(question, rows, str(question.asked["jql"]), size)
    if fields == ["id"] and not expand:
        issues = [{"id": issue.id} for issue in part]
    else:
        bodies = site.bodies(question)
        issues = [bodies.issue(issue, fields, expand, histories=HISTORIES_IN_LISTS) for issue in part]
    return Answer({"issues": issues, "isLast": token is None} | ({"nextPageToken": token} if token else {}))


def approximate_count(site: Site, question: Question) -> Answer:
    _check(question, {"jql": str})
    return Answer({"count": len(site.bounded(question))})


def search_by_start(site: Site, question: Question) -> Answer:
    """Data Center's search: pages by position with the total, and whole histories."""
    is_lenient = str(question.asked.get("validateQuery", "")).lower() in _LENIENT
    query = site.query(str(question.asked.get("jql") or ""), is_lenient=is_lenient)
    rows = [row.issue for row in query.select(site.subjects.values())]
    fields, expand, bodies = question.names("fields"), question.names("expand"), site.bodies(question)
    body = page(
        question,
        rows,
        lambda issue: bodies.issue(issue, fields, expand),
        size=50,
        largest=_DATA_CENTER_PAGE,
        smallest=0,
        key="issues",
    )
    del body["isLast"]
    return Answer({"expand": "schema,names", **body})


def removed(successor: str) -> Endpoint:
    """An endpoint that Atlassian took away."""

    def gone(_: Site, __: Question) -> Answer:
        raise Refusal(410, _REMOVED.format(successor=successor))

    return gone


# ---------------------------------------------------------------------- issues
def issue(site: Site, question: Question) -> Answer:
    """By key, by id, or by a key that it had before it was moved."""
    found = site.issue_of(str(question.parameters["key"]))
    fields, expand = question.names("fields"), question.names("expand")
    return Answer(site.bodies(question).issue(found, fields, expand, histories=HISTORIES_OF_AN_ISSUE))


def issues_in_bulk(site: Site, question: Question) -> Answer:
    """Those that are there, and an error for each of the others."""
    _check(question, _BULK_FETCH)
    asked = [str(one) for one in question.sent.get("issueIdsOrKeys") or ()]
    if not 1 <= len(asked) <= _BULK_ISSUES:
        raise Refusal(400, f"The number of issues must be between 1 and {_BULK_ISSUES}.")
    found = {one: site.view.issue(one) for one in asked}
    issues = {issue.id: issue for issue in found.values() if issue is not None}
    fields, expand, bodies = question.names("fields"), question.names("expand"), site.bodies(question)
    rows = sorted(issues.values(), key=lambda issue: int(issue.id))
    return Answer(
        {
            "issues": [bodies.issue(row, fields, expand, histories=HISTORIES_IN_LISTS) for row in rows],
            "issueErrors": [{"id": one, "errorMessage": NO_ISSUE} for one, issue in found.items() if issue is None],
        }
    )


def changelog(site: Site, question: Question) -> Answer:
    """Oldest first."""
    found = site.issue_of(str(question.parameters["key"]))
    changes, bodies = site.view.changes_of(found), site.bodies(question)
    return Answer(linked(question, page(question, changes, bodies.history, size=100, largest=100)))


def changelogs_in_bulk(site: Site, question: Question) -> Answer:
    """Histories of many issues by time, grouped by issue within the page; issues that are not there are left out."""
    _check(question, _BULK_CHANGES)
    asked = [str(one) for one in question.sent.get("issueIdsOrKeys") or ()]
    only = {str(one) for one in question.sent.get("fieldIds") or ()}
    if not 1 <= len(asked) <= _BULK_CHANGELOGS or len(only) > _BULK_FIELDS:
        raise Refusal(
            400,
            f"At most {_BULK_CHANGELOGS} issues and {_BULK_FIELDS} fields can be asked for, and at least one issue.",
        )
    issues = {found.id: found for one in asked if (found := site.view.issue(one)) is not None}
    rows: list[tuple[Change, str]] = [
        (change, issue_id)
        for issue_id, found in issues.items()
        for change in site.view.changes_of(found)
        if not only or only & {item.field_id for item in change.items}
    ]
    rows.sort(key=lambda row: (row[0].at, int(row[1]), row[0].id))
    size = question.number("maxResults", 1000, _BULK_HISTORIES, 1)
    part, token = token_page(question, rows, "|".join([*sorted(issues), *sorted(only)]), size)
    grouped: dict[str, list[dict[str, Any]]] = {}
    for change, issue_id in part:
        grouped.setdefault(issue_id, []).append(site.bodies(question).history(change))
    logs = [{"issueId": issue_id, "changeHistories": histories} for issue_id, histories in grouped.items()]
    return Answer({"issueChangeLogs": logs} | ({"nextPageToken": token} if token else {}))
