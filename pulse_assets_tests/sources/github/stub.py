"""A small GraphQL and REST server that a test fills with pull requests, for what the recorded data do not hold."""

from typing import Any

from pulse_assets_tests.sources.doubles import Asked, Says


def connection(nodes: list[Any], first: int, after: str | None) -> dict[str, Any]:
    """The page of `nodes` after position `after`, as GraphQL gives it."""
    start = int(after or 0)
    part = nodes[start : start + first]
    end = start + len(part)
    info = {"hasNextPage": end < len(nodes), "endCursor": str(end) if part else None}
    return {"totalCount": len(nodes), "pageInfo": info, "nodes": part}


def commit_node(number: int) -> dict[str, Any]:
    at = f"2024-01-01T{number // 60 % 24:02}:{number % 60:02}:00Z"
    author = {"name": "Ann", "user": {"login": "ann"}}
    dates = {"authoredDate": at, "committedDate": at}
    return {"commit": {"oid": f"{number:040x}", "message": f"Change {number}", "author": author} | dates}


def review_node(number: int) -> dict[str, Any]:
    author = {"__typename": "Bot", "login": "checker"} if number % 2 else None
    at = f"2024-01-02T{number // 60 % 24:02}:{number % 60:02}:00Z"
    return {"databaseId": number, "state": "COMMENTED", "submittedAt": at, "author": author}


def pull_node(number: int, *, commits: int = 1, reviews: int = 0, labels: int = 0) -> dict[str, Any]:
    at = f"2024-01-01T00:{number % 60:02}:00Z"
    return {
        "number": number,
        "title": f"Change {number}",
        "body": f"Fixes #{number}",
        "state": "MERGED",
        "isDraft": False,
        "author": {"__typename": "Bot", "login": "dependabot"},
        "authorAssociation": "NONE",
        "createdAt": at,
        "updatedAt": at,
        "closedAt": at,
        "mergedAt": at,
        "mergeCommit": {"oid": "f" * 40},
        "baseRefName": "main",
        "headRefName": "topic",
        "headRefOid": "e" * 40,
        "isCrossRepository": True,
        "additions": 1,
        "deletions": 2,
        "changedFiles": 3,
        "url": f"https://example.test/{number}",
        "labels": [{"name": f"label {each:03}"} for each in range(labels)],
        "commits": [commit_node(each) for each in range(commits)],
        "reviews": [review_node(each) for each in range(reviews)],
    }


class GraphQLStub:
    """Answers the queries of pull requests over the given nodes.

    Args:
        heaviest: More pull requests than that at once are answered by 502.
    """

    def __init__(self, nodes: list[dict[str, Any]], *, heaviest: int = 100) -> None:
        self.nodes = nodes
        self.heaviest = heaviest
        self.sizes: list[int] = []

    def __call__(self, asked: Asked) -> Says:
        variables = asked.body["variables"]
        first, after = variables["first"], variables["after"]
        if "number" not in variables:
            self.sizes.append(first)
            if first > self.heaviest:
                return Says(raw=b"<html>502</html>", status=502)
            page = connection(self.nodes, first, after)
            page["nodes"] = [self._shown(node) for node in page["nodes"]]
            return Says({"data": {"repository": {"pullRequests": page}}})
        node = next(node for node in self.nodes if node["number"] == variables["number"])
        name = next(
            name for name in ("commits", "reviews", "labels") if f"Request{name.title()}(" in asked.body["query"]
        )
        nested = {name: connection(node[name], first, after)}
        return Says({"data": {"repository": {"pullRequest": nested}}})

    @staticmethod
    def _shown(node: dict[str, Any]) -> dict[str, Any]:
        sizes = {"commits": 100, "reviews": 100, "labels": 20}
        return node | {name: connection(node[name], size, None) for name, size in sizes.items()}
