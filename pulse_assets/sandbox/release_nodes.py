"""GraphQL nodes of releases and deployments."""

from collections.abc import Callable
from typing import Any

from pulse_assets.sandbox.answers import iso
from pulse_assets.sandbox.git_nodes import GitNodes, actor
from pulse_assets.sandbox.graphql_pages import numbered
from pulse_assets.sandbox.organization import Deployment, DeploymentStatus, Release
from pulse_assets.sandbox.people import DEPLOY_BOT
from pulse_assets.sandbox.shapes import WEB, node_id
from pulse_assets.sandbox.view import RepositoryView

Node = dict[str, Any]


class ReleaseNodes:
    def __init__(self, git: GitNodes, repository: Callable[[RepositoryView], Node]) -> None:
        self._git, self._repository = git, repository

    def release(self, view: RepositoryView, release: Release) -> Node:
        commit = None if release.is_draft else view.commit(release.sha)
        published = [row for row in view.releases if not row.is_draft and not row.is_prerelease]
        return {
            "id": node_id("RE", release.id),
            "databaseId": release.id,
            "name": release.name,
            "tagName": release.tag,
            "tag": lambda: self._git.ref(view, f"refs/tags/{release.tag}"),
            "tagCommit": lambda: self._git.commit(view, commit) if commit else None,
            "isDraft": release.is_draft,
            "isPrerelease": release.is_prerelease,
            "isLatest": bool(published) and published[-1] is release,
            "createdAt": iso(release.created_at),
            "updatedAt": iso(release.published_at),
            "publishedAt": None if release.is_draft else iso(release.published_at),
            "url": f"{WEB}/{view.full_name}/releases/tag/{release.tag}",
            "author": actor(release.author),
            "description": "",
            "repository": lambda: self._repository(view),
        }

    def deployment(self, view: RepositoryView, deployment: Deployment) -> Node:
        """Statuses come newest first, as GitHub sends them."""
        statuses = view.statuses_of(deployment)[::-1]
        latest = statuses[0].state.upper() if statuses else "PENDING"
        commit = view.commit(deployment.sha)
        return {
            "id": node_id("DE", deployment.id),
            "databaseId": deployment.id,
            "environment": deployment.environment,
            "originalEnvironment": deployment.environment,
            "latestEnvironment": deployment.environment,
            "commitOid": deployment.sha,
            "commit": lambda: self._git.commit(view, commit) if commit else None,
            "ref": lambda: self._git.ref(view, deployment.ref),
            "task": deployment.task,
            "description": None,
            "payload": None,
            "createdAt": iso(deployment.created_at),
            "updatedAt": iso(deployment.updated_at(view.instant)),
            "creator": actor(deployment.creator or DEPLOY_BOT),
            "state": "ACTIVE" if latest == "SUCCESS" else latest,
            "latestStatus": lambda: self._status(deployment, statuses[0]) if statuses else None,
            "statuses": lambda **arguments: numbered(
                statuses, arguments, lambda status: self._status(deployment, status)
            ),
            "repository": lambda: self._repository(view),
        }

    @staticmethod
    def _status(deployment: Deployment, status: DeploymentStatus) -> Node:
        return {
            "id": node_id("DES", status.id),
            "state": status.state.upper(),
            "createdAt": iso(status.at),
            "updatedAt": iso(status.at),
            "creator": actor(deployment.creator or DEPLOY_BOT),
            "description": "",
            "environment": deployment.environment,
            "environmentUrl": None,
            "logUrl": None,
        }
