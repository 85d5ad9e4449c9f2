"""A small Jira that a test fills, for what the recorded data do not hold."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from pulse_assets_tests.sources.doubles import Asked, Says

Answer = Any | Callable[[dict[str, Any]], Any]
SPRINT_SCHEMA = "com.pyxis.greenhopper.jira:gh-sprint"
FLOAT_SCHEMA = "com.atlassian.jira.plugin.system.customfieldtypes:float"


class JiraStub:
    """Answers by path: a body, a status, or a function of the question's parameters (of query or body).

    Args:
        routes: Regular expression of a path to its answer; `fields` of both versions is there.
    """

    def __init__(self, routes: dict[str, Answer]) -> None:
        self.routes = {**routes, "/rest/api/[23]/field": [field_row("customfield_1", "Sprint", SPRINT_SCHEMA)]}
        self.questions: list[tuple[str, dict[str, Any]]] = []

    def __call__(self, asked: Asked) -> Says:
        parts = urlsplit(asked.path)
        question = dict(parse_qsl(parts.query)) | (asked.body or {})
        self.questions.append((parts.path, question))
        for pattern, answer in self.routes.items():
            if re.fullmatch(pattern, parts.path):
                found = answer(question) if callable(answer) else answer
                return found if isinstance(found, Says) else Says(found)
        return Says({"message": f"null for uri: {parts.path}", "status-code": 404}, 404)

    def asked(self, path: str) -> list[dict[str, Any]]:
        return [question for asked, question in self.questions if re.fullmatch(path, asked)]


def refused(status: int, message: str = "No.") -> Says:
    return Says({"errorMessages": [message], "errors": {}}, status)


def field_row(field_id: str, name: str, schema: str | None = None) -> dict[str, Any]:
    row: dict[str, Any] = {"id": field_id, "name": name, "custom": field_id.startswith("customfield_")}
    return row | ({} if schema is None else {"schema": {"type": "any", "custom": schema}})


def person(name: str) -> dict[str, Any]:
    return {"accountId": name, "displayName": name.title(), "accountType": "atlassian", "active": True}


def history_row(number: int, *, at: Any = None, author: str = "ann", **item: Any) -> dict[str, Any]:
    created = f"2024-01-{number // 24 % 28 + 1:02}T{number % 24:02}:00:00.000+0000" if at is None else at
    change = {"field": "labels", "fieldtype": "jira", "fieldId": "labels", "from": None, "fromString": "a"}
    change |= {"to": None, "toString": f"b{number}"}
    return {"id": str(number), "created": created, "author": person(author), "items": [change | item]}


def issue_row(number: int, **fields: Any) -> dict[str, Any]:
    at = "2024-01-01T00:00:00.000+0000"
    kept = {"summary": f"Issue {number}", "project": {"id": "1", "key": "EE"}, "created": at, "updated": at}
    kept |= {"issuetype": {"name": "Story", "subtask": False, "hierarchyLevel": 0}, "reporter": person("ann")}
    kept |= {"status": {"id": "3", "name": "Doing", "statusCategory": {"key": "indeterminate"}}}
    return {"id": str(number), "key": f"EE-{number}", "fields": kept | fields}


def by_start(rows: list[Any], named: str = "values", *, has_last: bool = True) -> Callable[[dict[str, Any]], Any]:
    """The list in pages by `startAt`."""

    def answer(question: dict[str, Any]) -> Any:
        start, size = int(question.get("startAt", 0)), int(question.get("maxResults", 50))
        part = rows[start : start + size]
        body = {"startAt": start, "maxResults": size, "total": len(rows), named: part}
        return body | ({"isLast": start + len(part) >= len(rows)} if has_last else {})

    return answer


def by_token(rows: list[Any], named: str = "issues", *, size: int = 100) -> Callable[[dict[str, Any]], Any]:
    """The list in pages by `nextPageToken`, at most `size` rows each."""

    def answer(question: dict[str, Any]) -> Any:
        start = int(question.get("nextPageToken", "at 0").removeprefix("at "))
        end = start + min(int(question.get("maxResults", 50)), size)
        more = {"nextPageToken": f"at {end}"} if end < len(rows) else {}
        return {named: rows[start:end], "isLast": end >= len(rows)} | more

    return answer


def bulk_histories(entries: dict[str, list[Any]]) -> Callable[[dict[str, Any]], Any]:
    def answer(question: dict[str, Any]) -> Any:
        found = [each for each in question["issueIdsOrKeys"] if each in entries]
        return {"issueChangeLogs": [{"issueId": each, "changeHistories": entries[each]} for each in found]}

    return answer
