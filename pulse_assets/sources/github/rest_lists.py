"""The lists of one repository as REST serves them."""

from collections.abc import Callable
from typing import Any, Literal

from pulse_assets.errors import ContractBroken, NotFound, RateLimited
from pulse_assets.sources.addresses import Addresses
from pulse_assets.sources.github import from_rest
from pulse_assets.sources.github.cursors import Cursor, place_of
from pulse_assets.sources.github.pages import Comparison, Page, Record
from pulse_assets.sources.github.shapes import promised
from pulse_assets.sources.pagination import Pages
from pulse_assets.sources.reply import Reply

PER_PAGE = 100
#: A page is landed whole, and an anonymous client has 60 requests an hour: three for each of these, and one.
PULL_REQUESTS_PER_PAGE = 10
#: Each costs a request for its statuses.
DEPLOYMENTS_PER_PAGE = 25
#: Issues are switched off in this repository.
_GONE = 410
_PULLS = {
    "created_asc": {"sort": "created", "direction": "asc"},
    "updated_desc": {"sort": "updated", "direction": "desc"},
}


class RestLists:
    """Pages of canonical records.

    Cursors are next pages, kept below the base address, so that number and size of a page stay together. A page that a
    rate limit cuts short ends with what was read; its cursor is the same page and `#`, the count of its rows read.
    """

    def __init__(self, pages: Pages, addresses: Addresses) -> None:
        self._pages = pages
        self._addresses = addresses

    def pull_requests(
        self,
        repository: str,
        *,
        order: Literal["created_asc", "updated_desc"],
        cursor: str | None,
        page_size: int | None,
    ) -> Page:
        """Three requests for each pull request: the list knows neither sizes nor commits nor reviews."""
        size = min(page_size or PULL_REQUESTS_PER_PAGE, PULL_REQUESTS_PER_PAGE)
        params = {"state": "all", **_PULLS[order], "per_page": size}
        reply = self._at(cursor, f"/repos/{repository}/pulls", params)
        with promised(f"The list of pull requests of {repository}"):
            return self._detailed(reply, cursor, lambda row: self.pull_request(repository, row["number"]))

    def pull_request(self, repository: str, number: int) -> Record:
        path = f"/repos/{repository}/pulls/{number}"
        detail = self._pages.get(path).item()
        return from_rest.pull_request(detail, self._all(f"{path}/commits"), self._all(f"{path}/reviews"))

    def commits(self, repository: str, *, head_sha: str, cursor: str | None) -> Page:
        reply = self._at(cursor, f"/repos/{repository}/commits", {"sha": head_sha, "per_page": PER_PAGE})
        return self._page(reply, [from_rest.commit(row) for row in reply.items()])

    def commits_between(self, repository: str, base_sha: str, head_sha: str) -> Comparison:
        path = f"/repos/{repository}/compare/{base_sha}...{head_sha}"
        commits: list[Record] = []
        answer: dict[str, Any] = {}
        for reply in self._pages.walk(path, {"per_page": PER_PAGE}):
            answer = reply.item()
            with promised(f"The comparison of {repository}"):
                commits += [from_rest.commit(row) for row in answer["commits"]]
        with promised(f"The comparison of {repository}"):
            status, behind, total = answer["status"], answer["behind_by"], answer["total_commits"]
        if status not in {"ahead", "behind", "diverged", "identical"}:
            raise ContractBroken(f"The comparison of {repository} has the unknown status {status!r}.")
        if len(commits) != total:
            raise ContractBroken(f"The comparison of {repository} promises {total} commits and gives {len(commits)}.")
        return Comparison(status, behind, commits)

    def deployments(self, repository: str, *, cursor: str | None) -> Page:
        reply = self._at(cursor, f"/repos/{repository}/deployments", {"per_page": DEPLOYMENTS_PER_PAGE})
        with promised(f"The list of deployments of {repository}"):
            return self._detailed(
                reply, cursor, lambda row: from_rest.deployment(row, self._statuses(repository, row["id"]))
            )

    def deployment(self, repository: str, deployment_id: int) -> Record:
        row = self._pages.get(f"/repos/{repository}/deployments/{deployment_id}", conditional=True).item()
        return from_rest.deployment(row, self._statuses(repository, deployment_id))

    def issues(self, repository: str, *, label: str, cursor: str | None) -> Page:
        """The issues that carry the label, those changed last first; free where nothing changed."""
        params = {"labels": label, "state": "all", "sort": "updated", "direction": "desc", "per_page": PER_PAGE}
        reply = self._at(cursor, f"/repos/{repository}/issues", params, conditional=True, accept={_GONE})
        if reply.status == _GONE:
            return Page([])
        return self._page(reply, [from_rest.issue(row) for row in reply.items() if "pull_request" not in row])

    def issue(self, repository: str, number: int) -> Record:
        """One issue.

        Raises:
            NotFound: It was deleted, or transferred: GitHub redirects to its new place, where it has another number.
        """
        record = from_rest.issue(self._pages.get(f"/repos/{repository}/issues/{number}", conditional=True).item())
        if record["number"] != number:
            raise NotFound(f"Issue {number} of {repository} was transferred to another repository.")
        return record

    def release_rows(self, repository: str, *, cursor: str | None) -> tuple[list[dict[str, Any]], str | None]:
        """(rows as they are, the next cursor); free where nothing changed."""
        reply = self._at(cursor, f"/repos/{repository}/releases", {"per_page": PER_PAGE}, conditional=True)
        return reply.items(), self._next(reply)

    def release_row(self, repository: str, release_id: int) -> dict[str, Any]:
        return self._pages.get(f"/repos/{repository}/releases/{release_id}", conditional=True).item()

    def deployment_keys(self, repository: str, *, cursor: str | None) -> Page:
        """The ids alone, newest first."""
        reply = self._at(cursor, f"/repos/{repository}/deployments", {"per_page": PER_PAGE})
        with promised(f"The list of deployments of {repository}"):
            return self._page(reply, [{"id": row["id"]} for row in reply.items()])

    def workflow_runs(self, repository: str, *, created: str, cursor: str | None) -> Page:
        """The runs that were created within a time (`A..B`, both included); GitHub lists at most 1,000 of them."""
        reply = self._at(cursor, f"/repos/{repository}/actions/runs", {"created": created, "per_page": PER_PAGE})
        with promised(f"The list of workflow runs of {repository}"):
            answer = reply.item()
            records = [from_rest.workflow_run(row) for row in answer["workflow_runs"]]
            return Page(records, self._next(reply), int(answer["total_count"]))

    def workflow_run(self, repository: str, run_id: int) -> Record:
        return from_rest.workflow_run(
            self._pages.get(f"/repos/{repository}/actions/runs/{run_id}", conditional=True).item()
        )

    def _statuses(self, repository: str, deployment_id: int) -> list[dict[str, Any]]:
        return self._all(f"/repos/{repository}/deployments/{deployment_id}/statuses", conditional=True)

    def _all(self, path: str, *, conditional: bool = False) -> list[dict[str, Any]]:
        walk = self._pages.walk(path, {"per_page": PER_PAGE}, conditional=conditional)
        return [row for reply in walk for row in reply.items()]

    def _at(
        self,
        cursor: str | None,
        path: str,
        params: dict[str, Any],
        *,
        conditional: bool = False,
        accept: frozenset[int] | set[int] = frozenset(),
    ) -> Reply:
        place = place_of(cursor, "rest")
        if place is not None:
            return self._pages.get(place.partition("#")[0], conditional=conditional, accept=accept)
        return self._pages.get(path, params, conditional=conditional, accept=accept)

    def _detailed(self, reply: Reply, cursor: str | None, read: Callable[[dict[str, Any]], Record]) -> Page:
        """A page whose rows cost requests of their own; a rate limit ends it early, and the next page tells of it."""
        done = _rows_read(cursor)
        records: list[Record] = []
        for row in reply.items()[done:]:
            try:
                records.append(read(row))
            except RateLimited:
                if not records:
                    raise
                place = f"{self._addresses.relative(reply.url)}#{done + len(records)}"
                return Page(records, str(Cursor("rest", place)), reply.total_count)
        return self._page(reply, records)

    def _page(self, reply: Reply, records: list[Record]) -> Page:
        return Page(records, self._next(reply), reply.total_count)

    def _next(self, reply: Reply) -> str | None:
        if reply.next_url is None:
            return None
        return str(Cursor("rest", self._addresses.relative(reply.next_url)))


def _rows_read(cursor: str | None) -> int:
    """How many rows of the cursor's page are landed already."""
    count = (place_of(cursor, "rest") or "").partition("#")[2]
    return int(count) if count.isdecimal() else 0
