"""The nodes of the GraphQL answers: plain dicts; a value that is a function is called with the field's arguments."""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from pulse_assets.sandbox.answers import iso
from pulse_assets.sandbox.git_nodes import GitNodes, actor
from pulse_assets.sandbox.graphql_pages import Ordered, Refused, connection, numbered
from pulse_assets.sandbox.organization import Issue, Release
from pulse_assets.sandbox.pull_nodes import PullNodes, labels
from pulse_assets.sandbox.release_nodes import ReleaseNodes
from pulse_assets.sandbox.shapes import WEB, node_id
from pulse_assets.sandbox.view import OrganizationView, RepositoryView

Node = dict[str, Any]


class Nodes:
    """The entry points and what belongs to a repository as a whole."""

    def __init__(self, world: OrganizationView, address: str) -> None:
        self._world, self._address = world, address
        self._repositories: dict[int, Node] = {}
        self._orders: dict[tuple[Any, ...], Ordered[Any]] = {}
        self._git = GitNodes(self.repository)
        self._pulls = PullNodes(self._git, self.repository, self.owner)
        self._releases = ReleaseNodes(self._git, self.repository)

    def root(self, limit: dict[str, int | str], cost: int, node_count: int) -> Node:
        """What a query begins with."""
        reset = dt.datetime.fromtimestamp(int(limit["reset"]), dt.UTC)
        shown = {"cost": cost, "nodeCount": node_count, "resetAt": iso(reset)}
        return {
            "rateLimit": lambda **_: shown | {key: limit[key] for key in ("limit", "remaining", "used")},
            "viewer": self.owner("pulse-reader"),
            "organization": lambda login: self._account(login, "Organization"),
            "user": lambda login: self._account(login, "User"),
            "repositoryOwner": lambda login: self.owner(login) if self._exists(login) else None,
            "repository": lambda owner, name, **_: self._named(owner, name),
        }

    # ------------------------------------------------------------------ accounts
    def _exists(self, login: str) -> bool:
        return self._world.is_organization(login) or self._world.person(login) is not None

    def _account(self, login: str, kind: str) -> Node:
        is_organization = self._world.is_organization(login)
        if not self._exists(login) or is_organization != (kind == "Organization"):
            article = "an" if kind == "Organization" else "a"
            raise Refused("NOT_FOUND", f"Could not resolve to {article} {kind} with the login of '{login}'.")
        return self.owner(login)

    def owner(self, login: str) -> Node:
        person = self._world.person(login)
        is_organization = self._world.is_organization(login)
        shown = self._world.organization.login if is_organization else login
        return {
            "__typename": "Organization" if is_organization else "User",
            "id": node_id("O" if is_organization else "U", shown),
            "databaseId": self._world.organization.id if is_organization else (person.id if person else None),
            "login": shown,
            "name": person.name if person else shown,
            "resourcePath": f"/{shown}",
            "url": f"{WEB}/{shown}",
            "repositories": lambda **arguments: self._owned(shown, arguments),
            "repository": lambda name, **_: self._named(shown, name),
        }

    def _owned(self, login: str, arguments: Node) -> Node:
        keys: dict[str, Callable[[RepositoryView], str]] = {
            "CREATED_AT": lambda view: iso(view.repository.created_at),
            "UPDATED_AT": lambda view: iso(view.updated_at),
            "PUSHED_AT": lambda view: iso(view.pushed_at),
            "NAME": lambda view: view.name,
            "STARGAZERS": lambda _: "",
        }
        order = arguments.get("orderBy") or {"field": "CREATED_AT", "direction": "ASC"}
        rows = [
            view
            for view in self._world.repositories_of(login)
            if arguments.get("isFork") in {None, view.repository.is_fork}
            and arguments.get("isArchived") in {None, view.repository.is_archived}
        ]
        ordered = Ordered.by(rows, lambda view: (keys[order["field"]](view), view.repository.id))
        return connection(ordered, arguments, self.repository, descends=order["direction"] == "DESC")

    # ------------------------------------------------------------------ repositories
    def _named(self, owner: str, name: str) -> Node:
        full_name = f"{owner}/{name}"
        view = self._world.repository(full_name) or self._world.renamed_repository(full_name)
        if view is None:
            raise Refused("NOT_FOUND", f"Could not resolve to a Repository with the name '{full_name}'.")
        return self.repository(view)

    def repository(self, view: RepositoryView) -> Node:
        number = view.repository.id
        if number not in self._repositories:
            self._repositories[number] = self._make_repository(view)
        return self._repositories[number]

    def _make_repository(self, view: RepositoryView) -> Node:
        repository = view.repository
        return {
            "id": node_id("R", repository.id),
            "databaseId": repository.id,
            "name": view.name,
            "nameWithOwner": view.full_name,
            "description": repository.description,
            "url": f"{WEB}/{view.full_name}",
            "createdAt": iso(repository.created_at),
            "updatedAt": lambda: iso(view.updated_at),
            "pushedAt": lambda: iso(view.pushed_at),
            "isPrivate": repository.is_private,
            "isFork": repository.is_fork,
            "isArchived": repository.is_archived,
            "isDisabled": False,
            "isEmpty": view.head is None,
            "visibility": "PRIVATE" if repository.is_private else "PUBLIC",
            "stargazerCount": 0,
            "forkCount": 0,
            "primaryLanguage": repository.language and {"name": repository.language},
            "owner": lambda: self.owner(repository.owner),
            "defaultBranchRef": lambda: self._git.branch(view, repository.default_branch) if view.head else None,
            "ref": lambda qualifiedName: self._git.ref(view, qualifiedName),  # noqa: N803 - GitHub's name
            "refs": lambda **arguments: self._git.refs(view, arguments),
            "object": lambda **arguments: self._object(view, arguments),
            "pullRequest": lambda number: self._pull(view, number),
            "pullRequests": lambda **arguments: self._pull_page(view, arguments),
            "issue": lambda number: self._issue(view, number),
            "issues": lambda **arguments: self._issue_page(view, arguments),
            "deployments": lambda **arguments: self._deployment_page(view, arguments),
            "releases": lambda **arguments: self._release_page(view, arguments),
            "release": lambda tagName: self._release(view, [r for r in view.releases if r.tag == tagName]),  # noqa: N803
            "latestRelease": lambda: self._release(
                view, [r for r in view.releases if not r.is_draft and not r.is_prerelease][-1:]
            ),
        }

    def _object(self, view: RepositoryView, arguments: Node) -> Node | None:
        commit = view.resolve(arguments.get("oid") or arguments.get("expression") or "HEAD")
        return self._git.commit(view, commit) if commit else None

    def _ordered(self, key: tuple[Any, ...], rows: Callable[[], Sequence[Any]], sort: Callable[[Any], Any]) -> Ordered:
        if key not in self._orders:
            self._orders[key] = Ordered.by(rows(), sort)
        return self._orders[key]

    # ------------------------------------------------------------------ pull requests and issues
    def _pull(self, view: RepositoryView, number: int) -> Node:
        pull = view.pull_numbers.get(number)
        if pull is None:
            raise Refused("NOT_FOUND", f"Could not resolve to a PullRequest with the number of {number}.")
        return self._pulls.pull(view, view.state_of(pull))

    def _pull_page(self, view: RepositoryView, arguments: Node) -> Node:
        order = arguments.get("orderBy") or {"field": "CREATED_AT", "direction": "ASC"}
        wanted = {
            name: arguments[name] for name in ("states", "baseRefName", "headRefName", "labels") if arguments.get(name)
        }
        key = (view.repository.id, "pulls", order["field"], str(wanted))
        if key not in self._orders:
            numbers = view.pull_numbers
            if order["field"] == "UPDATED_AT":
                rows = [(iso(at), number) for at, number in view.pull_updates]
            else:
                rows = [(iso(pull.opened_at), pull.number) for pull in view.pull_requests]
            if wanted:
                rows = [row for row in rows if self._pulls.fits(view.state_of(numbers[row[1]]), wanted)]
            rows.sort()
            self._orders[key] = Ordered(rows, rows)
        return connection(
            self._orders[key],
            arguments,
            lambda row: self._pulls.pull(view, view.state_of(view.pull_numbers[row[1]])),
            descends=order["direction"] == "DESC",
        )

    def _issue(self, view: RepositoryView, number: int) -> Node:
        issue = view.issue_numbers.get(number)
        if issue is None:
            raise Refused("NOT_FOUND", f"Could not resolve to an Issue with the number of {number}.")
        return self._issue_node(view, issue)

    def _issue_page(self, view: RepositoryView, arguments: Node) -> Node:
        order = arguments.get("orderBy") or {"field": "CREATED_AT", "direction": "ASC"}
        filters = arguments.get("filterBy") or {}
        wanted = set(arguments.get("labels") or ()) | set(filters.get("labels") or ())
        states = set(arguments.get("states") or ()) | set(filters.get("states") or ())
        rows = [
            issue
            for issue in view.issues
            if (not states or ("OPEN" if view.closed_at_of(issue) is None else "CLOSED") in states)
            and (not wanted or wanted & set(view.labels_of(issue)))
            and iso(issue.updated_at(view.instant)) >= filters.get("since", "")
        ]
        is_by_update = order["field"] == "UPDATED_AT"
        ordered = Ordered.by(
            rows, lambda row: (iso(row.updated_at(view.instant) if is_by_update else row.opened_at), row.number)
        )
        return connection(
            ordered, arguments, lambda row: self._issue_node(view, row), descends=order["direction"] == "DESC"
        )

    def _issue_node(self, view: RepositoryView, issue: Issue) -> Node:
        closed_at = view.closed_at_of(issue)
        return {
            "id": node_id("I", issue.id),
            "databaseId": issue.id,
            "fullDatabaseId": str(issue.id),
            "number": issue.number,
            "title": issue.title,
            "body": issue.body or "",
            "url": f"{WEB}/{view.full_name}/issues/{issue.number}",
            "author": actor(issue.author),
            "authorAssociation": issue.author.association if issue.author else "NONE",
            "state": "OPEN" if closed_at is None else "CLOSED",
            "stateReason": None if closed_at is None else "COMPLETED",
            "closed": closed_at is not None,
            "closedAt": closed_at and iso(closed_at),
            "createdAt": iso(issue.opened_at),
            "updatedAt": iso(issue.updated_at(view.instant)),
            "labels": lambda **arguments: numbered(view.labels_of(issue), arguments, labels),
            "repository": lambda: self.repository(view),
        }

    # ------------------------------------------------------------------ deployments and releases
    def _deployment_page(self, view: RepositoryView, arguments: Node) -> Node:
        environments = tuple(arguments.get("environments") or ())
        ordered = self._ordered(
            (view.repository.id, "deployments", environments),
            lambda: [row for row in view.deployments if not environments or row.environment in environments],
            lambda row: (iso(row.created_at), row.id),
        )
        descends = (arguments.get("orderBy") or {}).get("direction") == "DESC"
        return connection(ordered, arguments, lambda row: self._releases.deployment(view, row), descends=descends)

    def _release_page(self, view: RepositoryView, arguments: Node) -> Node:
        order = arguments.get("orderBy") or {"field": "CREATED_AT", "direction": "DESC"}
        is_by_name = order["field"] == "NAME"
        ordered = self._ordered(
            (view.repository.id, "releases", is_by_name),
            lambda: view.releases,
            lambda row: (row.tag if is_by_name else iso(row.created_at), row.id),
        )
        descends = order["direction"] == "DESC"
        return connection(ordered, arguments, lambda row: self._releases.release(view, row), descends=descends)

    def _release(self, view: RepositoryView, found: Sequence[Release]) -> Node | None:
        return self._releases.release(view, found[0]) if found else None
