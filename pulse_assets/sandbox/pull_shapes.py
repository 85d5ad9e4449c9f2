"""How REST shows a pull request, in a list and by itself."""

import zlib
from typing import Any

from pulse_assets.sandbox.answers import iso, iso_or_none
from pulse_assets.sandbox.organization import PullRequest, sha_of
from pulse_assets.sandbox.shapes import WEB, Shapes, node_id
from pulse_assets.sandbox.view import PullRequestState, RepositoryView


def merge_commit_sha(state: PullRequestState) -> str | None:
    """The merge's commit; on an open pull request GitHub shows a test merge there."""
    if state.merged_at is not None:
        return state.pull.merge_commit_sha
    return sha_of("test merge", state.head_sha) if state.closed_at is None else None


def head_owner(view: RepositoryView, pull: PullRequest) -> str:
    """Whose repository the head branch is, or was, in; of a deleted fork only the author is known."""
    if pull.head_repository:
        return pull.head_repository.partition("/")[0]
    if pull.head_repository is None and pull.author:
        return pull.author.login
    return view.repository.owner


def base_sha(view: RepositoryView, state: PullRequestState) -> str:
    """Where the branch left the base branch, else the base branch's head."""
    first = state.push.commits[0].parents if state.push.commits else ()
    return first[0] if first else (view.head.sha if view.head else sha_of("nothing", state.pull.id))


class PullShapes:
    def __init__(self, shapes: Shapes) -> None:
        self.shapes = shapes

    def _head_repository(self, pull: PullRequest, own: dict[str, Any]) -> dict[str, Any] | None:
        if pull.head_repository is None:
            return None
        if not pull.head_repository:
            return own
        owner, _, name = pull.head_repository.partition("/")
        number = zlib.crc32(pull.head_repository.encode())
        return own | self.shapes.bare_repository(owner, name, number, is_fork=True)

    def own_repository(self, view: RepositoryView) -> dict[str, Any]:
        """The repository as it stands within each of its pull requests; made once for a page."""
        return self.shapes.repository(view)

    def listed(self, view: RepositoryView, state: PullRequestState, own: dict[str, Any]) -> dict[str, Any]:
        pull, shapes = state.pull, self.shapes
        url, web = f"{shapes.repository_url(view)}/pulls/{pull.number}", f"{WEB}/{view.full_name}/pull/{pull.number}"
        issue_url = f"{shapes.repository_url(view)}/issues/{pull.number}"
        statuses_url = f"{shapes.repository_url(view)}/statuses/{state.head_sha}"
        head, base = head_owner(view, pull), view.repository.owner
        links = {
            "self": url,
            "html": web,
            "issue": issue_url,
            "comments": f"{issue_url}/comments",
            "review_comments": f"{url}/comments",
            "review_comment": f"{shapes.repository_url(view)}/pulls/comments{{/number}}",
            "commits": f"{url}/commits",
            "statuses": statuses_url,
        }
        return {
            "url": url,
            "id": pull.id,
            "node_id": node_id("PR", pull.id),
            "html_url": web,
            "diff_url": f"{web}.diff",
            "patch_url": f"{web}.patch",
            "issue_url": issue_url,
            "number": pull.number,
            "state": "open" if state.closed_at is None else "closed",
            "locked": False,
            "title": pull.title,
            "user": shapes.author(pull.author),
            "body": pull.body,
            "created_at": iso(pull.opened_at),
            "updated_at": iso(state.updated_at),
            "closed_at": iso_or_none(state.closed_at),
            "merged_at": iso_or_none(state.merged_at),
            "merge_commit_sha": merge_commit_sha(state),
            "assignee": None,
            "assignees": [],
            "requested_reviewers": [],
            "requested_teams": [],
            "labels": shapes.labels(view, state.labels),
            "milestone": None,
            "draft": state.is_draft,
            "commits_url": f"{url}/commits",
            "review_comments_url": f"{url}/comments",
            "review_comment_url": links["review_comment"],
            "comments_url": links["comments"],
            "statuses_url": statuses_url,
            "head": {
                "label": f"{head}:{pull.head_branch}",
                "ref": pull.head_branch,
                "sha": state.head_sha,
                "user": shapes.owner(head),
                "repo": self._head_repository(pull, own),
            },
            "base": {
                "label": f"{base}:{pull.base_branch}",
                "ref": pull.base_branch,
                "sha": base_sha(view, state),
                "user": shapes.owner(base),
                "repo": own,
            },
            "_links": {name: {"href": href} for name, href in links.items()},
            "author_association": pull.author.association if pull.author else "NONE",
            "auto_merge": None,
            "active_lock_reason": None,
        }

    def detailed(self, view: RepositoryView, state: PullRequestState) -> dict[str, Any]:
        is_open = state.closed_at is None
        return self.listed(view, state, self.own_repository(view)) | {
            "merged": state.merged_at is not None,
            "mergeable": True if is_open else None,
            "rebaseable": True if is_open else None,
            "mergeable_state": "clean" if is_open else "unknown",
            "merged_by": self.shapes.author(state.pull.author) if state.merged_at else None,
            "comments": 0,
            "review_comments": 0,
            "maintainer_can_modify": False,
            "commits": len(state.push.commits),
            "additions": state.push.additions,
            "deletions": state.push.deletions,
            "changed_files": state.push.changed_files,
        }
