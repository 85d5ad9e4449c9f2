"""The lists that GraphQL serves with fewer requests than REST: pull requests, commits, deployments."""

from collections.abc import Sequence
from typing import Any, Literal

from pulse_assets.errors import NotFound
from pulse_assets.sources.github import from_graphql
from pulse_assets.sources.github.cursors import Cursor, place_of
from pulse_assets.sources.github.graphql import LARGEST_PAGE, GraphQL
from pulse_assets.sources.github.pages import Count, Page, Record
from pulse_assets.sources.github.rest_lists import RestLists
from pulse_assets.sources.github.shapes import promised

Order = Literal["created_asc", "updated_desc"]
_ORDERS = {
    "created_asc": {"field": "CREATED_AT", "direction": "ASC"},
    "updated_desc": {"field": "UPDATED_AT", "direction": "DESC"},
}


class GraphQLLists:
    """Pages of canonical records.

    Args:
        rest: For what a connection holds beyond its first page, where GraphQL has no direct way to it.
    """

    def __init__(self, graphql: GraphQL, rest: RestLists) -> None:
        self._graphql = graphql
        self._rest = rest

    def pull_requests(self, repository: str, *, order: Order, cursor: str | None, page_size: int | None) -> Page:
        """A hundred pull requests with their commits, reviews and labels cost one request and three points."""
        where = _named(repository)
        limit = min(page_size or LARGEST_PAGE, LARGEST_PAGE)
        connection = self._graphql.connection(
            "pull_requests",
            "repository.pullRequests",
            where | {"order": _ORDERS[order]},
            after=place_of(cursor, "graphql"),
            limit=limit,
        )
        return _page(connection, [self._pull_request(node, where) for node in connection["nodes"]])

    def commits(self, repository: str, *, head_sha: str, cursor: str | None) -> Page:
        connection = self._graphql.connection(
            "commits",
            "repository.object.history",
            _named(repository) | {"sha": head_sha},
            after=place_of(cursor, "graphql"),
        )
        return _page(connection, [from_graphql.commit(node) for node in connection["nodes"]])

    def deployments(self, repository: str, *, cursor: str | None) -> Page:
        connection = self._graphql.connection(
            "deployments", "repository.deployments", _named(repository), after=place_of(cursor, "graphql")
        )
        return _page(connection, [self._deployment(repository, node) for node in connection["nodes"]])

    def deployment_keys(self, repository: str, *, cursor: str | None) -> Page:
        """The ids alone, newest first."""
        connection = self._graphql.connection(
            "deployment_keys", "repository.deployments", _named(repository), after=place_of(cursor, "graphql")
        )
        with promised(f"GraphQL's list of deployments of {repository}"):
            return _page(connection, [{"id": node["databaseId"]} for node in connection["nodes"]])

    def counts(self, repository: str, *, labels: Sequence[str]) -> dict[str, Count]:
        """By stream; incidents are the issues with any of the labels."""
        data = self._graphql.single("counts", _named(repository) | {"labels": list(labels)})
        if data.get("repository") is None:
            raise NotFound(f"GitHub's GraphQL has no repository {repository}.")
        with promised(f"GraphQL's counts of {repository}"):
            found = data["repository"]
            counts = {
                "pull_requests": _count(found["pullRequests"], "number"),
                "releases": _count(found["releases"], "databaseId"),
                "deployments": _count(found["deployments"], "databaseId"),
            }
            if labels:
                counts["incidents"] = _count(found["issues"], "number")
            head = (found["defaultBranchRef"] or {}).get("target")
            if head:
                counts["commits"] = Count(head["history"]["totalCount"], head["oid"])
            return counts

    def _pull_request(self, node: dict[str, Any], where: dict[str, Any]) -> Record:
        def whole(name: str) -> list[dict[str, Any]]:
            query, path = f"pull_request_{name}", f"repository.pullRequest.{name}"
            return list(self._graphql.rest_of(node[name], query, path, where | {"number": node["number"]}))

        with promised("A pull request of GraphQL"):
            commits, reviews, labels = whole("commits"), whole("reviews"), whole("labels")
        return from_graphql.pull_request(node, commits=commits, reviews=reviews, labels=labels)

    def _deployment(self, repository: str, node: dict[str, Any]) -> Record:
        with promised("A deployment of GraphQL"):
            statuses = node["statuses"]
            if statuses["pageInfo"]["hasNextPage"]:
                return self._rest.deployment(repository, node["databaseId"])
            return from_graphql.deployment(node, statuses["nodes"])


def _named(repository: str) -> dict[str, Any]:
    owner, _, name = repository.partition("/")
    return {"owner": owner, "name": name}


def _count(connection: dict[str, Any], key: str) -> Count:
    nodes = connection["nodes"]
    return Count(connection["totalCount"], str(nodes[0][key]) if nodes else None)


def _page(connection: dict[str, Any], records: list[Record]) -> Page:
    info = connection["pageInfo"]
    following = str(Cursor("graphql", info["endCursor"])) if info["hasNextPage"] else None
    return Page(records, following, connection.get("totalCount"))
