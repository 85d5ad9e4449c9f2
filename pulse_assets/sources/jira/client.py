"""Jira as the sync sees it, Cloud and Data Center alike."""

import datetime as dt
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from types import TracebackType
from typing import Generic, Self, TypeVar

from pulse_assets.errors import AuthenticationFailed
from pulse_assets.settings import Settings
from pulse_assets.sources.credentials import Credentials
from pulse_assets.sources.events import HttpEvent, HttpStats
from pulse_assets.sources.http import HttpClient, utc_now
from pulse_assets.sources.jira import from_rest, issue_fields, shapes
from pulse_assets.sources.jira.agile import Agile
from pulse_assets.sources.jira.cloud_issues import SEARCH as CLOUD_SEARCH
from pulse_assets.sources.jira.cloud_issues import CloudIssues
from pulse_assets.sources.jira.histories import Histories
from pulse_assets.sources.jira.issue_fields import IssueFields
from pulse_assets.sources.jira.pages import IssueStub, Page
from pulse_assets.sources.jira.paging import Pager
from pulse_assets.sources.jira.records import Board, Field, Issue, Project, Sprint, Status, User, Workflow
from pulse_assets.sources.jira.rest import Rest, Way
from pulse_assets.sources.jira.server_issues import SEARCH as SERVER_SEARCH
from pulse_assets.sources.jira.server_issues import ServerIssues
from pulse_assets.sources.jira.signin import refusal_in
from pulse_assets.sources.jira.site import Site
from pulse_assets.sources.policy import HttpPolicy, Service
from pulse_assets.store.http_cache import HttpCache
from pulse_assets.store.rate_limits import RateLimitLedger

T = TypeVar("T")
_NOT_FOUND = 404


class Jira:
    """Everything that Pulse reads from Jira. Thread-safe; close it, or use it as a context manager.

    Records have the shapes of `records.py`, whichever flavor answers. An endpoint that is gone is replaced by its
    successor, and a notice says so.

    Args:
        cache: For conditional requests.
        ledger: Budgets and blocks, shared with other threads and processes.
        clock: The time now (UTC).
        sleep: Waits that many seconds, at most one; it may raise to give up.
        on_event: Told about waits and retries, from the thread that waits.

    Raises:
        ConfigurationError: Jira's address, token or account is not set.
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
        base_url = settings.require_jira()
        is_basic = settings.jira_auth == "basic" or (settings.jira_auth == "auto" and bool(settings.jira_email))
        service = Service(
            "Jira",
            "PULSE_JIRA_URL",
            "PULSE_JIRA_TOKEN",
            account_setting="PULSE_JIRA_EMAIL" if is_basic else None,
            takes_several_tokens=False,
        )
        tokens = [] if settings.jira_token is None else [settings.jira_token]
        self._settings = settings
        self._client = HttpClient(
            base_url,
            credentials=Credentials(
                tokens,
                base_url=base_url,
                setting=service.token_setting,
                user=settings.jira_email if is_basic else None,
            ),
            policy=HttpPolicy.of(settings, service, {"Accept": "application/json"}, refusal_in=refusal_in),
            cache=cache,
            ledger=ledger,
            clock=clock,
            sleep=sleep,
            on_event=on_event,
        )
        is_cloud = settings.jira_flavor == "cloud"
        pager = Pager()
        self._rest = Rest(self._client, clock)
        self._site = Site(self._rest, pager, is_cloud=is_cloud, base_url=base_url)
        self._agile = Agile(self._rest, pager, is_cloud=is_cloud)
        histories = Histories(self._rest, pager)
        cloud = CloudIssues(self._rest, pager, histories, base_url=base_url)
        server = ServerIssues(self._rest, pager, histories, base_url=base_url)
        self._searches: list[tuple[str, CloudIssues | ServerIssues]] = [(CLOUD_SEARCH, cloud)]
        if not is_cloud:
            self._searches.insert(0, (SERVER_SEARCH, server))
        self._api = f"/rest/api/{3 if is_cloud else 2}"
        self._fields = _Once(self._site.fields)
        self._statuses = _Once(self._site.statuses)
        self._workflows = _Once(self._site.workflows)
        self._account = _Once(self._verified)

    @property
    def stats(self) -> HttpStats:
        """What was asked and received so far."""
        return self._client.stats

    @property
    def notices(self) -> tuple[str, ...]:
        """What a person should know although nothing failed: endpoints that are gone, lists that are closed."""
        return self._rest.notices

    def verify(self) -> str:
        """The id of the account that Jira takes the credential for; asked once.

        Raises:
            AuthenticationFailed: It is refused, or answered as a stranger's.
            ConfigurationError: No Jira answers at the address.
        """
        return self._account()[0]

    def _verified(self) -> list[str]:
        account = self._site.myself()
        if not account:
            raise AuthenticationFailed(
                "Jira answers as to a stranger: it names no account.",
                hint="Check PULSE_JIRA_EMAIL and PULSE_JIRA_TOKEN.",
            )
        return [account]

    def now(self) -> dt.datetime:
        """The server's clock (UTC), from the newest answer; it is not later than the real one."""
        known = self._rest.server_now()
        if known is None:
            text = self._site.server_time()
            with from_rest.promised("The server's time"):
                known = self._rest.server_now() or shapes.moment(text)
                if known is None:
                    raise ValueError(text)
        return known

    def project(self, key: str) -> Project:
        """One project, also under an old key: `key` then says the new one.

        Raises:
            NotFound: It does not exist, or the account may not see it.
        """
        return self._site.project(key)

    def projects(self) -> Iterator[Project]:
        """All that the account sees, without the archived ones."""
        return self._site.projects()

    def fields(self) -> list[Field]:
        """Asked once, and kept."""
        return self._fields()

    def statuses(self) -> list[Status]:
        """Asked once, and kept."""
        return self._statuses()

    def workflows(self) -> list[Workflow]:
        """Asked once, and kept; none where the flavor or the rights do not give them (a notice says so)."""
        return self._workflows()

    def users(self) -> Iterator[Page[User]]:
        """All persons, page by page; none where the account may not list them (a notice says so)."""
        return self._site.users()

    def boards(self, project_key: str) -> list[Board]:
        """Those that show the project, also boards of other projects; none where Jira Software is not installed."""
        return self._agile.boards(project_key)

    def sprints(self, board: Board, *, cursor: str | None = None) -> Page[Sprint]:
        """One page; none where the board does not support sprints."""
        return self._agile.sprints(board, cursor=cursor)

    def board_issue_ids(self, board_id: int) -> list[str]:
        """The issues that the board shows, in its order.

        Raises:
            NotFound: The board is gone, or hidden.
        """
        return self._agile.board_issue_ids(board_id)

    def count(self, jql: str) -> int:
        """How many issues there are; on Cloud approximately."""
        return self._by_search(lambda issues: issues.count(jql))

    def stubs(self, jql: str, *, cursor: str | None = None) -> Page[IssueStub]:
        """One page of the issues' keys and times.

        Raises:
            CursorExpired: The walk must begin again.
        """
        return self._by_search(lambda issues: issues.stubs(jql, cursor=cursor))

    def issues(
        self,
        jql: str,
        *,
        estimate_fields: Sequence[str],
        cursor: str | None = None,
        page_size: int | None = None,
    ) -> Page[Issue]:
        """One page of issues with their whole histories.

        Args:
            jql: Bounded by a restriction.
            estimate_fields: Ids of the fields that are kept as estimates.
            cursor: `next_cursor` of the page before, None for the first.
            page_size: At most 100.

        Raises:
            CursorExpired: The walk must begin again.
        """
        asked = self._asked(estimate_fields)
        return self._by_search(
            lambda issues: issues.issues(jql, asked=asked, cursor=cursor, page_size=page_size),
        )

    def issues_by_id(self, ids: Iterable[str], *, estimate_fields: Sequence[str]) -> Page[Issue]:
        """The whole issues as one page; those that are gone or hidden are absent."""
        asked, wanted = self._asked(estimate_fields), list(dict.fromkeys(ids))
        return self._by_search(lambda issues: issues.issues_by_id(wanted, asked=asked))

    def issue_stub(self, issue_id: str) -> IssueStub | None:
        """One issue, wherever it is now; None where it is gone or hidden."""
        path = f"{self._api}/issue/{issue_id}"
        reply = self._rest.get(path, {"fields": "project,updated"}, accept={_NOT_FOUND})
        return None if reply.status == _NOT_FOUND else from_rest.stub(reply.item())

    def sprint_field(self) -> str | None:
        """The id of the field that holds an issue's sprints; None without Jira Software."""
        return issue_fields.sprint_field(self.fields())

    def estimate_fields(self, boards: Iterable[Board]) -> list[str]:
        """Ids of all fields that may hold estimates: those of the boards, of the setting, and by schema and name.

        Raises:
            ConfigurationError: The site does not have the field of the setting.
        """
        return issue_fields.estimate_fields(self.fields(), boards, self._settings.jira_story_points_field)

    def close(self) -> None:
        """Closes the connections of all threads."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _asked(self, estimate_fields: Sequence[str]) -> IssueFields:
        return IssueFields.of(self.fields(), estimate_fields)

    def _by_search(self, ask: "Callable[[CloudIssues | ServerIssues], T]") -> T:
        """By the search of the flavor; by Cloud's where Data Center's is gone."""
        return self._rest.first_of(
            "search", [Way(endpoint, lambda issues=issues: ask(issues)) for endpoint, issues in self._searches]
        )


class _Once(Generic[T]):
    """A list that is asked for once, by whichever thread comes first."""

    def __init__(self, ask: Callable[[], list[T]]) -> None:
        self._ask = ask
        self._lock = threading.Lock()
        self._found: list[T] | None = None

    def __call__(self) -> list[T]:
        with self._lock:
            if self._found is None:
                self._found = self._ask()
            return list(self._found)
