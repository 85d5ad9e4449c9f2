"""GitHub as the sync sees it: probes, pages and single records, whichever API serves them."""

import datetime as dt
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Literal, Self

from pulse_assets.errors import ContractBroken, NotFound, PermissionDenied
from pulse_assets.settings import Settings
from pulse_assets.sources.credentials import Credentials
from pulse_assets.sources.events import HttpEvent, HttpStats
from pulse_assets.sources.github import from_rest
from pulse_assets.sources.github.cursors import Cursor
from pulse_assets.sources.github.discovery import discovered
from pulse_assets.sources.github.graphql import GraphQL, GraphQLNotServed
from pulse_assets.sources.github.graphql_lists import GraphQLLists
from pulse_assets.sources.github.pages import Comparison, Count, Page, Probe, Record
from pulse_assets.sources.github.releases import Releases
from pulse_assets.sources.github.rest_lists import RestLists
from pulse_assets.sources.github.shapes import instant, promised
from pulse_assets.sources.http import HttpClient, utc_now
from pulse_assets.sources.pagination import Pages
from pulse_assets.sources.policy import HttpPolicy, Service
from pulse_assets.store.http_cache import HttpCache
from pulse_assets.store.rate_limits import RateLimitLedger

_LOG = logging.getLogger(__name__)
Order = Literal["created_asc", "updated_desc"]
SERVICE = Service("GitHub", "PULSE_GITHUB_URL", "PULSE_GITHUB_TOKEN", resources=("core", "graphql"))
#: 2026-03-10 drops `merge_commit_sha` from pull requests.
API_VERSION = "2022-11-28"
_HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": API_VERSION}
#: GitHub's answer to asking for the commits of a repository without any.
_CONFLICT = 409


class GitHub:
    """Everything that Pulse reads from GitHub. Thread-safe; close it, or use it as a context manager.

    GraphQL serves pull requests, commits and deployments where a token is set and the server has it, REST the rest.
    Records have the shapes of `records.py` either way. A repository is named `owner/name`.

    Args:
        cache: For conditional requests.
        ledger: Budgets and blocks, shared with other threads and processes.
        clock: The time now (UTC).
        sleep: Waits that many seconds, at most one; it may raise to give up.
        on_event: Told about waits and retries, from the thread that waits.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        cache: HttpCache,
        ledger: RateLimitLedger,
        clock: Callable[[], dt.datetime] = utc_now,
        sleep: Callable[[float], None] = time.sleep,
        on_event: Callable[[HttpEvent], None] | None = None,
    ) -> None:
        self._settings = settings
        self._client = HttpClient(
            settings.github_url,
            credentials=Credentials(settings.github_token, base_url=settings.github_url, setting=SERVICE.token_setting),
            policy=HttpPolicy.of(settings, SERVICE, _HEADERS),
            cache=cache,
            ledger=ledger,
            clock=clock,
            sleep=sleep,
            on_event=on_event,
            also_allowed=(settings.graphql_url,),
        )
        self._pages = Pages(self._client)
        self._rest = RestLists(self._pages, self._client.addresses)
        self._releases = Releases(self._pages, self._rest)
        graphql = GraphQL(self._client, settings.graphql_url, max_attempts=settings.http_max_attempts)
        self._graphql = GraphQLLists(graphql, self._rest)
        self._uses_graphql = settings.github_api == "graphql" or (
            settings.github_api == "auto" and bool(settings.github_token)
        )

    #: GitHub has said nothing that a person should know.
    notices: tuple[str, ...] = ()

    @property
    def stats(self) -> HttpStats:
        """What was asked and received so far."""
        return self._client.stats

    def repository(self, name: str) -> Record:
        """The repository, also under its old name: `full_name` then says the new one.

        Raises:
            NotFound: It does not exist, or the token may not see it.
        """
        with _naming(name):
            return from_rest.repository(self._client.get(f"/repos/{name}", conditional=True).item())

    def repositories(self) -> Iterator[Record]:
        """Those that the settings mean, each once.

        Raises:
            ConfigurationError: Nothing is set.
            NotFound: A name does not exist; raised after all that do exist are given, and names the setting.
        """
        return discovered(self._settings, self._pages, self.repository)

    def newest_pull_request(self, repository: str) -> Probe:
        """The pull request that changed last; free when it is the same as before."""
        params = {"state": "all", "sort": "updated", "direction": "desc"}
        return self._probe(repository, "pulls", params, ("number", "updated_at"))

    def head_commit(self, repository: str) -> Probe:
        """The head of the default branch; free when it is the same as before."""
        return self._probe(repository, "commits", {}, ("sha",))

    def newest_deployment(self, repository: str) -> Probe:
        """The deployment that was made last; free when it is the same as before."""
        return self._probe(repository, "deployments", {}, ("id", "created_at", "updated_at"))

    def newest_workflow_run(self, repository: str) -> Probe:
        """The run that was created last, of whichever workflow; free when it is the same as before."""
        with _naming(repository):
            reply = self._client.get(f"/repos/{repository}/actions/runs", {"per_page": 1}, conditional=True)
        with promised(f"The list of workflow runs of {repository}"):
            answer = reply.item()
            rows = answer["workflow_runs"]
            value = {"id": rows[0]["id"], "created_at": instant(rows[0]["created_at"])} if rows else None
            return Probe(value, reply.is_from_cache, reply.server_time, int(answer["total_count"]))

    def visible_at(self, repository: str) -> dt.datetime:
        """The server's clock (UTC) at a moment when the repository could be seen; free while it does not change.

        Raises:
            NotFound: It cannot be seen, so that nothing in it can be said to be gone.
        """
        with _naming(repository):
            return self._client.get(f"/repos/{repository}", conditional=True).server_time

    def counts(self, repository: str) -> dict[str, Count]:
        """How much exists, by stream, for those lists of which GitHub says so; one request where GraphQL is served.

        Over REST, where each list costs a request that is free while nothing changes, incidents are not counted: its
        list of issues holds pull requests too. Workflow runs are those of all workflows.
        """
        counts = self._counts_of_graphql(repository) if self._uses_graphql else None
        if counts is None:
            counts = self._counts_of_rest(repository)
        if self._settings.deployment_source == "workflow_runs":
            counts |= _counted("workflow_runs", "id", self.newest_workflow_run(repository))
        return counts

    def pull_requests(self, repository: str, *, order: Order, cursor: str | None, page_size: int | None = None) -> Page:
        """One page of pull requests with all their commits, reviews and labels.

        Args:
            repository: `owner/name`.
            order: `created_asc` stays stable while the list changes; `updated_desc` shows the newest changes first.
            cursor: `next_cursor` of the page before, None for the first.
            page_size: At most 100, over REST 10; the server may get smaller pages when it is slow.
        """
        return self._by_best(
            repository,
            cursor,
            lambda: self._graphql.pull_requests(repository, order=order, cursor=cursor, page_size=page_size),
            lambda: self._rest.pull_requests(repository, order=order, cursor=cursor, page_size=page_size),
        )

    def commits(self, repository: str, *, head_sha: str, cursor: str | None) -> Page:
        """One page of the history of a commit, newest first.

        Raises:
            NotFound: There is no such commit.
        """
        return self._by_best(
            repository,
            cursor,
            lambda: self._graphql.commits(repository, head_sha=head_sha, cursor=cursor),
            lambda: self._rest.commits(repository, head_sha=head_sha, cursor=cursor),
        )

    def commits_between(self, repository: str, base_sha: str, head_sha: str) -> Comparison:
        """What lies between two commits, whole.

        Raises:
            NotFound: One of them is gone.
        """
        return self._rest.commits_between(repository, base_sha, head_sha)

    def deployments(self, repository: str, *, cursor: str | None) -> Page:
        """One page of deployments, newest first, each with all its statuses."""
        return self._by_best(
            repository,
            cursor,
            lambda: self._graphql.deployments(repository, cursor=cursor),
            lambda: self._rest.deployments(repository, cursor=cursor),
        )

    def deployment(self, repository: str, deployment_id: int) -> Record:
        """One deployment with its statuses, as they are now."""
        return self._rest.deployment(repository, deployment_id)

    def deployment_keys(self, repository: str, *, cursor: str | None) -> Page:
        """One page of deployments, newest first, of which the records hold only the `id`."""
        return self._by_best(
            repository,
            cursor,
            lambda: self._graphql.deployment_keys(repository, cursor=cursor),
            lambda: self._rest.deployment_keys(repository, cursor=cursor),
        )

    def release(self, repository: str, release_id: int) -> Record:
        """One release as it is now."""
        return self._releases.single(repository, release_id)

    def workflow_runs(self, repository: str, *, begin: str, end: str, cursor: str | None) -> Page:
        """One page of the runs of all workflows that were created from `begin` to `end`, newest first.

        GitHub lists at most 1,000 of them; `total_count` says how many there are.
        """
        with _naming(repository):
            return self._rest.workflow_runs(repository, created=f"{begin}..{end}", cursor=cursor)

    def workflow_run(self, repository: str, run_id: int) -> Record:
        """One workflow run as it is now; free when it is as before."""
        return self._rest.workflow_run(repository, run_id)

    def releases(self, repository: str, *, page_url: str | None) -> Page:
        """One page of releases, newest first; `page_url` is `next_cursor` of the page before. Free when unchanged."""
        with _naming(repository):
            return self._releases.page(repository, cursor=page_url)

    def incidents(self, repository: str, *, cursor: str | None) -> Page:
        """One page of the issues that carry an incident label, label by label. An issue with two comes twice."""
        labels = self._settings.incident_labels
        position, _, place = (cursor or "0").partition("|")
        index = int(position) if position.isdigit() else 0
        if index >= len(labels):
            return Page([])
        with _naming(repository):
            page = self._rest.issues(repository, label=labels[index], cursor=place or None)
        if page.next_cursor is not None:
            return Page(page.records, f"{index}|{page.next_cursor}")
        return Page(page.records, f"{index + 1}|" if index + 1 < len(labels) else None)

    def issue(self, repository: str, number: int) -> Record:
        """One issue as it is now."""
        return self._rest.issue(repository, number)

    def rate_limits(self) -> dict[str, Any] | None:
        """GitHub's own report of the budgets; None where the server counts nothing (Enterprise Server)."""
        reply = self._client.get("/rate_limit", accept={404})
        return None if reply.status == 404 else reply.item()  # noqa: PLR2004

    def close(self) -> None:
        """Closes the connections of all threads."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _by_best(
        self, repository: str, cursor: str | None, graphql: Callable[[], Page], rest: Callable[[], Page]
    ) -> Page:
        """Asks the API that made the cursor, so that a walk goes on as it began; else GraphQL where it is served."""
        parsed = Cursor.parse(cursor)
        with _naming(repository):
            if self._uses_graphql and (parsed is None or parsed.api == "graphql"):
                try:
                    return graphql()
                except GraphQLNotServed:
                    if self._settings.github_api == "graphql":
                        raise
                    self._uses_graphql = False
            return rest()

    def _counts_of_graphql(self, repository: str) -> dict[str, Count] | None:
        """None where GraphQL does not count all of it: a server of another version, or a right that it asks for."""
        try:
            return self._graphql.counts(repository, labels=self._settings.incident_labels)
        except GraphQLNotServed:
            if self._settings.github_api == "graphql":
                raise
            self._uses_graphql = False
        except (ContractBroken, PermissionDenied) as error:
            _LOG.info("Counting %s over REST: %s", repository, error.message)
        return None

    def _counts_of_rest(self, repository: str) -> dict[str, Count]:
        return {
            **_counted("pull_requests", "number", self.newest_pull_request(repository)),
            **_counted("commits", "sha", self.head_commit(repository)),
            **_counted("releases", "id", self._probe(repository, "releases", {}, ("id",))),
            **_counted("deployments", "id", self.newest_deployment(repository)),
        }

    def _probe(self, repository: str, list_name: str, params: dict[str, Any], fields: tuple[str, ...]) -> Probe:
        with _naming(repository):
            reply = self._client.get(
                f"/repos/{repository}/{list_name}", {**params, "per_page": 1}, conditional=True, accept={_CONFLICT}
            )
        if reply.status == _CONFLICT:
            return Probe({"sha": None}, is_from_cache=False, server_time=reply.server_time, total_count=0)
        rows = reply.items()
        value = {name: rows[0].get(name) for name in fields} if rows else None
        return Probe(value, reply.is_from_cache, reply.server_time, reply.total_count)


def _counted(stream: str, key: str, probe: Probe) -> dict[str, Count]:
    if probe.total_count is None:
        return {}
    newest = probe.value[key] if probe.value else None
    return {stream: Count(probe.total_count, None if newest is None else str(newest))}


@contextmanager
def _naming(repository: str) -> Iterator[None]:
    """A missing repository is an error that names it and the setting that asked for it."""
    try:
        yield
    except NotFound as error:
        raise NotFound(
            f"The repository {repository}, or a part of it, was not found: {error.message}",
            hint="Check the name in PULSE_GITHUB_REPOSITORIES; a token in PULSE_GITHUB_TOKEN that may not see it "
            "is told the same.",
        ) from error
