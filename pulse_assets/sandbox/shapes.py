"""How REST shows each thing of the world; the keys and their order are GitHub's."""

import zlib
from typing import Any

from pulse_assets.sandbox.answers import iso, iso_or_none
from pulse_assets.sandbox.organization import (
    Commit,
    Deployment,
    DeploymentStatus,
    Issue,
    Person,
    Release,
    Review,
    sha_of,
)
from pulse_assets.sandbox.view import PullRequestState, RepositoryView

WEB = "https://github.com"
_REPOSITORY_LINKS = {
    "archive": "/{archive_format}{/ref}",
    "assignees": "/assignees{/user}",
    "blobs": "/git/blobs{/sha}",
    "branches": "/branches{/branch}",
    "collaborators": "/collaborators{/collaborator}",
    "comments": "/comments{/number}",
    "commits": "/commits{/sha}",
    "compare": "/compare/{base}...{head}",
    "contents": "/contents/{+path}",
    "contributors": "/contributors",
    "deployments": "/deployments",
    "downloads": "/downloads",
    "events": "/events",
    "forks": "/forks",
    "git_commits": "/git/commits{/sha}",
    "git_refs": "/git/refs{/sha}",
    "git_tags": "/git/tags{/sha}",
    "hooks": "/hooks",
    "issue_comment": "/issues/comments{/number}",
    "issue_events": "/issues/events{/number}",
    "issues": "/issues{/number}",
    "keys": "/keys{/key_id}",
    "labels": "/labels{/name}",
    "languages": "/languages",
    "merges": "/merges",
    "milestones": "/milestones{/number}",
    "notifications": "/notifications{?since,all,participating}",
    "pulls": "/pulls{/number}",
    "releases": "/releases{/id}",
    "stargazers": "/stargazers",
    "statuses": "/statuses/{sha}",
    "subscribers": "/subscribers",
    "subscription": "/subscription",
    "tags": "/tags",
    "teams": "/teams",
    "trees": "/git/trees{/sha}",
}
_GHOST = Person(id=10137, login="ghost")
_USER_LINKS = {
    "followers": "/followers",
    "following": "/following{/other_user}",
    "gists": "/gists{/gist_id}",
    "starred": "/starred{/owner}{/repo}",
    "subscriptions": "/subscriptions",
    "organizations": "/orgs",
    "repos": "/repos",
    "events": "/events{/privacy}",
    "received_events": "/received_events",
}


def node_id(kind: str, number: int | str) -> str:
    """GraphQL's id of the thing."""
    return f"{kind}_{number}"


def email_of(commit: Commit) -> str:
    login = commit.author.login if commit.author else commit.author_name.lower().replace(" ", ".")
    return f"{login or 'unknown'}@example.com"


class Shapes:
    """Makes bodies whose links begin with the server's address."""

    def __init__(self, address: str, organization: str) -> None:
        self.address, self._organization = address, organization
        self._users: dict[int | str, dict[str, Any]] = {}

    # ------------------------------------------------------------------ accounts
    def account(self, login: str, number: int, kind: str) -> dict[str, Any]:
        url = f"{self.address}/users/{login}"
        return {
            "login": login,
            "id": number,
            "node_id": node_id(kind[0], number),
            "avatar_url": f"https://avatars.githubusercontent.com/u/{number}?v=4",
            "gravatar_id": "",
            "url": url,
            "html_url": f"{WEB}/{login}",
            **{f"{name}_url": url + suffix for name, suffix in _USER_LINKS.items()},
            "type": kind,
            "user_view_type": "public",
            "site_admin": False,
        }

    def user(self, person: Person | None) -> dict[str, Any] | None:
        if person is None:
            return None
        if person.id not in self._users:
            self._users[person.id] = self.account(person.login, person.id, "Bot" if person.is_bot else "User")
        return self._users[person.id]

    def author(self, person: Person | None) -> dict[str, Any] | None:
        """Who opened a pull request or an issue; a deleted account is the user `ghost` there, as on GitHub."""
        return self.user(person or _GHOST)

    def owner(self, login: str) -> dict[str, Any]:
        if login not in self._users:
            kind = "Organization" if login == self._organization else "User"
            self._users[login] = self.account(login, zlib.crc32(login.encode()) % 10_000_000, kind)
        return self._users[login]

    # ------------------------------------------------------------------ repositories
    def repository_url(self, view: RepositoryView) -> str:
        return f"{self.address}/repos/{view.full_name}"

    def repository(self, view: RepositoryView) -> dict[str, Any]:
        """The long form; lists show it too, which their schema permits."""
        repository, full_name = view.repository, view.full_name
        open_issues = sum(1 for issue in view.issues if view.closed_at_of(issue) is None)
        return self.bare_repository(repository.owner, view.name, repository.id, is_fork=repository.is_fork) | {
            "private": repository.is_private,
            "description": repository.description,
            "created_at": iso(repository.created_at),
            "updated_at": iso(view.updated_at),
            "pushed_at": iso(view.pushed_at),
            "git_url": f"git://github.com/{full_name}.git",
            "ssh_url": f"git@github.com:{full_name}.git",
            "clone_url": f"{WEB}/{full_name}.git",
            "svn_url": f"{WEB}/{full_name}",
            "mirror_url": None,
            "homepage": None,
            "size": len(view.history),
            "stargazers_count": 0,
            "watchers_count": 0,
            "language": repository.language,
            "has_issues": True,
            "has_projects": False,
            "has_downloads": True,
            "has_wiki": False,
            "has_pages": False,
            "has_discussions": False,
            "forks_count": 0,
            "archived": repository.is_archived,
            "disabled": False,
            "open_issues_count": open_issues,
            "license": None,
            "allow_forking": True,
            "is_template": False,
            "topics": [],
            "visibility": "private" if repository.is_private else "public",
            "forks": 0,
            "open_issues": open_issues,
            "watchers": 0,
            "default_branch": repository.default_branch,
            "network_count": 0,
            "subscribers_count": 0,
        }

    def bare_repository(self, owner: str, name: str, number: int, *, is_fork: bool) -> dict[str, Any]:
        """What can be said of a repository that the world does not hold, such as somebody's fork."""
        full_name = f"{owner}/{name}"
        url = f"{self.address}/repos/{full_name}"
        return {
            "id": number,
            "node_id": node_id("R", number),
            "name": name,
            "full_name": full_name,
            "owner": self.owner(owner),
            "private": False,
            "html_url": f"{WEB}/{full_name}",
            "description": None,
            "fork": is_fork,
            "url": url,
            **{f"{key}_url": url + suffix for key, suffix in _REPOSITORY_LINKS.items()},
        }

    # ------------------------------------------------------------------ git
    def commit(self, view: RepositoryView, commit: Commit, *, with_stats: bool = False) -> dict[str, Any]:
        url, web = self.repository_url(view), f"{WEB}/{view.full_name}"
        signature = {"name": commit.author_name or "unknown", "email": email_of(commit)}
        tree = sha_of(commit.sha, "tree")
        return {
            "sha": commit.sha,
            "node_id": node_id("C", commit.sha),
            "commit": {
                "author": {**signature, "date": iso(commit.authored_at)},
                "committer": {**signature, "date": iso(commit.committed_at)},
                "message": commit.message,
                "tree": {"sha": tree, "url": f"{url}/git/trees/{tree}"},
                "url": f"{url}/git/commits/{commit.sha}",
                "comment_count": 0,
            },
            "url": f"{url}/commits/{commit.sha}",
            "html_url": f"{web}/commit/{commit.sha}",
            "comments_url": f"{url}/commits/{commit.sha}/comments",
            "author": self.user(commit.author),
            "committer": self.user(commit.author),
            "parents": [
                {"sha": sha, "url": f"{url}/commits/{sha}", "html_url": f"{web}/commit/{sha}"} for sha in commit.parents
            ],
        } | ({"stats": {"total": 1, "additions": 1, "deletions": 0}, "files": []} if with_stats else {})

    # ------------------------------------------------------------------ deployments and releases
    def deployment(self, view: RepositoryView, deployment: Deployment) -> dict[str, Any]:
        url = self.repository_url(view)
        return {
            "url": f"{url}/deployments/{deployment.id}",
            "id": deployment.id,
            "node_id": node_id("DE", deployment.id),
            "sha": deployment.sha,
            "ref": deployment.ref,
            "task": deployment.task,
            "payload": {},
            "original_environment": deployment.environment,
            "environment": deployment.environment,
            "description": None,
            "creator": self.user(deployment.creator),
            "created_at": iso(deployment.created_at),
            "updated_at": iso(deployment.updated_at(view.instant)),
            "statuses_url": f"{url}/deployments/{deployment.id}/statuses",
            "repository_url": url,
            "transient_environment": False,
            "production_environment": deployment.is_production,
        }

    def status(self, view: RepositoryView, deployment: Deployment, status: DeploymentStatus) -> dict[str, Any]:
        url = f"{self.repository_url(view)}/deployments/{deployment.id}"
        return {
            "url": f"{url}/statuses/{status.id}",
            "id": status.id,
            "node_id": node_id("DES", status.id),
            "state": status.state,
            "creator": self.user(deployment.creator),
            "description": "",
            "environment": deployment.environment,
            "target_url": "",
            "created_at": iso(status.at),
            "updated_at": iso(status.at),
            "deployment_url": url,
            "repository_url": self.repository_url(view),
            "environment_url": "",
            "log_url": "",
        }

    def release(self, view: RepositoryView, release: Release) -> dict[str, Any]:
        url, web = self.repository_url(view), f"{WEB}/{view.full_name}"
        return {
            "url": f"{url}/releases/{release.id}",
            "assets_url": f"{url}/releases/{release.id}/assets",
            "upload_url": f"{url}/releases/{release.id}/assets{{?name,label}}",
            "html_url": f"{web}/releases/tag/{release.tag}",
            "id": release.id,
            "author": self.user(release.author),
            "node_id": node_id("RE", release.id),
            "tag_name": release.tag,
            "target_commitish": view.repository.default_branch,
            "name": release.name,
            "draft": release.is_draft,
            "prerelease": release.is_prerelease,
            "created_at": iso(release.created_at),
            "published_at": None if release.is_draft else iso(release.published_at),
            "assets": [],
            "tarball_url": None if release.is_draft else f"{url}/tarball/{release.tag}",
            "zipball_url": None if release.is_draft else f"{url}/zipball/{release.tag}",
            "body": "",
        }

    # ------------------------------------------------------------------ issues
    def labels(self, view: RepositoryView, names: tuple[str, ...]) -> list[dict[str, Any]]:
        labels = []
        for name in names:
            number = zlib.crc32(name.encode())
            labels.append(
                {
                    "id": number,
                    "node_id": node_id("LA", number),
                    "url": f"{self.repository_url(view)}/labels/{name}",
                    "name": name,
                    "color": f"{number & 0xFFFFFF:06x}",
                    "default": name == "bug",
                    "description": "",
                }
            )
        return labels

    def issue(self, view: RepositoryView, issue: Issue) -> dict[str, Any]:
        body = self._issue_common(view, issue.number, issue.id, issue.author, view.labels_of(issue))
        closed_at = view.closed_at_of(issue)
        return body | {
            "title": issue.title,
            "state": "open" if closed_at is None else "closed",
            "state_reason": None if closed_at is None else "completed",
            "created_at": iso(issue.opened_at),
            "updated_at": iso(issue.updated_at(view.instant)),
            "closed_at": iso_or_none(closed_at),
            "body": issue.body,
        }

    def pull_as_issue(self, view: RepositoryView, state: PullRequestState) -> dict[str, Any]:
        pull = state.pull
        url, web = f"{self.repository_url(view)}/pulls/{pull.number}", f"{WEB}/{view.full_name}/pull/{pull.number}"
        return self._issue_common(view, pull.number, pull.id + 700_000, pull.author, state.labels) | {
            "html_url": web,
            "title": pull.title,
            "state": "open" if state.closed_at is None else "closed",
            "state_reason": None,
            "created_at": iso(pull.opened_at),
            "updated_at": iso(state.updated_at),
            "closed_at": iso_or_none(state.closed_at),
            "body": pull.body,
            "draft": state.is_draft,
            "pull_request": {
                "url": url,
                "html_url": web,
                "diff_url": f"{web}.diff",
                "patch_url": f"{web}.patch",
                "merged_at": iso_or_none(state.merged_at),
            },
        }

    def _issue_common(
        self, view: RepositoryView, number: int, issue_id: int, author: Person | None, labels: tuple[str, ...]
    ) -> dict[str, Any]:
        url = f"{self.repository_url(view)}/issues/{number}"
        return {
            "url": url,
            "repository_url": self.repository_url(view),
            "labels_url": f"{url}/labels{{/name}}",
            "comments_url": f"{url}/comments",
            "events_url": f"{url}/events",
            "html_url": f"{WEB}/{view.full_name}/issues/{number}",
            "id": issue_id,
            "node_id": node_id("I", issue_id),
            "number": number,
            "user": self.author(author),
            "labels": self.labels(view, labels),
            "locked": False,
            "assignee": None,
            "assignees": [],
            "milestone": None,
            "comments": 0,
            "author_association": author.association if author else "NONE",
            "active_lock_reason": None,
        }

    # ------------------------------------------------------------------ reviews
    def review(self, view: RepositoryView, state: PullRequestState, review: Review) -> dict[str, Any]:
        number = state.pull.number
        url, web = f"{self.repository_url(view)}/pulls/{number}", f"{WEB}/{view.full_name}/pull/{number}"
        html_url = f"{web}#pullrequestreview-{review.id}"
        submitted = {} if review.state == "PENDING" else {"submitted_at": iso(review.submitted_at)}
        return {
            "id": review.id,
            "node_id": node_id("PRR", review.id),
            "user": self.user(review.reviewer),
            "body": "",
            "state": review.state,
            "html_url": html_url,
            "pull_request_url": url,
            "author_association": review.reviewer.association if review.reviewer else "NONE",
            "_links": {"html": {"href": html_url}, "pull_request": {"href": url}},
            **submitted,
            "commit_id": state.head_sha,
        }
