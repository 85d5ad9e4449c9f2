"""A repository in memory that answers as the GitHub client does, changes at any moment and can fail at any request.

Its pages are cut by offset, as REST's are, so that a list that moves between two requests moves under the reader.
"""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from typing import Any, cast

from pulse_assets.errors import NotFound, SourceUnavailable
from pulse_assets.sources.github.client import GitHub
from pulse_assets.sources.github.pages import Comparison, Count, Page, Probe
from pulse_assets.sync.github.collection import text
from pulse_assets.sync.github.commits import reachable

EPOCH = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
Payload = dict[str, Any]


class FakeGitHub:
    """`clock` is the server's time in seconds since EPOCH; each request moves it by `request_seconds`."""

    def __init__(self, *, page_size: int = 2) -> None:
        self.page_size = page_size
        self.clock = 0
        self.request_seconds = 0
        self.pulls: dict[int, Payload] = {}
        self.parents: dict[str, list[str]] = {}
        self.head: str | None = None
        self.pushed_at = text(EPOCH)
        self.deployed: dict[int, Payload] = {}
        self.released: dict[int, Payload] = {}
        self.issues: dict[int, Payload] = {}
        self.runs: dict[int, Payload] = {}
        self.counts_runs = False
        self.runs_listed_at_most = 1000
        self.is_hidden = False
        self.broken: set[str] = set()
        self._made: Counter[str] = Counter()
        self.requests: list[str] = []
        self.fails_at: int | None = None

    def as_client(self) -> GitHub:
        return cast("GitHub", self)

    @property
    def now(self) -> str:
        return text(EPOCH + dt.timedelta(seconds=self.clock))

    # The world changes.

    def open_pull(self) -> int:
        number = len(self.pulls) + 1
        self.pulls[number] = {"number": number, "title": "new", "created_at": self.now, "updated_at": self.now}
        return number

    def change_pull(self, number: int, title: str) -> None:
        self.pulls[number] |= {"title": title, "updated_at": self.now}

    def push(self, sha: str, *, onto: str | None = None) -> None:
        self.pushed_at = self.now
        self.parents[sha] = [parent for parent in [onto if onto is not None else self.head] if parent]
        self.head = sha

    def deploy(self, environment: str = "production", *states: str) -> int:
        deployment_id = 100 + self._serial("deployment")
        self.deployed[deployment_id] = {
            "id": deployment_id,
            "environment": environment,
            "created_at": self.now,
            "updated_at": self.now,
            "statuses": [],
        }
        for state in states:
            self.add_status(deployment_id, state)
        return deployment_id

    def add_status(self, deployment_id: int, state: str, *, is_inactivating: bool = True) -> None:
        deployment = self.deployed[deployment_id]
        was_live = [
            d
            for d in self.deployed.values()
            if d["environment"] == deployment["environment"]
            and d is not deployment
            and d["statuses"]
            and d["statuses"][-1]["state"] == "success"
        ]
        self._write(deployment, state)
        if state == "success" and is_inactivating:
            for former in was_live:
                self._write(former, "inactive")

    def _write(self, deployment: Payload, state: str) -> None:
        deployment["statuses"] = [*deployment["statuses"], {"state": state, "created_at": self.now}]
        deployment["updated_at"] = self.now

    def make_release(self) -> None:
        release_id = 200 + self._serial("release")
        self.released[release_id] = {"id": release_id, "created_at": self.now}

    def report_incident(self) -> int:
        number = 300 + self._serial("issue")
        self.issues[number] = {"number": number, "labels": ["incident"], "state": "open", "updated_at": self.now}
        return number

    def change_issue(self, number: int, **changes: Any) -> None:
        self.issues[number] |= {**changes, "updated_at": self.now}

    def start_run(self, name: str = "Deploy to production", status: str = "completed") -> int:
        run_id = 1000 + self._serial("run")
        self.runs[run_id] = {
            "id": run_id,
            "name": name,
            "status": status,
            "conclusion": "success" if status == "completed" else None,
            "run_attempt": 1,
            "created_at": self.now,
            "run_started_at": self.now,
            "updated_at": self.now,
        }
        return run_id

    def change_run(self, run_id: int, **changes: Any) -> None:
        self.runs[run_id] |= {**changes, "updated_at": self.now}

    def rerun(self, run_id: int, conclusion: str = "success") -> None:
        attempt = self.runs[run_id]["run_attempt"] + 1
        self.change_run(run_id, run_attempt=attempt, run_started_at=self.now, conclusion=conclusion)

    def _serial(self, kind: str) -> int:
        """Counts from 0; a number is never given twice, whatever is deleted."""
        self._made[kind] += 1
        return self._made[kind] - 1

    # The client's side.

    def _ask(self, request: str) -> dt.datetime:
        self.requests.append(request)
        self.clock += self.request_seconds
        if self.fails_at is not None and len(self.requests) >= self.fails_at:
            raise SourceUnavailable("The answer was cut.")
        return EPOCH + dt.timedelta(seconds=self.clock)

    def _page(self, records: Sequence[Payload], cursor: str | None) -> Page:
        begin = int(cursor or 0)
        end = begin + self.page_size
        following = str(end) if end < len(records) else None
        return Page([dict(r) for r in records[begin:end]], following, len(records))

    def repository(self, name: str) -> Payload:
        self._ask("repository")
        times = {"created_at": text(EPOCH), "updated_at": text(EPOCH), "pushed_at": self.pushed_at}
        return {"id": 1, "full_name": name, **times}

    def visible_at(self, name: str) -> dt.datetime:
        at = self._ask("visible")
        if self.is_hidden:
            raise NotFound(f"{name} was not found.")
        return at

    def counts(self, _repository: str) -> dict[str, Count]:
        self._ask("counts")
        labelled = {number: issue for number, issue in self.issues.items() if "incident" in issue["labels"]}
        lists: dict[str, dict[int, Payload]] = {
            "pull_requests": self.pulls,
            "releases": self.released,
            "deployments": self.deployed,
            "incidents": labelled,
        }
        if self.counts_runs:
            lists["workflow_runs"] = self.runs
        counts = {name: Count(len(rows), str(max(rows)) if rows else None) for name, rows in lists.items()}
        return counts | ({"commits": Count(len(self._history(self.head)), self.head)} if self.head else {})

    def newest_pull_request(self, _repository: str) -> Probe:
        at = self._ask("probe pulls")
        newest = max(self.pulls.values(), key=lambda p: (p["updated_at"], p["number"]), default=None)
        return Probe(newest, is_from_cache=False, server_time=at, total_count=len(self.pulls))

    def pull_requests(self, _repository: str, *, order: str, cursor: str | None, page_size: int | None = None) -> Page:
        self._ask(f"pulls {order}")
        assert page_size is None or page_size > 0
        if order == "created_asc":
            return self._page(sorted(self.pulls.values(), key=lambda p: (p["created_at"], p["number"])), cursor)
        newest_first = sorted(self.pulls.values(), key=lambda p: (p["updated_at"], p["number"]), reverse=True)
        return self._page(newest_first, cursor)

    def head_commit(self, _repository: str) -> Probe:
        return Probe({"sha": self.head}, is_from_cache=False, server_time=self._ask("probe head"))

    def _commit(self, sha: str) -> Payload:
        return {"sha": sha, "parents": self.parents[sha]}

    def _history(self, head: str) -> set[str]:
        history = reachable(head, self.parents)
        if history is None:
            raise NotFound(f"Commit {head} does not exist.")
        return history

    def commits(self, _repository: str, *, head_sha: str, cursor: str | None) -> Page:
        self._ask("commits")
        return self._page([self._commit(sha) for sha in sorted(self._history(head_sha))], cursor)

    def commits_between(self, _repository: str, base_sha: str, head_sha: str) -> Comparison:
        self._ask("compare")
        base, head = self._history(base_sha), self._history(head_sha)
        behind = len(base - head)
        status = "diverged" if behind and head - base else "behind" if behind else "ahead"
        return Comparison(status, behind, [self._commit(sha) for sha in sorted(head - base)])

    def newest_deployment(self, _repository: str) -> Probe:
        at = self._ask("probe deployments")
        return Probe(self.deployed[max(self.deployed)] if self.deployed else None, is_from_cache=False, server_time=at)

    def deployments(self, _repository: str, *, cursor: str | None) -> Page:
        self._ask("deployments")
        return self._page([self.deployed[key] for key in sorted(self.deployed, reverse=True)], cursor)

    def deployment_keys(self, _repository: str, *, cursor: str | None) -> Page:
        self._ask("deployment keys")
        return self._page([{"id": key} for key in sorted(self.deployed, reverse=True)], cursor)

    def deployment(self, _repository: str, deployment_id: int) -> Payload:
        return self._single("deployment", self.deployed, deployment_id)

    def release(self, _repository: str, release_id: int) -> Payload:
        return self._single("release", self.released, release_id)

    def _single(self, kind: str, rows: dict[int, Payload], key: int) -> Payload:
        self._ask(kind)
        if f"{kind} {key}" in self.broken:
            raise SourceUnavailable(f"The server answered 500 to {kind} {key}.")
        if key not in rows or self.is_hidden:
            raise NotFound(f"The {kind} {key} does not exist.")
        return dict(rows[key])

    def newest_workflow_run(self, _repository: str) -> Probe:
        at = self._ask("probe runs")
        newest = self.runs[max(self.runs)] if self.runs else None
        value = newest and {"id": newest["id"], "created_at": newest["created_at"]}
        return Probe(value, is_from_cache=False, server_time=at, total_count=len(self.runs))

    def workflow_runs(self, _repository: str, *, begin: str, end: str, cursor: str | None) -> Page:
        self._ask("runs")
        found = [
            self.runs[key] for key in sorted(self.runs, reverse=True) if begin <= self.runs[key]["created_at"] <= end
        ]
        page = self._page(found[: self.runs_listed_at_most], cursor)
        return Page(page.records, page.next_cursor, len(found))

    def workflow_run(self, _repository: str, run_id: int) -> Payload:
        return self._single("run", self.runs, run_id)

    def releases(self, _repository: str, *, page_url: str | None) -> Page:
        self._ask("releases")
        return self._page([self.released[key] for key in sorted(self.released, reverse=True)], page_url)

    def incidents(self, _repository: str, *, cursor: str | None) -> Page:
        self._ask("incidents")
        listed = [issue for issue in self.issues.values() if "incident" in issue["labels"]]
        return self._page(sorted(listed, key=lambda i: (i["updated_at"], i["number"]), reverse=True), cursor)

    def issue(self, _repository: str, number: int) -> Payload:
        return self._single("issue", self.issues, number)
