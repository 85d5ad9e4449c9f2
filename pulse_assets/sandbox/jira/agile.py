"""Jira Software's API: boards, sprints and their issues; Cloud and Data Center share it here.

Lists of issues stand twice: at `/rest/agile/1.0` with pages by position, which Cloud wants to leave, and at
`/rest/software/1.0` with pages by token.
"""

from collections.abc import Mapping, Sequence

from pulse_assets.sandbox.answers import Answer
from pulse_assets.sandbox.jira.issue_bodies import HISTORIES_IN_LISTS
from pulse_assets.sandbox.jira.paging import Question, Refusal, page, token_page
from pulse_assets.sandbox.jira.site import Endpoint, Site
from pulse_assets.sandbox.jira.view import SprintState
from pulse_assets.sandbox.jira.world import Board, Issue

_PAGE, _ISSUES = 50, 100
_STATES = {"future", "active", "closed"}


def _number(question: Question, name: str) -> int:
    text = str(question.parameters[name])
    if not text.isdecimal():
        raise Refusal(400, f"The id '{text}' is not a number.")
    return int(text)


def _board(site: Site, question: Question) -> Board:
    found = site.view.board(_number(question, "board"))
    if found is None:
        raise Refusal(
            404,
            "The requested board cannot be viewed because it either does not exist or you do not have permission to "
            "view it.",
        )
    return found


def _sprint(site: Site, question: Question) -> SprintState:
    found = site.view.sprint(_number(question, "sprint"))
    if found is None or site.is_anonymous:
        raise Refusal(404, "Sprint does not exist or you do not have permission to view it.")
    return found


def boards(site: Site, question: Question) -> Answer:
    """Fits kinds, a part of the name, and a project.

    Raises:
        Refusal: 400, there is no such project.
    """
    kinds, name = question.names("type"), question.query.get("name", "").lower()
    wanted = question.query.get("projectKeyOrId")
    project = site.view.project(wanted) if wanted else None
    if wanted and project is None and not site.is_anonymous:
        raise Refusal(400, f"No project could be found with key or id '{wanted}'.")
    rows = [
        one
        for one in sorted(site.view.boards, key=lambda one: one.id)
        if (not kinds or one.kind in kinds)
        and name in one.name.lower()
        and (project is None or one.project_key == project.key)
    ]
    return Answer(page(question, rows, site.bodies(question).board, size=_PAGE, largest=_PAGE))


def board(site: Site, question: Question) -> Answer:
    return Answer(site.bodies(question).board(_board(site, question)))


def configuration(site: Site, question: Question) -> Answer:
    return Answer(site.bodies(question).configuration(_board(site, question)))


def sprints(site: Site, question: Question) -> Answer:
    """Of a board that has any.

    Raises:
        Refusal: 400, it is a kanban board, or there is no such state.
    """
    found, states = _board(site, question), question.names("state")
    if not found.has_sprints:
        raise Refusal(400, "The board does not support sprints")
    if set(states) - _STATES:
        raise Refusal(400, f"Unknown state: {', '.join(states)}. Valid states are active, closed, future.")
    rows = [one for one in site.view.sprints_of(found) if not states or one.state in states]
    return Answer(page(question, rows, site.bodies(question).sprint, size=_PAGE, largest=_PAGE))


def sprint(site: Site, question: Question) -> Answer:
    return Answer(site.bodies(question).sprint(_sprint(site, question)))


def _issues_of_board(site: Site, question: Question) -> Sequence[Issue]:
    return site.view.issues_of_board(_board(site, question))


def _issues_of_sprint(site: Site, question: Question) -> Sequence[Issue]:
    return site.view.issues_of_sprint(_sprint(site, question).sprint)


def _ranked(site: Site, question: Question, issues: Sequence[Issue]) -> list[Issue]:
    """Those that the query lets through, in its order, else by rank."""
    query = site.query(question.query.get("jql", ""))
    return [row.issue for row in query.select([site.subjects[one.id] for one in issues], "rank", is_descending=False)]


def _by_position(site: Site, question: Question, issues: Sequence[Issue]) -> Answer:
    fields, expand, bodies = question.names("fields"), question.names("expand"), site.bodies(question)
    body = page(
        question,
        _ranked(site, question, issues),
        lambda one: bodies.issue(one, fields, expand, is_agile=True, histories=HISTORIES_IN_LISTS),
        size=_PAGE,
        largest=_ISSUES,
        key="issues",
    )
    del body["isLast"]
    return Answer({"expand": "schema,names", **body})


def _by_token(site: Site, question: Question, issues: Sequence[Issue]) -> Answer:
    fields, expand, bodies = question.names("fields"), question.names("expand"), site.bodies(question)
    rows, subject = _ranked(site, question, issues), f"{question.path}?{question.query.get('jql', '')}"
    part, token = token_page(question, rows, subject, question.number("maxResults", _PAGE, _ISSUES, 1))
    shown = [bodies.issue(one, fields, expand, is_agile=True, histories=HISTORIES_IN_LISTS) for one in part]
    return Answer({"issues": shown, "isLast": token is None} | ({"nextPageToken": token} if token else {}))


#: By method and path below `/rest/agile/1.0`.
AGILE: Mapping[tuple[str, str], Endpoint] = {
    ("GET", "/board"): boards,
    ("GET", "/board/{board}"): board,
    ("GET", "/board/{board}/configuration"): configuration,
    ("GET", "/board/{board}/sprint"): sprints,
    ("GET", "/board/{board}/issue"): lambda site, asked: _by_position(site, asked, _issues_of_board(site, asked)),
    ("GET", "/sprint/{sprint}"): sprint,
    ("GET", "/sprint/{sprint}/issue"): lambda site, asked: _by_position(site, asked, _issues_of_sprint(site, asked)),
}
#: By method and path below `/rest/software/1.0`.
SOFTWARE: Mapping[tuple[str, str], Endpoint] = {
    ("GET", "/board/{board}/issue"): lambda site, asked: _by_token(site, asked, _issues_of_board(site, asked)),
    ("GET", "/sprint/{sprint}/issue"): lambda site, asked: _by_token(site, asked, _issues_of_sprint(site, asked)),
}
