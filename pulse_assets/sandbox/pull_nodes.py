"""GraphQL nodes of pull requests with their commits, reviews and labels."""

import zlib
from collections.abc import Callable
from typing import Any

from pulse_assets.sandbox.answers import iso, iso_or_none
from pulse_assets.sandbox.git_nodes import GitNodes, actor
from pulse_assets.sandbox.graphql_pages import numbered
from pulse_assets.sandbox.organization import Commit, PullRequest, Review
from pulse_assets.sandbox.pull_shapes import base_sha, head_owner
from pulse_assets.sandbox.shapes import WEB, node_id
from pulse_assets.sandbox.view import PullRequestState, RepositoryView

Node = dict[str, Any]


def labels(name: str) -> Node:
    number = zlib.crc32(name.encode())
    color = f"{number & 0xFFFFFF:06x}"
    return {"id": node_id("LA", number), "name": name, "color": color, "description": "", "isDefault": name == "bug"}


class PullNodes:
    def __init__(
        self, git: GitNodes, repository: Callable[[RepositoryView], Node], owner: Callable[[str], Node]
    ) -> None:
        self._git, self._repository, self._owner = git, repository, owner

    @staticmethod
    def fits(state: PullRequestState, wanted: Node) -> bool:
        pull = state.pull
        return (
            state.state in wanted.get("states", [state.state])
            and wanted.get("baseRefName", pull.base_branch) == pull.base_branch
            and wanted.get("headRefName", pull.head_branch) == pull.head_branch
            and ("labels" not in wanted or bool(set(wanted["labels"]) & set(state.labels)))
        )

    def pull(self, view: RepositoryView, state: PullRequestState) -> Node:
        pull, push = state.pull, state.push
        author = actor(pull.author)
        url = f"{WEB}/{view.full_name}/pull/{pull.number}"
        closed_at = iso_or_none(state.closed_at)
        return {
            "id": node_id("PR", pull.id),
            "databaseId": pull.id,
            "fullDatabaseId": str(pull.id),
            "number": pull.number,
            "title": pull.title,
            "body": pull.body or "",
            "url": url,
            "permalink": url,
            "state": state.state,
            "isDraft": state.is_draft,
            "locked": False,
            "author": author,
            "authorAssociation": pull.author.association if pull.author else "NONE",
            "createdAt": iso(pull.opened_at),
            "publishedAt": iso(pull.opened_at),
            "updatedAt": iso(state.updated_at),
            "closed": closed_at is not None,
            "closedAt": closed_at,
            "merged": state.merged_at is not None,
            "mergedAt": iso_or_none(state.merged_at),
            "mergedBy": author if state.merged_at else None,
            "mergeCommit": lambda: self._merge_commit(view, state),
            "baseRefName": pull.base_branch,
            "baseRefOid": lambda: base_sha(view, state),
            "baseRepository": lambda: self._repository(view),
            "headRefName": pull.head_branch,
            "headRefOid": state.head_sha,
            "headRepository": lambda: self._head_repository(view, pull),
            "headRepositoryOwner": lambda: self._owner(head_owner(view, pull)),
            "isCrossRepository": pull.head_repository != "",
            "additions": push.additions,
            "deletions": push.deletions,
            "changedFiles": push.changed_files,
            "labels": lambda **arguments: numbered(state.labels, arguments, labels),
            "commits": lambda **arguments: numbered(
                push.commits, arguments, lambda commit: self._pull_commit(view, url, commit)
            ),
            "reviews": lambda **arguments: self._reviews(view, state, arguments),
            "repository": lambda: self._repository(view),
        }

    def _merge_commit(self, view: RepositoryView, state: PullRequestState) -> Node | None:
        """GitHub resolves it only where the commit is known; otherwise at least its id."""
        sha = state.pull.merge_commit_sha
        if state.merged_at is None or sha is None:
            return None
        found = view.commit(sha)
        return (
            self._git.commit(view, found) if found else {"oid": sha, "id": node_id("C", sha), "abbreviatedOid": sha[:7]}
        )

    def _head_repository(self, view: RepositoryView, pull: PullRequest) -> Node | None:
        if pull.head_repository is None:
            return None
        own = self._repository(view)
        if not pull.head_repository:
            return own
        owner, _, name = pull.head_repository.partition("/")
        number = zlib.crc32(pull.head_repository.encode()) % 1_000_000_000
        return {
            **own,
            "id": node_id("R", number),
            "databaseId": number,
            "name": name,
            "nameWithOwner": pull.head_repository,
            "url": f"{WEB}/{pull.head_repository}",
            "isFork": True,
            "owner": lambda: self._owner(owner),
        }

    def _pull_commit(self, view: RepositoryView, url: str, commit: Commit) -> Node:
        return {
            "id": node_id("PRC", commit.sha),
            "url": f"{url}/commits/{commit.sha}",
            "commit": self._git.commit(view, commit),
        }

    def _reviews(self, view: RepositoryView, state: PullRequestState, arguments: Node) -> Node:
        states, author = arguments.get("states"), arguments.get("author")
        rows = [
            review
            for review in state.reviews
            if (not states or review.state in states)
            and (not author or (review.reviewer is not None and review.reviewer.login == author))
        ]
        return numbered(rows, arguments, lambda review: self._review(view, state, review))

    def _review(self, view: RepositoryView, state: PullRequestState, review: Review) -> Node:
        submitted = iso(review.submitted_at)
        return {
            "id": node_id("PRR", review.id),
            "databaseId": review.id,
            "fullDatabaseId": str(review.id),
            "state": review.state,
            "body": "",
            "author": actor(review.reviewer),
            "authorAssociation": review.reviewer.association if review.reviewer else "NONE",
            "submittedAt": None if review.state == "PENDING" else submitted,
            "createdAt": submitted,
            "updatedAt": submitted,
            "url": f"{WEB}/{view.full_name}/pull/{state.pull.number}#pullrequestreview-{review.id}",
            "commit": lambda: self._git.commit(view, state.push.commits[-1]) if state.push.commits else None,
        }
