"""A Jira in memory that answers as the client does, changes at any moment and can fail at any request.

Its pages are cut by offset, so that a list that moves between two requests moves under the reader.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from typing import Any, cast

from pulse_assets.errors import NotFound, SourceUnavailable
from pulse_assets.sources.jira.client import Jira
from pulse_assets.sources.jira.pages import CursorExpired, Page
from pulse_assets.sync.jira.collection import instant, millis, text

EPOCH = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
ZONE = dt.timezone(dt.timedelta(hours=8))
Payload = dict[str, Any]
_CLAUSE = re.compile(r'(project) = "(\w+)"|(created|updated) (>=|<) (\d+)')
STATUSES = {"1": ("To Do", "new"), "3": ("In Progress", "indeterminate"), "5": ("Done", "done")}
_CATEGORIES = {"new": "todo", "indeterminate": "in_progress", "done": "done"}


class FakeJira:
    """`clock` is the server's time in milliseconds since EPOCH; each request moves it by `request_millis`."""

    def __init__(self, *, page_size: int = 2) -> None:
        self.page_size = page_size
        self.clock = 0
        self.request_millis = 0
        self.project_ids = {"EE": "10003", "WEB_2": "10007"}
        self.archived: set[str] = set()
        self.old_keys: dict[str, str] = {}
        self.store: dict[str, Payload] = {}
        self.edits: dict[str, int] = {}
        self.people = {"a1": "Ada", "b2": "Bo"}
        self.board_list: dict[int, Payload] = {}
        self.sprint_list: dict[int, Payload] = {}
        self.status_list = {
            key: {"id": key, "name": name, "category": _CATEGORIES[category], "project_id": None}
            for key, (name, category) in STATUSES.items()
        }
        self.points = ["customfield_1"]
        self.hidden_boards: set[int] = set()
        self.is_hidden = False
        self.expires = False
        self.miscount = 0
        self.requests: list[str] = []
        self.read_in_full: list[str] = []
        self.fails_at: int | None = None
        self.before: dict[str, list[Callable[[], object]]] = {}
        self._made = 0

    def as_client(self) -> Jira:
        return cast("Jira", self)

    @property
    def at(self) -> dt.datetime:
        return EPOCH + dt.timedelta(milliseconds=self.clock)

    @property
    def stamp(self) -> str:
        """As Jira writes a time."""
        return self.at.astimezone(ZONE).strftime("%Y-%m-%dT%H:%M:%S.") + f"{self.clock % 1000:03d}+0800"

    # The world changes.

    def make(self, project: str = "EE", **fields: Any) -> str:
        """A new issue; gives its id."""
        self._made += 1
        key = str(20000 + self._made)
        self.store[key] = {
            "id": key,
            "key": f"{project}-{self._made}",
            "project_id": self.project_ids[project],
            "project_key": project,
            "summary": "new",
            "status_id": "1",
            "created": self.stamp,
            "updated": self.stamp,
            "creator": "a1",
            "estimates": dict.fromkeys(self.points),
            "histories": [],
            **fields,
        }
        return key

    def edit(self, issue_id: str, *, status: str | None = None, author: str = "b2", **fields: Any) -> None:
        issue = self.store[issue_id]
        item = {"field": "summary", "field_id": "summary", "from_id": None, "to_id": None}
        if status is not None:
            item = {"field": "status", "field_id": "status", "from_id": issue["status_id"], "to_id": status}
            fields["status_id"] = status
        self._made += 1
        history = {"id": str(self._made), "created": self.stamp, "author": author, "items": [item]}
        issue |= {**fields, "updated": self.stamp, "histories": [*issue["histories"], history]}

    def move(self, key: str, project: str) -> None:
        number = self.store[key]["key"].rpartition("-")[2]
        where = {"key": f"{project}-{number}", "project_id": self.project_ids[project], "project_key": project}
        self.edit(key, **where)

    def delete(self, key: str) -> None:
        del self.store[key]

    def rename_project(self, old: str, new: str) -> None:
        """Jira changes the keys of all issues, and none of their times."""
        self.project_ids[new] = self.project_ids.pop(old)
        self.old_keys[old] = new
        for issue in self.store.values():
            if issue["project_key"] == old:
                issue |= {"project_key": new, "key": issue["key"].replace(old, new)}

    def add_board(self, board_id: int = 8, kind: str = "scrum", project: str = "EE", points: str | None = None) -> None:
        self.board_list[board_id] = {
            "id": board_id,
            "name": f"Board {board_id}",
            "board_type": kind,
            "project_key": project,
            "estimation_field": points,
            "columns": [],
        }

    def add_sprint(self, sprint_id: int, board_id: int = 8, *, shown_by: Sequence[int] = (), **fields: Any) -> None:
        self.sprint_list[sprint_id] = {
            "id": sprint_id,
            "origin_board_id": board_id,
            "name": f"Sprint {sprint_id}",
            "goal": None,
            "state": "active",
            "started_at": self.stamp,
            "ended_at": None,
            "completed_at": None,
            "shown_by": {board_id, *shown_by},
            **fields,
        }

    # The client's side.

    def _ask(self, request: str) -> None:
        self.requests.append(request)
        for act in self.before.pop(request, []):
            act()
        self.clock += self.request_millis
        if self.fails_at is not None and len(self.requests) >= self.fails_at:
            raise SourceUnavailable("The answer was cut.")

    def now(self) -> dt.datetime:
        return self.at.replace(microsecond=0)

    def verify(self) -> str:
        return "me"

    def project(self, key: str) -> Payload:
        self._ask("project")
        key = self.old_keys.get(key, key)
        if key not in self.project_ids or self.is_hidden:
            raise NotFound(f"There is no project {key}.", hint="Check PULSE_JIRA_PROJECTS.")
        return self._project(key)

    def projects(self) -> Iterator[Payload]:
        self._ask("projects")
        yield from map(self._project, self.project_ids)

    def _project(self, key: str) -> Payload:
        return {"id": self.project_ids[key], "key": key, "name": key, "is_archived": key in self.archived}

    def fields(self) -> list[Payload]:
        self._ask("fields")
        return [{"id": name, "name": name} for name in ("summary", *self.points)]

    def statuses(self) -> list[Payload]:
        self._ask("statuses")
        return [dict(status) for status in self.status_list.values()]

    def workflows(self) -> list[Payload]:
        self._ask("workflows")
        return []

    def users(self) -> Iterator[Page[Any]]:
        self._ask("users")
        everyone = [self._user(key) for key in self.people]
        for begin in range(0, len(everyone), self.page_size):
            yield Page(everyone[begin : begin + self.page_size])

    def _user(self, key: str) -> Payload:
        return {"account_id": key, "display_name": self.people[key], "account_type": "atlassian", "is_active": True}

    def boards(self, project_key: str) -> list[Payload]:
        self._ask("boards")
        return [dict(board) for board in self.board_list.values() if board["project_key"] == project_key]

    def sprints(self, board: Payload, *, cursor: str | None = None) -> Page[Any]:
        self._ask("sprints")
        shown = [s for s in self.sprint_list.values() if board["id"] in s["shown_by"]]
        plain = [{n: v for n, v in s.items() if n != "shown_by"} | {"board_id": board["id"]} for s in shown]
        return self._page(plain, cursor)

    def board_issue_ids(self, board_id: int) -> list[str]:
        self._ask(f"board {board_id}")
        if board_id in self.hidden_boards:
            raise NotFound(f"There is no board {board_id}.")
        project = self.board_list[board_id]["project_key"]
        return [key for key, issue in self.store.items() if issue["project_key"] == project]

    def estimate_fields(self, boards: Sequence[Payload]) -> list[str]:
        named = [board["estimation_field"] for board in boards if board["estimation_field"]]
        return list(dict.fromkeys([*named, *self.points]))

    def count(self, jql: str) -> int:
        self._ask("count")
        return len(self._found(jql)) + self.miscount

    def stubs(self, jql: str, *, cursor: str | None = None) -> Page[Any]:
        self._ask("stubs")
        stubs = [self._stub(issue) for issue in self._found(jql)]
        return self._page(stubs, cursor)

    def issues(
        self, jql: str, *, estimate_fields: Sequence[str], cursor: str | None = None, page_size: int | None = None
    ) -> Page[Any]:
        assert page_size is None or page_size > 0
        self._ask("issues")
        return self._whole(self._page(self._found(jql), cursor), estimate_fields)

    def issues_by_id(self, ids: Sequence[str], *, estimate_fields: Sequence[str]) -> Page[Any]:
        assert 0 < len(ids) <= 100
        self._ask("issues by id")
        return self._whole(Page([self.store[key] for key in ids if key in self.store]), estimate_fields)

    def issue_stub(self, issue_id: str) -> Payload | None:
        self._ask("stub")
        return self._stub(self.store[issue_id]) if issue_id in self.store and not self.is_hidden else None

    @staticmethod
    def _stub(issue: Payload) -> Payload:
        return {name: issue[name] for name in ("id", "key", "project_key", "updated")}

    def _whole(self, page: Page[Any], estimate_fields: Sequence[str]) -> Page[Any]:
        """The fields first, the histories by a later request, as Cloud gives them."""
        fields: list[Payload] = [deepcopy(issue) for issue in page.records]
        self._ask("histories")
        for issue in fields:
            now: Payload = self.store.get(issue["id"], issue)
            issue["histories"] = deepcopy(now["histories"])
            issue["estimates"] = {name: issue["estimates"].get(name) for name in estimate_fields}
        self.read_in_full += [issue["id"] for issue in fields]
        persons = {issue["creator"] for issue in fields} | {h["author"] for i in fields for h in i["histories"]}
        return Page(fields, page.next_cursor, page.total, tuple(cast("Any", self._user(p)) for p in sorted(persons)))

    def _found(self, jql: str) -> list[Payload]:
        condition, _, order = jql.partition(" ORDER BY ")
        assert order in {"", "created ASC, key ASC"}
        found = list(self.store.values()) if not self.is_hidden else []
        for clause in condition.split(" AND "):
            match = _CLAUSE.fullmatch(clause)
            assert match, clause
            if match[1]:
                found = [issue for issue in found if issue["project_key"] == match[2]]
            else:
                field, is_begin, edge = match[3], match[4] == ">=", int(match[5])
                found = [i for i in found if (_millis(i[field]) >= edge) is is_begin]
        return sorted(found, key=lambda i: (_millis(i["created"]), i["project_key"], int(i["key"].rpartition("-")[2])))

    def _page(self, records: Sequence[Any], cursor: str | None) -> Page[Any]:
        if cursor is not None and self.expires:
            self.expires = False
            raise CursorExpired("The token is too old.")
        begin = int(cursor or 0)
        end = begin + self.page_size
        return Page(list(records[begin:end]), str(end) if end < len(records) else None)


def _millis(stamp: str) -> int:
    at = instant(stamp)
    assert at is not None, stamp
    return millis(at)


def iso(clock: int) -> str:
    """The fake's time as the sync writes it."""
    return text(EPOCH + dt.timedelta(milliseconds=clock))
