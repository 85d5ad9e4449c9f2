"""The loop that most people write: the list, then commits and reviews of each pull request, one after the other."""

from collections.abc import Iterator
from typing import Any

import requests

from .json_lines import JsonLines, identities
from .task import Rows, Task, rows_of


def collect(task: Task) -> None:
    base = f"{task.address}/repos/{task.repository}/pulls"
    with requests.Session() as session, JsonLines(task.path) as out:
        session.headers.update({"Authorization": f"Bearer {task.token}", "Accept": "application/vnd.github+json"})
        for pull in _items(session, base, {"state": "all", "sort": "created", "direction": "asc"}):
            out.write("pull_requests", pull)
            if task.has_details:
                number = pull["number"]
                for commit in _items(session, f"{base}/{number}/commits"):
                    out.write("commits", {"number": number, **commit})
                for review in _items(session, f"{base}/{number}/reviews"):
                    out.write("reviews", {"number": number, **review})


def rows(task: Task) -> Rows:
    return rows_of(identities(task.path), has_details=task.has_details)


def _items(session: requests.Session, url: str, params: dict[str, str] | None = None) -> Iterator[dict[str, Any]]:
    query: dict[str, str] | None = {"per_page": "100", **(params or {})}
    following: str | None = url
    while following:
        answer = session.get(following, params=query, timeout=60)
        answer.raise_for_status()
        yield from answer.json()
        following, query = answer.links.get("next", {}).get("url"), None
