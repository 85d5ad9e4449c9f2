"""Jira's platform API: version 3 as Jira Cloud answers it, version 2 as Data Center does."""

from collections.abc import Mapping, Sequence
from typing import Any

from pulse_assets.sandbox.answers import Answer
from pulse_assets.sandbox.jira.issue_bodies import EPIC_LINK, EPIC_NAME
from pulse_assets.sandbox.jira.paging import Question, Refusal, linked, page
from pulse_assets.sandbox.jira.search import (
    approximate_count,
    changelog,
    changelogs_in_bulk,
    issue,
    issues_in_bulk,
    removed,
    search_by_start,
    search_jql,
)
from pulse_assets.sandbox.jira.site import Endpoint, Site
from pulse_assets.sandbox.jira.world import Person

READER = Person("pulse-reader", "Pulse Reader")


# ---------------------------------------------------------------------- projects
def projects(site: Site, question: Question) -> Answer:
    return Answer([site.bodies(question).project(one) for one in site.view.projects])


def project_search(site: Site, question: Question) -> Answer:
    """Fits keys, ids and a part of name or key."""
    keys, ids, text = question.names("keys"), question.names("id"), question.query.get("query", "").lower()
    rows = [
        one
        for one in sorted(site.view.projects, key=lambda one: one.key)
        if (not keys or one.key in keys)
        and (not ids or one.id in ids)
        and (text in one.name.lower() or text in one.key.lower())
        and question.query.get("status", "live") == "live"
    ]
    return Answer(linked(question, page(question, rows, site.bodies(question).project, size=50, largest=100)))


def project(site: Site, question: Question) -> Answer:
    return Answer(site.bodies(question).project(site.project_of(str(question.parameters["key"])), is_whole=True))


def project_statuses(site: Site, question: Question) -> Answer:
    """The statuses of the project's workflow, once for each of its issue types."""
    found, bodies = site.project_of(str(question.parameters["key"])), site.bodies(question)
    workflow = next((one for one in site.view.workflows if one.name == found.workflow_name), None)
    ids = set(workflow.status_ids) if workflow else set()
    statuses = [bodies.status(status, name) for status, name in site.view.statuses if status.id in ids]
    types = [one for one in site.view.issue_types if one.project_id in (None, found.id)]
    return Answer(
        [
            {
                "self": f"{bodies.api}/issuetype/{one.id}",
                "id": one.id,
                "name": one.name,
                "subtask": one.is_subtask,
                "statuses": statuses,
            }
            for one in types
        ]
    )


# ---------------------------------------------------------------------- the site
def fields(site: Site, question: Question) -> Answer:
    return Answer([site.bodies(question).field(one) for one in (*site.view.world.fields, EPIC_LINK, EPIC_NAME)])


def statuses(site: Site, question: Question) -> Answer:
    return Answer([site.bodies(question).status(status, name) for status, name in site.view.statuses])


def status_search(site: Site, question: Question) -> Answer:
    bodies, only = site.bodies(question), question.query.get("projectId")
    rows = [
        bodies.listed_status(status, name) for status, name in site.view.statuses if only in (None, status.project_id)
    ]
    text, category = question.query.get("searchString", "").lower(), question.query.get("statusCategory")
    rows = [row for row in rows if text in row["name"].lower() and category in (None, row["statusCategory"])]
    return Answer(linked(question, page(question, rows, lambda row: row, size=200, largest=200)))


def issue_types(site: Site, question: Question) -> Answer:
    return Answer([site.bodies(question).issue_type(one) for one in site.view.issue_types])


def workflow_search(site: Site, question: Question) -> Answer:
    """Transitions only with `expand=values.transitions`; the statuses of the page's workflows beside them."""
    bodies, found = site.bodies(question), site.view.workflows
    has_transitions = "values.transitions" in question.names("expand")
    body = page(
        question, found, lambda one: bodies.workflow(one, has_transitions=has_transitions), size=50, largest=200
    )
    shown = {state["statusReference"] for one in body["values"] for state in one["statuses"]}
    states = [bodies.workflow_status(status, name) for status, name in site.view.statuses]
    return Answer(linked(question, body) | {"statuses": [one for one in states if one["statusReference"] in shown]})


def workflows_by_name(site: Site, _: Question) -> Answer:
    """Data Center tells names and sizes, neither statuses nor transitions."""
    return Answer(
        [
            {"name": one.name, "description": "", "steps": len(one.status_ids), "default": False}
            for one in site.view.workflows
        ]
    )


# ---------------------------------------------------------------------- persons
def users(site: Site, question: Question) -> Answer:
    return Answer(_people(site, question, site.view.people))


def user_search(site: Site, question: Question) -> Answer:
    """Data Center's search by a part of the name; `.` finds everybody, the inactive ones only where asked for."""
    text = question.query.get("username")
    if not text:
        raise Refusal(400, "The username query parameter was not provided")
    are_wanted = {
        True: question.is_asked("includeActive", default=True),
        False: question.is_asked("includeInactive"),
    }
    found = [
        one
        for one in site.view.people
        if are_wanted[one.is_active]
        and (text == "." or text.lower() in f"{one.login} {one.account_id} {one.name}".lower())
    ]
    return Answer(_people(site, question, found))


def _people(site: Site, question: Question, found: Sequence[Person]) -> list[Any]:
    first, size = question.number("startAt", 0), question.number("maxResults", 50, 1000, 1)
    return [site.bodies(question).person(one) for one in found[first : first + size]]


def user(site: Site, question: Question) -> Answer:
    names = ("accountId",) if question.is_cloud else ("key", "username")
    wanted = {question.query[name] for name in names if name in question.query}
    for one in site.view.people:
        if wanted & ({one.account_id} if question.is_cloud else {one.account_id, one.login or one.account_id}):
            return Answer(site.bodies(question).person(one))
    raise Refusal(404, "The user does not exist.")


def myself(site: Site, question: Question) -> Answer:
    body = site.bodies(question).person(READER) or {}
    return Answer(body | {"locale": "en_US"})


def server_info(site: Site, question: Question) -> Answer:
    """The version tells clients what they speak to."""
    is_cloud = question.is_cloud
    return Answer(
        {
            "baseUrl": site.address,
            "version": "1001.0.0-SNAPSHOT" if is_cloud else "9.12.0",
            "versionNumbers": [1001, 0, 0] if is_cloud else [9, 12, 0],
            "deploymentType": "Cloud" if is_cloud else "Server",
            "buildNumber": 100_300 if is_cloud else 9_120_000,
            "serverTime": site.bodies(question).when(site.view.instant),
            "serverTitle": site.view.world.name,
        }
    )


_BOTH: Mapping[tuple[str, str], Endpoint] = {
    ("GET", "/myself"): myself,
    ("GET", "/serverInfo"): server_info,
    ("GET", "/project"): projects,
    ("GET", "/project/{key}"): project,
    ("GET", "/project/{key}/statuses"): project_statuses,
    ("GET", "/field"): fields,
    ("GET", "/status"): statuses,
    ("GET", "/issuetype"): issue_types,
    ("GET", "/user"): user,
    ("GET", "/issue/{key}"): issue,
}
#: By method and path below `/rest/api/3`.
CLOUD: Mapping[tuple[str, str], Endpoint] = {
    ("GET", "/project/search"): project_search,
    ("POST", "/issue/bulkfetch"): issues_in_bulk,
    **_BOTH,
    ("GET", "/search/jql"): search_jql,
    ("POST", "/search/jql"): search_jql,
    ("POST", "/search/approximate-count"): approximate_count,
    ("GET", "/search"): removed("/rest/api/3/search/jql"),
    ("POST", "/search"): removed("/rest/api/3/search/jql"),
    ("GET", "/issue/{key}/changelog"): changelog,
    ("POST", "/changelog/bulkfetch"): changelogs_in_bulk,
    ("GET", "/statuses/search"): status_search,
    ("GET", "/users/search"): users,
    ("GET", "/users"): users,
    ("GET", "/workflows/search"): workflow_search,
    ("GET", "/workflow"): removed("/rest/api/3/workflows/search"),
    ("GET", "/workflow/search"): removed("/rest/api/3/workflows/search"),
}
#: By method and path below `/rest/api/2`.
DATA_CENTER: Mapping[tuple[str, str], Endpoint] = {
    **_BOTH,
    ("GET", "/search"): search_by_start,
    ("POST", "/search"): search_by_start,
    ("GET", "/user/search"): user_search,
    ("GET", "/workflow"): workflows_by_name,
}
