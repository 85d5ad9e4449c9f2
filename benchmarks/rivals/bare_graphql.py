"""The shortest GraphQL loop that gives the same rows: no retry, no limit, no checkpoint. A lower bound, not a rival."""

from collections.abc import Iterator
from typing import Any

import requests

from .json_lines import JsonLines, identities
from .task import Rows, Task, rows_of

_LIST = """
number title state isDraft author { login __typename } createdAt updatedAt closedAt mergedAt
mergeCommit { oid } baseRefName headRefName headRefOid additions deletions changedFiles
labels(first: 20) { nodes { name } }
"""
_COMMITS = """
commits(first: 100, after: $nested) {
  pageInfo { hasNextPage endCursor }
  nodes { commit { oid authoredDate committedDate author { name user { login } } } }
}
"""
_REVIEWS = """
reviews(first: 100, after: $nested, states: [APPROVED, CHANGES_REQUESTED, COMMENTED, DISMISSED]) {
  pageInfo { hasNextPage endCursor }
  nodes { databaseId state submittedAt author { login __typename } }
}
"""
_PAGE = """
query ($owner: String!, $name: String!, $cursor: String%s) {
  repository(owner: $owner, name: $name) {
    pullRequests(first: 100, after: $cursor, orderBy: {field: CREATED_AT, direction: ASC}) {
      pageInfo { hasNextPage endCursor }
      nodes { %s }
    }
  }
}
"""
_REST = """
query ($owner: String!, $name: String!, $number: Int!, $nested: String) {
  repository(owner: $owner, name: $name) { pullRequest(number: $number) { %s } }
}
"""
_NESTED = {"commits": _COMMITS, "reviews": _REVIEWS}


def collect(task: Task) -> None:
    query = _PAGE % ((", $nested: String", _LIST + _COMMITS + _REVIEWS) if task.has_details else ("", _LIST))
    with requests.Session() as session, JsonLines(task.path) as out:
        session.headers["Authorization"] = f"Bearer {task.token}"
        cursor = None
        while True:
            page = _ask(session, task, query, cursor=cursor)["pullRequests"]
            for node in page["nodes"]:
                _write(out, node, session, task)
            if not page["pageInfo"]["hasNextPage"]:
                return
            cursor = page["pageInfo"]["endCursor"]


def rows(task: Task) -> Rows:
    return rows_of(identities(task.path), has_details=task.has_details)


def _ask(session: requests.Session, task: Task, query: str, **variables: Any) -> dict[str, Any]:
    owner, name = task.repository.split("/")
    body = {"query": query, "variables": {"owner": owner, "name": name, **variables}}
    answer = session.post(f"{task.address}/graphql", json=body, timeout=120)
    answer.raise_for_status()
    payload = answer.json()
    if payload.get("errors"):
        raise RuntimeError(payload["errors"][0]["message"])
    return payload["data"]["repository"]


def _write(out: JsonLines, node: dict[str, Any], session: requests.Session, task: Task) -> None:
    number = node["number"]
    nested = {name: node.pop(name) for name in _NESTED if name in node}
    out.write("pull_requests", {**node, "merged_at": node["mergedAt"]})
    for name, connection in nested.items():
        for item in _whole(session, task, number, name, connection):
            found = item["commit"] if name == "commits" else item
            key = {"sha": found["oid"]} if name == "commits" else {"id": found["databaseId"]}
            out.write(name, {"number": number, **key, **found})


def _whole(
    session: requests.Session, task: Task, number: int, name: str, connection: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    """A few pull requests have more than a hundred commits or reviews."""
    yield from connection["nodes"]
    while connection["pageInfo"]["hasNextPage"]:
        after = connection["pageInfo"]["endCursor"]
        answer = _ask(session, task, _REST % _NESTED[name], number=number, nested=after)
        connection = answer["pullRequest"][name]
        yield from connection["nodes"]
