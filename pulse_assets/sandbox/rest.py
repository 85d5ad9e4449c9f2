"""GitHub's REST endpoints over a view of the world."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from pulse_assets.sandbox.answers import DEFAULT_PAGE, Answer, Problem, Question, instant_of, page
from pulse_assets.sandbox.organization import Commit, Deployment, Issue, PullRequest
from pulse_assets.sandbox.pull_shapes import PullShapes
from pulse_assets.sandbox.rest_runs import workflow_run, workflow_runs
from pulse_assets.sandbox.shapes import WEB, Shapes
from pulse_assets.sandbox.view import OrganizationView, PullRequestState, RepositoryView

#: GitHub lists no more commits of a pull request than this.
COMMITS_OF_A_PULL_REQUEST = 250
_WITHOUT_MERGE_COMMIT_SHA = "2026-03-10"


@dataclass
class Rest:
    """The handlers; each takes a question, those of a repository its view too."""

    world: OrganizationView
    shapes: Shapes
    viewer: dict[str, Any]
    pull_shapes: PullShapes = field(init=False)
    _filtered: dict[tuple[str, ...], list[PullRequestState]] = field(default_factory=dict)
    _issues: dict[tuple[str, ...], list[Issue | PullRequest]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.pull_shapes = PullShapes(self.shapes)

    # ------------------------------------------------------------------ accounts and repositories
    def user(self, _: Question) -> Answer:
        return Answer(self.viewer)

    def account(self, question: Question) -> Answer:
        login = str(question.parameters["login"])
        person = self.world.person(login)
        if self.world.is_organization(login):
            url = f"{self.shapes.address}/orgs/{self.world.organization.login}"
            shown = self.shapes.owner(self.world.organization.login)
            return Answer(
                shown | {"url": url, "repos_url": f"{url}/repos", "public_repos": len(self.world.repositories)}
            )
        if person is None or question.path.startswith("/orgs/"):
            raise Problem(404, "Not Found")
        return Answer(self.shapes.user(person))

    def repositories(self, question: Question) -> Answer:
        login = str(question.parameters["login"])
        is_organization = self.world.is_organization(login)
        if not is_organization and (question.path.startswith("/orgs/") or self.world.person(login) is None):
            raise Problem(404, "Not Found")
        sorts: dict[str, Callable[[RepositoryView], Any]] = {
            "created": lambda view: view.repository.created_at,
            "updated": lambda view: view.updated_at,
            "pushed": lambda view: view.pushed_at,
            "full_name": lambda view: view.full_name,
        }
        sort = question.query.get("sort", "created" if question.path.startswith("/orgs/") else "full_name")
        descends = question.query.get("direction", "asc" if sort == "full_name" else "desc") == "desc"
        views = self.world.repositories_of(login)
        views.sort(key=lambda view: (sorts.get(sort, sorts["created"])(view), view.repository.id), reverse=descends)
        return page(question, views, self.shapes.repository)

    def repository(self, _: Question, view: RepositoryView) -> Answer:
        return Answer(self.shapes.repository(view))

    # ------------------------------------------------------------------ pull requests
    def pulls(self, question: Question, view: RepositoryView) -> Answer:
        """`sort` and `direction` as GitHub reads them: newest first by creation, else ascending."""
        query = question.query
        state, sort = query.get("state", "open"), query.get("sort", "created")
        descends = query.get("direction", "desc" if sort == "created" else "asc") == "desc"
        numbers: Sequence[PullRequest | tuple[dt.datetime, int]]
        numbers = view.pull_updates if sort == "updated" else view.pull_requests
        own = self.pull_shapes.own_repository(view)

        def state_of(row: PullRequest | tuple[dt.datetime, int]) -> PullRequestState:
            return view.state_of(view.pull_numbers[row[1]] if isinstance(row, tuple) else row)

        def render(row: PullRequest | tuple[dt.datetime, int] | PullRequestState) -> dict[str, Any]:
            shown = row if isinstance(row, PullRequestState) else state_of(row)
            return self._of_version(question, self.pull_shapes.listed(view, shown, own))

        if state == "all" and not {"base", "head"} & set(query):
            return page(question, numbers, render, is_reversed=descends)
        key = (view.full_name, sort, state, query.get("base", ""), query.get("head", ""))
        if key not in self._filtered:
            states = map(state_of, numbers)
            self._filtered[key] = [row for row in states if self._fits(view, row, state, query)]
        return page(question, self._filtered[key], render, is_reversed=descends)

    @staticmethod
    def _fits(view: RepositoryView, row: PullRequestState, state: str, query: Any) -> bool:
        is_open = row.closed_at is None
        label = f"{view.repository.owner}:{row.pull.head_branch}"
        return (
            (state == "all" or is_open == (state == "open"))
            and query.get("base", row.pull.base_branch) == row.pull.base_branch
            and query.get("head", label) == label
        )

    @staticmethod
    def _of_version(question: Question, body: dict[str, Any]) -> dict[str, Any]:
        if question.version >= _WITHOUT_MERGE_COMMIT_SHA:
            del body["merge_commit_sha"], body["assignee"]
        return body

    def _pull(self, question: Question, view: RepositoryView) -> PullRequestState:
        pull = view.pull_numbers.get(int(question.parameters["number"]))
        if pull is None:
            raise Problem(404, "Not Found")
        return view.state_of(pull)

    def pull(self, question: Question, view: RepositoryView) -> Answer:
        return Answer(self._of_version(question, self.pull_shapes.detailed(view, self._pull(question, view))))

    def pull_commits(self, question: Question, view: RepositoryView) -> Answer:
        commits = self._pull(question, view).push.commits
        return page(question, commits, lambda row: self.shapes.commit(view, row), cap=COMMITS_OF_A_PULL_REQUEST)

    def pull_reviews(self, question: Question, view: RepositoryView) -> Answer:
        state = self._pull(question, view)
        return page(question, state.reviews, lambda row: self.shapes.review(view, state, row))

    # ------------------------------------------------------------------ issues
    def issues(self, question: Question, view: RepositoryView) -> Answer:
        """Pull requests are issues too."""
        query = question.query
        key = (view.full_name, *(query.get(name, "") for name in ("state", "sort", "labels", "since", "direction")))
        if key not in self._issues:
            self._issues[key] = self._fitting_issues(view, query)
        return page(question, self._issues[key], lambda row: self._issue(view, row))

    @staticmethod
    def _fitting_issues(view: RepositoryView, query: Mapping[str, str]) -> list[Issue | PullRequest]:
        state, sort = query.get("state", "open"), query.get("sort", "created")
        wanted = {name.lower() for name in query.get("labels", "").split(",") if name}
        since = instant_of(query["since"]) if "since" in query else None
        rows: list[tuple[dt.datetime, int, Issue | PullRequest]] = []
        for issue in (*view.issues, *view.pull_requests):
            is_open = issue.closed_at is None or issue.closed_at > view.instant
            updated_at = issue.updated_at(view.instant)
            fits = state in {"all", "open" if is_open else "closed"} and (since is None or updated_at >= since)
            if fits and wanted <= {label.lower() for label in view.labels_of(issue)}:
                rows.append((updated_at if sort == "updated" else issue.opened_at, issue.number, issue))
        rows.sort(key=lambda row: row[:2], reverse=query.get("direction", "desc") != "asc")
        return [issue for _, _, issue in rows]

    def _issue(self, view: RepositoryView, issue: Issue | PullRequest) -> dict[str, Any]:
        if isinstance(issue, Issue):
            return self.shapes.issue(view, issue)
        return self.shapes.pull_as_issue(view, view.state_of(issue))

    def issue(self, question: Question, view: RepositoryView) -> Answer:
        number = int(question.parameters["number"])
        found = view.pull_numbers.get(number) or view.issue_numbers.get(number)
        if number in view.deleted_issue_numbers:
            raise Problem(410, "This issue was deleted")
        if found is None:
            raise Problem(404, "Not Found")
        return Answer(self._issue(view, found))

    # ------------------------------------------------------------------ git
    @staticmethod
    def _resolved(view: RepositoryView, name: str, status: int = 404) -> Commit:
        if view.head is None:
            raise Problem(409, "Git Repository is empty.")
        commit = view.resolve(name)
        if commit is None:
            message = "Not Found" if status == 404 else f"No commit found for SHA: {name}"  # noqa: PLR2004
            raise Problem(status, message)
        return commit

    def commits(self, question: Question, view: RepositoryView) -> Answer:
        query = question.query
        head = self._resolved(view, query.get("sha") or "HEAD")
        rows = view.history_from(head.sha)
        if "since" in query or "until" in query:
            low = instant_of(query["since"]) if "since" in query else dt.datetime.min.replace(tzinfo=dt.UTC)
            high = instant_of(query["until"]) if "until" in query else view.instant
            rows = [commit for commit in rows if low <= commit.committed_at <= high]
        return page(question, rows, lambda row: self.shapes.commit(view, row))

    def commit(self, question: Question, view: RepositoryView) -> Answer:
        commit = self._resolved(view, str(question.parameters["ref"]), 422)
        return Answer(self.shapes.commit(view, commit, with_stats=True))

    def compare(self, question: Question, view: RepositoryView) -> Answer:
        """Without page and per_page the whole comparison up to 250 commits, else pages of it."""
        names = str(question.parameters["ends"]).partition("...")
        base, head = self._resolved(view, names[0]), self._resolved(view, names[2])
        found = view.compare(base, head)
        is_paged = bool({"page", "per_page"} & set(question.query))
        size = DEFAULT_PAGE if is_paged else COMMITS_OF_A_PULL_REQUEST
        answer = page(question, found.ahead, lambda row: self.shapes.commit(view, row), default_size=size)
        ends = f"{names[0]}...{names[2]}"
        url, web = f"{self.shapes.repository_url(view)}/compare/{ends}", f"{WEB}/{view.full_name}/compare/{ends}"
        answer.body = {
            "url": url,
            "html_url": web,
            "permalink_url": web,
            "diff_url": f"{web}.diff",
            "patch_url": f"{web}.patch",
            "base_commit": self.shapes.commit(view, found.base),
            "merge_base_commit": self.shapes.commit(view, found.merge_base),
            "status": found.status,
            "ahead_by": len(found.ahead),
            "behind_by": found.behind_count,
            "total_commits": len(found.ahead),
            "commits": answer.body,
            "files": [],
        }
        return answer

    def branches(self, question: Question, view: RepositoryView) -> Answer:
        url = f"{self.shapes.repository_url(view)}/commits"
        rows = sorted(view.branches.items())
        return page(
            question,
            rows,
            lambda row: {"name": row[0], "commit": {"sha": row[1], "url": f"{url}/{row[1]}"}, "protected": False},
        )

    def tags(self, question: Question, view: RepositoryView) -> Answer:
        url = self.shapes.repository_url(view)
        return page(
            question,
            list(view.tags.items()),
            lambda row: {
                "name": row[0],
                "commit": {"sha": row[1], "url": f"{url}/commits/{row[1]}"},
                "zipball_url": f"{url}/zipball/refs/tags/{row[0]}",
                "tarball_url": f"{url}/tarball/refs/tags/{row[0]}",
                "node_id": f"REF_{row[0]}",
            },
        )

    # ------------------------------------------------------------------ releases and deployments
    def releases(self, question: Question, view: RepositoryView) -> Answer:
        return page(question, view.releases, lambda row: self.shapes.release(view, row), is_reversed=True)

    def release(self, question: Question, view: RepositoryView) -> Answer:
        wanted = int(question.parameters["number"])
        for release in view.releases:
            if release.id == wanted:
                return Answer(self.shapes.release(view, release))
        raise Problem(404, "Not Found")

    def release_of_tag(self, question: Question, view: RepositoryView) -> Answer:
        tag = question.parameters["tag"]
        for release in view.releases:
            if release.tag == tag and not release.is_draft:
                return Answer(self.shapes.release(view, release))
        raise Problem(404, "Not Found")

    def deployments(self, question: Question, view: RepositoryView) -> Answer:
        wanted = {key: question.query[key] for key in ("sha", "ref", "task", "environment") if key in question.query}
        rows = view.deployments
        if wanted:
            rows = [row for row in rows if all(getattr(row, key) == value for key, value in wanted.items())]
        return page(question, rows, lambda row: self.shapes.deployment(view, row), is_reversed=True)

    @staticmethod
    def _deployment(question: Question, view: RepositoryView) -> Deployment:
        found = view.deployment(int(question.parameters["number"]))
        if found is None:
            raise Problem(404, "Not Found")
        return found

    def deployment(self, question: Question, view: RepositoryView) -> Answer:
        return Answer(self.shapes.deployment(view, self._deployment(question, view)))

    def statuses(self, question: Question, view: RepositoryView) -> Answer:
        deployment = self._deployment(question, view)
        rows = view.statuses_of(deployment)
        return page(question, rows, lambda row: self.shapes.status(view, deployment, row), is_reversed=True)


#: Endpoints of one repository, found by `/repos/{owner}/{repo}` or by `/repositories/{repository_id}`.
REPOSITORY_ENDPOINTS: dict[str, Callable[[Rest, Question, RepositoryView], Answer]] = {
    "": Rest.repository,
    "/pulls": Rest.pulls,
    "/pulls/{number:int}": Rest.pull,
    "/pulls/{number:int}/commits": Rest.pull_commits,
    "/pulls/{number:int}/reviews": Rest.pull_reviews,
    "/issues": Rest.issues,
    "/issues/{number:int}": Rest.issue,
    "/commits": Rest.commits,
    "/commits/{ref:path}": Rest.commit,
    "/compare/{ends:path}": Rest.compare,
    "/branches": Rest.branches,
    "/tags": Rest.tags,
    "/releases": Rest.releases,
    "/releases/{number:int}": Rest.release,
    "/releases/tags/{tag:path}": Rest.release_of_tag,
    "/deployments": Rest.deployments,
    "/deployments/{number:int}": Rest.deployment,
    "/deployments/{number:int}/statuses": Rest.statuses,
    "/actions/runs": workflow_runs,
    "/actions/runs/{number:int}": workflow_run,
}
ENDPOINTS: dict[str, Callable[[Rest, Question], Answer]] = {
    "/user": Rest.user,
    "/users/{login}": Rest.account,
    "/orgs/{login}": Rest.account,
    "/users/{login}/repos": Rest.repositories,
    "/orgs/{login}/repos": Rest.repositories,
}


def repository_of(world: OrganizationView, question: Question) -> RepositoryView:
    """The repository that the question's path names.

    Raises:
        Problem: 301 for a former name, 404 for an unknown one.
    """
    if "repository_id" in question.parameters:
        view = world.repository_by_id(int(question.parameters["repository_id"]))
    else:
        name = f"{question.parameters['owner']}/{question.parameters['repo']}"
        view = world.repository(name)
        moved = None if view else world.renamed_repository(name)
        if moved is not None:
            rest = question.path[len(f"/repos/{name}") :]
            query = urlencode(question.query)
            url = f"{question.address}/repositories/{moved.repository.id}{rest}{'?' if query else ''}{query}"
            raise Problem(301, "Moved Permanently", headers={"Location": url}, url=url)
    if view is None:
        raise Problem(404, "Not Found")
    return view
