"""What belongs to the whole site: its projects, fields, statuses, workflows and users."""

from collections.abc import Iterator

from pulse_assets.errors import ConfigurationError, NotFound
from pulse_assets.sources.jira import from_rest, shapes
from pulse_assets.sources.jira.pages import Page
from pulse_assets.sources.jira.paging import Pager, RawPage, Row
from pulse_assets.sources.jira.records import Field, Project, Status, User, Workflow
from pulse_assets.sources.jira.rest import UNKNOWN_OR_GONE, EndpointGone, Rest, Way
from pulse_assets.sources.reply import Reply

_PROJECTS_PER_PAGE, _STATUSES_PER_PAGE, _WORKFLOWS_PER_PAGE, _USERS_PER_PAGE = 100, 200, 50, 1000
_UNAUTHORIZED, _FORBIDDEN = 401, 403
#: Lists of the administration answer 401 or 403 to an account without that right.
_CLOSED = UNKNOWN_OR_GONE | {_UNAUTHORIZED, _FORBIDDEN}
_STATUS_SEARCH, _WORKFLOW_SEARCH = "/rest/api/3/statuses/search", "/rest/api/3/workflows/search"
_PROJECT_SEARCH, _SERVER_USERS = "/rest/api/3/project/search", "/rest/api/2/user/search"


class Site:
    """The lists of one Jira; `is_cloud` says which of two endpoints is asked first."""

    def __init__(self, rest: Rest, pager: Pager, *, is_cloud: bool, base_url: str) -> None:
        self._rest = rest
        self._pager = pager
        self._is_cloud = is_cloud
        self._base_url = base_url
        self._api = f"/rest/api/{3 if is_cloud else 2}"

    def myself(self) -> str:
        """The account of the credential; empty where Jira names nobody.

        Raises:
            ConfigurationError: There is no Jira at the address.
        """
        try:
            answer = self._rest.get(f"{self._api}/myself", gone=UNKNOWN_OR_GONE).item()
        except EndpointGone as gone:
            raise ConfigurationError(
                f"No Jira answers at {self._base_url}: {gone.message}",
                hint="Check PULSE_JIRA_URL (with its path, if it has one) and PULSE_JIRA_FLAVOR.",
            ) from gone
        return shapes.person_id(answer) or ""

    def server_time(self) -> str:
        answer = self._rest.get(f"{self._api}/serverInfo").item()
        with from_rest.promised("The server's information"):
            return str(answer["serverTime"])

    def project(self, key: str) -> Project:
        """One project, also under an old key.

        Raises:
            NotFound: It does not exist, or the account may not see it.
            ConfigurationError: There is no Jira at the address.
        """
        try:
            row = self._rest.get(f"{self._api}/project/{key}").item()
        except NotFound as error:
            self.myself()  # an address without a Jira, and a refused credential, have errors of their own
            raise NotFound(
                f"The project {key} was not found: {error.message}",
                hint="Check the key in PULSE_JIRA_PROJECTS; an account that may not see it is told the same.",
            ) from error
        return from_rest.project(row, base_url=self._base_url)

    def projects(self) -> Iterator[Project]:
        """All that the account sees, without the archived ones."""
        listing = "/rest/api/2/project"
        ways = [
            Way(_PROJECT_SEARCH, lambda: self._listed(_PROJECT_SEARCH, _PROJECTS_PER_PAGE)),
            Way(listing, lambda: self._rest.get(listing, gone=UNKNOWN_OR_GONE).items()),
        ]
        for row in self._rest.first_of("projects", ways if self._is_cloud else ways[::-1]):
            project = from_rest.project(row, base_url=self._base_url)
            if not project["is_archived"]:
                yield project

    def fields(self) -> list[Field]:
        return [from_rest.field(row) for row in self._rest.get(f"{self._api}/field").items()]

    def statuses(self) -> list[Status]:
        """All of them where the account may administer, else those of active workflows."""
        listing = f"{self._api}/status"
        ways = [
            Way(_STATUS_SEARCH, lambda: self._listed(_STATUS_SEARCH, _STATUSES_PER_PAGE, _CLOSED)),
            Way(listing, lambda: self._rest.get(listing, gone=UNKNOWN_OR_GONE).items()),
        ]
        rows = self._rest.first_of("statuses", ways if self._is_cloud else ways[::-1])
        return [from_rest.status(row) for row in rows]

    def workflows(self) -> list[Workflow]:
        """None where the account may not see them, and on Data Center, which does not tell their statuses."""
        if not self._is_cloud:
            self._rest.notice("Data Center does not tell the statuses of its workflows; no workflow is collected.")
            return []
        references: dict[str, str] = {}

        def ask(start: int) -> Reply:
            params = {"startAt": start, "maxResults": _WORKFLOWS_PER_PAGE, "expand": "values.transitions"}
            reply = self._rest.get(_WORKFLOW_SEARCH, params, gone=_CLOSED)
            for each in reply.item().get("statuses") or ():
                references[str(each.get("statusReference"))] = str(each.get("id"))
            return reply

        try:
            pages = list(self._pager.walk_by_start(ask, named="values", walk=_WORKFLOW_SEARCH))
        except EndpointGone as gone:
            if gone.status == _UNAUTHORIZED:
                self.myself()
            self._rest.notice(f"Jira answers {gone.status} to {gone.endpoint}; no workflow is collected.")
            return []
        return [from_rest.workflow(row, references) for page in pages for row in page.rows]

    def users(self) -> Iterator[Page[User]]:
        """Page by page. A page may be short, since Jira hides persons; only an empty one is the end."""
        named: dict[str, object] = {"username": ".", "includeInactive": "true"}
        places: list[tuple[str, dict[str, object]]] = [(_SERVER_USERS, named), (f"{self._api}/users/search", {})]
        places = places[1:] if self._is_cloud else places
        start: int | None = 0
        while start is not None:
            try:
                page = self._users(places, start)
            except EndpointGone as gone:
                self._rest.notice(f"Jira answers {gone.status} to {gone.endpoint}; only persons of issues are known.")
                return
            found = {user["account_id"]: user for user in map(shapes.user, page.rows) if user is not None}
            if page.rows:
                yield Page(list(found.values()))
            start = page.next_start

    def _users(self, places: list[tuple[str, dict[str, object]]], start: int) -> RawPage:
        def ask(path: str, more: dict[str, object], start: int) -> Reply:
            params = {**more, "startAt": start, "maxResults": _USERS_PER_PAGE}
            return self._rest.get(path, params, gone=UNKNOWN_OR_GONE | {_FORBIDDEN})

        def page(path: str, more: dict[str, object]) -> RawPage:
            return self._pager.by_start(
                lambda at: ask(path, more, at), named=None, walk=path, start=start, identity=shapes.person_id
            )

        return self._rest.first_of(
            "users", [Way(path, lambda path=path, more=more: page(path, more)) for path, more in places]
        )

    def _listed(self, path: str, size: int, gone: frozenset[int] = UNKNOWN_OR_GONE) -> list[Row]:
        walk = self._pager.walk_by_start(
            lambda start: self._rest.get(path, {"startAt": start, "maxResults": size}, gone=gone),
            named="values",
            walk=path,
        )
        return [row for page in walk for row in page.rows]
