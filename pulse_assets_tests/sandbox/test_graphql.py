from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLInterfaceType, GraphQLObjectType, build_schema, parse, validate

from pulse_assets.sandbox.graphql import schema
from pulse_assets.sandbox.organization import Organization
from pulse_assets.sandbox.server import serving
from pulse_assets_tests.sandbox.conftest import Client
from pulse_assets_tests.sandbox.worlds import deployment, issue, mainline, world

PULL_REQUESTS = """
query ($name: String!, $first: Int!, $after: String, $before: String, $last: Int, $order: IssueOrder) {
  rateLimit { cost limit remaining used nodeCount resetAt }
  repository(owner: "acme", name: $name) {
    nameWithOwner
    pullRequests(first: $first, after: $after, before: $before, last: $last, orderBy: $order) {
      totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      nodes { ...change }
    }
  }
}
fragment change on PullRequest {
  number title body state isDraft authorAssociation createdAt updatedAt closedAt mergedAt
  baseRefName headRefName headRefOid
  author { __typename login ... on User { databaseId } ... on Bot { databaseId } }
  mergeCommit { oid } headRepository { nameWithOwner } additions deletions changedFiles url
  labels(first: 20) { nodes { name } }
  commits(first: 100) {
    totalCount
    pageInfo { hasNextPage endCursor }
    nodes { commit { oid authoredDate committedDate author { name user { login } } } }
  }
  reviews(first: 100) {
    totalCount
    pageInfo { hasNextPage endCursor }
    nodes { databaseId state submittedAt author { __typename login } }
  }
}
"""
OTHERS = """
query {
  viewer { login }
  organization(login: "acme") {
    repositories(first: 50, isFork: false, isArchived: false, orderBy: {field: NAME, direction: ASC}) {
      nodes { databaseId nameWithOwner isFork isArchived isPrivate isEmpty createdAt updatedAt pushedAt url
        owner { login } defaultBranchRef { name } }
    }
  }
  repositoryOwner(login: "nobody") { login }
  repository(owner: "acme", name: "website") {
    name
    defaultBranchRef { name target { oid ... on Commit { history(first: 3) {
      totalCount pageInfo { endCursor hasNextPage }
      nodes { oid messageHeadline authoredDate committedDate parents(first: 5) { totalCount nodes { oid } } } } } } }
    object(expression: "main") { oid }
    tagged: ref(qualifiedName: "refs/tags/nothing") { name }
    refs(refPrefix: "refs/heads/", first: 2) { totalCount nodes { name prefix target { oid } } }
    deployments(first: 5, orderBy: {field: CREATED_AT, direction: DESC}) {
      totalCount
      nodes { databaseId environment commitOid commit { oid } ref { name } task createdAt updatedAt state
        creator { login __typename } latestStatus { state } statuses(first: 20) { nodes { state createdAt } } }
    }
    releases(first: 5, orderBy: {field: CREATED_AT, direction: DESC}) {
      nodes { databaseId tagName tagCommit { oid } name isDraft isPrerelease createdAt publishedAt url } }
    issues(first: 5, labels: ["incident"], orderBy: {field: UPDATED_AT, direction: DESC}) {
      nodes { databaseId number title body state author { login } labels(first: 10) { nodes { name } }
        createdAt closedAt url } }
  }
}
"""


@pytest.fixture
def ask(address: str, client: Client) -> Any:
    def asked(query: str, **variables: Any) -> dict[str, Any]:
        answer = client.post(f"{address}/graphql", json={"query": query, "variables": variables})
        assert answer.status_code == 200
        return answer.json()

    return asked


def test_pages_together_hold_every_pull_request_once(ask: Any, organization: Organization) -> None:
    view = organization.at().repository("acme/api")
    assert view is not None
    for field, key in (("CREATED_AT", "createdAt"), ("UPDATED_AT", "updatedAt")):
        for direction in ("ASC", "DESC"):
            rows: list[dict[str, Any]] = []
            totals, after, is_more = set(), None, True
            while is_more:
                order = {"field": field, "direction": direction}
                answer = ask(PULL_REQUESTS, name="api", first=9, after=after, order=order)
                page = answer["data"]["repository"]["pullRequests"]
                rows += page["nodes"]
                after, is_more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
                totals.add(page["totalCount"])
            assert totals == {len(rows)} == {len(view.pull_requests)}
            assert {row["number"] for row in rows} == set(view.pull_numbers)
            times = [row[key] for row in rows]
            assert times == sorted(times, reverse=direction == "DESC")


def test_pages_can_be_walked_backwards(ask: Any) -> None:
    query = """query ($before: String) { repository(owner: "acme", name: "web") {
      pullRequests(last: 10, before: $before) {
        pageInfo { hasPreviousPage startCursor } nodes { number } } } }"""
    numbers, before, is_more = [], None, True
    while is_more:
        page = ask(query, before=before)["data"]["repository"]["pullRequests"]
        numbers = [row["number"] for row in page["nodes"]] + numbers
        before, is_more = page["pageInfo"]["startCursor"], page["pageInfo"]["hasPreviousPage"]
    assert numbers == sorted(numbers)
    forward = ask(PULL_REQUESTS, name="web", first=100)["data"]["repository"]["pullRequests"]["nodes"]
    assert numbers == [row["number"] for row in forward]


def test_a_pull_request_is_the_same_over_rest(address: str, client: Client, ask: Any) -> None:
    nodes = ask(PULL_REQUESTS, name="api", first=100)["data"]["repository"]["pullRequests"]["nodes"]
    for node in nodes:
        rest = client.get(f"{address}/repos/acme/api/pulls/{node['number']}").json()
        assert rest["title"] == node["title"]
        assert (rest["body"] or "") == node["body"]
        assert rest["updated_at"] == node["updatedAt"]
        assert rest["merged_at"] == node["mergedAt"]
        assert rest["head"]["sha"] == node["headRefOid"]
        assert rest["commits"] == node["commits"]["totalCount"]
        assert [label["name"] for label in rest["labels"]] == [label["name"] for label in node["labels"]["nodes"]]
        assert (rest["head"]["repo"] or {}).get("full_name") == (node["headRepository"] or {}).get("nameWithOwner")
        if node["mergeCommit"]:
            assert rest["merge_commit_sha"] == node["mergeCommit"]["oid"]
        author = node["author"] or {"login": "ghost", "__typename": "User"}
        suffix = "[bot]" if author["__typename"] == "Bot" else ""
        assert rest["user"]["login"] == author["login"] + suffix


def test_nested_pages_go_on(ask: Any) -> None:
    query = """query ($number: Int!, $after: String) { repository(owner: "acme", name: "api") {
      pullRequest(number: $number) {
        commits(first: 100, after: $after) { nodes { commit { oid } } pageInfo { hasNextPage endCursor } } } } }"""
    nodes = ask(PULL_REQUESTS, name="api", first=100)["data"]["repository"]["pullRequests"]["nodes"]
    (long,) = [node for node in nodes if node["commits"]["pageInfo"]["hasNextPage"]]
    after = long["commits"]["pageInfo"]["endCursor"]
    rest = ask(query, number=long["number"], after=after)["data"]["repository"]["pullRequest"]["commits"]
    shas = [row["commit"]["oid"] for row in (*long["commits"]["nodes"], *rest["nodes"])]
    assert len(set(shas)) == long["commits"]["totalCount"] == 130
    assert not rest["pageInfo"]["hasNextPage"]


def test_the_price_is_githubs(ask: Any) -> None:
    limit = ask(PULL_REQUESTS, name="api", first=100)["data"]["rateLimit"]
    assert (limit["cost"], limit["nodeCount"]) == (3, 100 + 100 * (20 + 100 + 100))
    assert limit["remaining"] == limit["limit"] - limit["used"]


def test_other_entry_points_answer(ask: Any) -> None:
    answer = ask(OTHERS)
    assert "errors" not in answer
    data = answer["data"]
    names = [row["nameWithOwner"] for row in data["organization"]["repositories"]["nodes"]]
    assert names == ["acme/api", "acme/docs", "acme/handbook", "acme/scratch", "acme/web", "acme/worker"]
    assert data["repositoryOwner"] is None
    repository = data["repository"]
    assert repository["name"] == "web"
    assert repository["object"]["oid"] == repository["defaultBranchRef"]["target"]["oid"]
    newest = repository["deployments"]["nodes"][0]
    assert newest["creator"] == {"login": "github-actions", "__typename": "Bot"}


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ('{repository(owner: "acme", name: "nothing") {name}}', "NOT_FOUND"),
        ('{repository(owner: "acme", name: "api") {pullRequests {nodes {number}}}}', "MISSING_PAGINATION_BOUNDARIES"),
        (
            '{repository(owner: "acme", name: "api") {pullRequests(first: 101) {nodes {number}}}}',
            "EXCESSIVE_PAGINATION",
        ),
        (
            '{repository(owner: "acme", name: "api") {pullRequests(first: 1, after: "?") {nodes {number}}}}',
            "INVALID_CURSOR_ARGUMENTS",
        ),
        ('{repository(owner: "acme", name: "api") {pullRequest(number: 999999) {number}}}', "NOT_FOUND"),
        ('{user(login: "acme") {login}}', "NOT_FOUND"),
        (
            """{organization(login: "acme") {repositories(first: 100) {nodes {pullRequests(first: 100) {nodes {
                commits(first: 100) {nodes {url}}}}}}}}""",
            "MAX_NODE_LIMIT_EXCEEDED",
        ),
    ],
)
def test_errors_have_githubs_type(ask: Any, query: str, kind: str) -> None:
    assert [error["type"] for error in ask(query)["errors"]] == [kind]


def test_an_unknown_field_and_a_broken_query_are_errors(ask: Any) -> None:
    (unknown,) = ask("{viewer {shoeSize}}")["errors"]
    assert unknown["message"] == "Field 'shoeSize' doesn't exist on type 'User'"
    assert ask("{viewer {")["errors"]
    assert ask("mutation {nothing}")["errors"]


@pytest.fixture
def poor(organization: Organization) -> Iterator[str]:
    with serving(organization, budget=4) as address:
        yield address


def test_a_spent_limit_is_an_error_with_status_200(poor: str, client: Client) -> None:
    body = {"query": PULL_REQUESTS, "variables": {"name": "api", "first": 100}}
    first, second = (client.post(f"{poor}/graphql", json=body) for _ in range(2))
    assert "errors" not in first.json()
    assert (second.status_code, second.json()["errors"][0]["type"]) == (200, "RATE_LIMITED")
    assert second.headers["x-ratelimit-resource"] == "graphql"
    assert client.post(f"{poor}/graphql", data=b"no JSON").status_code == 400


COUNTS = """
query ($name: String!) { repository(owner: "acme", name: $name) {
  pullRequests { totalCount } releases { totalCount } deployments { totalCount } issues { totalCount }
  incidents: issues(filterBy: {labels: ["incident"]}) { totalCount }
} }
"""


@pytest.mark.parametrize("name", ["api", "web", "worker", "docs", "scratch"])
def test_one_query_counts_all_that_is_there(ask: Any, organization: Organization, name: str) -> None:
    view = organization.at().repository(f"acme/{name}")
    assert view is not None
    counted = {key: value["totalCount"] for key, value in ask(COUNTS, name=name)["data"]["repository"].items()}
    assert counted == {
        "pullRequests": len(view.pull_requests),
        "releases": len(view.releases),
        "deployments": len(view.deployments),
        "issues": len(view.issues),
        "incidents": sum("incident" in view.labels_of(issue) for issue in view.issues),
    }


def test_what_is_deleted_is_counted_no_more(client: Client) -> None:
    issues = (issue(1, "2024-05-01"), issue(2, "2024-05-02", deleted="2024-05-03"))
    rows = tuple(
        deployment(n, "m0", ("success", "2024-05-01"), deleted=gone) for n, gone in ((1, "2024-05-04"), (2, None))
    )
    line = mainline(("m0", "2024-04-30"))
    with serving(world("2024-05-02", landings=line, issues=issues, deployments=rows)) as address:
        counts = []
        for instant in ("2024-05-02", "2024-05-03", "2024-05-04"):
            client.post(f"{address}/_clock", json={"at": f"{instant}T00:00:00Z"})
            found = client.post(f"{address}/graphql", json={"query": COUNTS, "variables": {"name": "api"}}).json()
            shown = found["data"]["repository"]
            counts.append(tuple(shown[key]["totalCount"] for key in ("issues", "incidents", "deployments")))
        query = '{repository(owner: "acme", name: "api") {issue(number: 2) {number}}}'
        (error,) = client.post(f"{address}/graphql", json={"query": query}).json()["errors"]
    assert counts == [(2, 2, 2), (1, 1, 2), (1, 1, 1)]
    assert error["type"] == "NOT_FOUND"


def signature(field: Any) -> dict[str, str]:
    """Types of the field and of its arguments, by name."""
    return {"": str(field.type)} | {name: str(argument.type) for name, argument in field.args.items()}


def test_the_schema_is_a_part_of_githubs(github_schema: Path) -> None:
    whole = build_schema(github_schema.read_text(encoding="utf-8"), assume_valid=True, assume_valid_sdl=True)
    for query in (PULL_REQUESTS, OTHERS, COUNTS):
        assert validate(whole, parse(query)) == []
    missing = []
    for name, part in schema().type_map.items():
        if name.startswith("__") or name in {"String", "Int", "Boolean", "ID"}:
            continue
        theirs: Any = whole.type_map.get(name)
        if theirs is None:
            missing.append(name)
        elif isinstance(part, GraphQLObjectType | GraphQLInterfaceType):
            for field_name, field in part.fields.items():
                found = theirs.fields.get(field_name)
                if found is None or signature(field).items() - signature(found).items():
                    missing.append(f"{name}.{field_name}")
        elif hasattr(part, "values"):
            missing += [f"{name}.{value}" for value in set(part.values) - set(theirs.values)]  # pyright: ignore[reportAttributeAccessIssue]
        elif hasattr(part, "fields"):
            missing += [f"{name}.{key}" for key in set(part.fields) - set(theirs.fields)]  # pyright: ignore[reportAttributeAccessIssue]
    assert missing == []
