"""How REST shows a workflow run."""

import re
from typing import Any

from pulse_assets.sandbox.answers import iso
from pulse_assets.sandbox.organization import sha_of
from pulse_assets.sandbox.people import DEPLOY_BOT
from pulse_assets.sandbox.shapes import WEB, Shapes, email_of, node_id
from pulse_assets.sandbox.view import RepositoryView, WorkflowRunState

Shape = dict[str, Any]


def _head_commit(view: RepositoryView, sha: str) -> Shape | None:
    commit = view.commit(sha)
    if commit is None:
        return None
    signature = {"name": commit.author_name or "unknown", "email": email_of(commit)}
    return {
        "id": sha,
        "tree_id": sha_of(sha, "tree"),
        "message": commit.message,
        "timestamp": iso(commit.committed_at),
        "author": signature,
        "committer": signature,
    }


def shaped_run(shapes: Shapes, view: RepositoryView, state: WorkflowRunState, own: Shape) -> Shape:
    """The run as it stands; `own` is the repository as it stands within each of its runs."""
    run, address = state.run, shapes.repository_url(view)
    url, actor = f"{address}/actions/runs/{run.id}", shapes.user(run.actor or DEPLOY_BOT)
    links = {"jobs": "jobs", "logs": "logs", "artifacts": "artifacts", "cancel": "cancel", "rerun": "rerun"}
    previous = state.attempt_count - 1
    return {
        "id": run.id,
        "name": run.name,
        "node_id": node_id("WFR", run.id),
        "head_branch": run.head_branch,
        "head_sha": run.head_sha,
        "path": f".github/workflows/{re.sub(r'[^a-z]+', '-', run.name.lower())}.yml",
        "display_title": run.title or run.name,
        "run_number": run.run_number,
        "event": run.event,
        "status": state.status,
        "conclusion": state.conclusion,
        "workflow_id": run.workflow_id,
        "check_suite_id": run.id,
        "check_suite_node_id": node_id("CS", run.id),
        "url": url,
        "html_url": f"{WEB}/{view.full_name}/actions/runs/{run.id}",
        "pull_requests": [],
        "created_at": iso(run.created_at),
        "updated_at": iso(state.updated_at),
        "actor": actor,
        "run_attempt": state.attempt_count,
        "referenced_workflows": [],
        "run_started_at": iso(state.started_at),
        "triggering_actor": actor,
        **{f"{name}_url": f"{url}/{suffix}" for name, suffix in links.items()},
        "check_suite_url": f"{address}/check-suites/{run.id}",
        "previous_attempt_url": f"{url}/attempts/{previous}" if previous else None,
        "workflow_url": f"{address}/actions/workflows/{run.workflow_id}",
        "head_commit": _head_commit(view, run.head_sha),
        "repository": own,
        "head_repository": own,
    }
