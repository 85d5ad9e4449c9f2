"""What stands for a deployment as rows: GitHub's deployments, releases, workflow runs, or merges to a branch."""

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from typing import Any

from pulse_assets.tables.values import instant, text

Payload = Mapping[str, Any]
Row = dict[str, Any]
_FAILED = ("failure", "error")
#: A run's conclusion as the status of a deployment. One that is not known here fails the table's check of its values.
_CONCLUSIONS: Mapping[str | None, str] = {
    "success": "success",
    **dict.fromkeys(("failure", "timed_out", "startup_failure"), "failure"),
    **dict.fromkeys(("cancelled", "skipped", "neutral", "stale", "action_required", None), "inactive"),
}


def deployment_row(repository: str, record: Payload, *, production: re.Pattern[str], service: re.Pattern[str]) -> Row:
    """A deployment; only one to production has a service."""
    status, finished_at = _outcome(record["statuses"])
    environment = text(record["environment"]) or ""
    is_production = production.search(environment) is not None
    return {
        "repository": repository,
        "deployment_id": record["id"],
        "source": "deployments",
        "environment": environment,
        "service": _service(environment, service) if is_production else None,
        "is_production": is_production,
        "sha": text(record["sha"]),
        "creator": text(record["creator"]),
        "created_at": instant(record["created_at"]),
        "finished_at": finished_at,
        "status": status,
    }


def released_deployment_rows(repository: str, record: Payload) -> Iterator[Row]:
    """A published release as a deployment that succeeded when it was published; a draft was not deployed."""
    published_at = instant(record["published_at"])
    if published_at is not None and not record["is_draft"]:
        yield {
            "repository": repository,
            "deployment_id": record["id"],
            "source": "releases",
            "environment": "production",
            "service": None,
            "is_production": not record["is_prerelease"],
            "sha": text(record["tag_sha"]),
            "creator": None,
            "created_at": instant(record["created_at"]) or published_at,
            "finished_at": published_at,
            "status": "success",
        }


def run_deployment_rows(repository: str, record: Payload, *, workflow: re.Pattern[str]) -> Iterator[Row]:
    """A run of a workflow whose name fits as a deployment to production, named like the workflow.

    A run that is completed does not change any more, so its last change is its end. Only a success or a failure has
    one: what was cancelled or skipped did not roll out.
    """
    name = text(record["name"]) or ""
    if workflow.search(name):
        status = _run_status(text(record["status"]), text(record["conclusion"]))
        yield {
            "repository": repository,
            "deployment_id": record["id"],
            "source": "workflow_runs",
            "environment": name,
            "service": None,
            "is_production": True,
            "sha": text(record["head_sha"]),
            "creator": None,
            "created_at": instant(record["created_at"]),
            "finished_at": instant(record["updated_at"]) if status in ("success", "failure") else None,
            "status": status,
        }


def merged_deployment_rows(repository: str, record: Payload, *, branch: re.Pattern[str]) -> Iterator[Row]:
    """A pull request merged into a branch that fits as a deployment to production at that instant."""
    merged_at = instant(record["merged_at"])
    base_branch = text(record["base_branch"]) or ""
    if merged_at is not None and branch.search(base_branch):
        yield {
            "repository": repository,
            "deployment_id": record["number"],
            "source": "merges",
            "environment": base_branch,
            "service": None,
            "is_production": True,
            "sha": text(record["merge_commit_sha"]),
            "creator": None,
            "created_at": merged_at,
            "finished_at": merged_at,
            "status": "success",
        }


def _service(environment: str, pattern: re.Pattern[str]) -> str | None:
    found = pattern.search(environment)
    return ((found["service"] or "").strip() or None) if found else None


def _run_status(status: str | None, conclusion: str | None) -> str | None:
    if status == "completed":
        return _CONCLUSIONS.get(conclusion, conclusion)
    return "queued" if status == "requested" else status


def _outcome(statuses: list[Payload]) -> tuple[str | None, dt.datetime | None]:
    """Status and finish. GitHub sets `inactive` when a newer deployment succeeds; that is not how it ended."""
    dated = sorted(((instant(status["created_at"]), text(status["state"])) for status in statuses), key=_when)
    for at, state in dated:
        if state == "success":
            return state, at
    telling = [(at, state) for at, state in dated if state != "inactive"]
    if not telling:
        return ("inactive" if dated else "pending"), None
    at, state = telling[-1]
    return state, at if state in _FAILED else None


def _when(status: tuple[dt.datetime | None, str | None]) -> dt.datetime:
    at, state = status
    if at is None:
        raise ValueError(f"the deployment status {state!r} has no time")
    return at
