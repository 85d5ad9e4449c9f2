"""Which edge cases occur in a generated organization, told from the true rows and from the world itself."""

import datetime as dt
from collections.abc import Iterator
from itertools import pairwise
from zoneinfo import ZoneInfo

from pulse_assets.sandbox.organization import Organization
from pulse_assets.sandbox.truth import Truth
from pulse_assets.sandbox.truth_repository import RepositoryTruth

EDGE_CASES = (
    "no deployment at all",
    "first deployment ever",
    "deployed before merge",
    "two environments",
    "failed then retried deployment",
    "rollback",
    "hotfix",
    "revert",
    "revert before deployment",
    "incident open at the end of a period",
    "failure open at the end of a period",
    "incident without a deployment",
    "incident of a service that is not deployed",
    "incident by link",
    "cause by number",
    "cause by commit",
    "cause by abbreviated commit",
    "cause beside the default branch",
    "unknown cause",
    "cause not deployed",
    "squash",
    "rebase",
    "merge commit",
    "several services in one repository",
    "deployed commit that is on no default branch",
    "lost by a force push",
    "incident link in a pull request",
    "deleted deployment",
    "deleted issue",
    "deployment in a week with a change of the clocks",
    "deployment whose local day is another than by UTC",
    "deployment whose local month is another than by UTC",
    "devlake silent on the first deployment",
    "devlake other deployment",
    "devlake other stages",
    "releases",
    "workflow_runs",
    "merges",
)


def edge_cases(organization: Organization, truth: Truth, zone: str) -> Iterator[str]:
    """The name of each case, once for each time that it occurs."""
    now = organization.until
    views = organization.at(now).repositories
    collected = [view.full_name for view in views if not (view.repository.is_fork or view.repository.is_archived)]
    for name in collected:
        facts = truth.repository(name)
        yield facts.rules.deployment_source
        yield from _of_world(facts, now)
        yield from _of_changes(facts)
        yield from _of_incidents(facts)
        yield from _of_causes(facts)
        yield from _of_outcomes(facts)
        yield from _of_zone(facts, ZoneInfo(zone))
    for grain in ("week", "month"):
        for row in truth.recovery_time(grain, zone):
            if row["scope"] != "all" and row["status"] == "ok":
                yield from ["incident open at the end of a period"] * row["restore_open_count"]
                yield from ["failure open at the end of a period"] * row["open_count"]


def _of_world(facts: RepositoryTruth, now: dt.datetime) -> Iterator[str]:
    repository, view = facts.view.repository, facts.view
    if not facts.shipments and facts.changes:
        yield "no deployment at all"
    if len({deployment.environment for deployment in view.deployments}) > 1:
        yield "two environments"
    for deployment in repository.deployments:
        if deployment.deleted_at is not None and deployment.deleted_at <= now:
            yield "deleted deployment"
    for issue in repository.issues:
        if issue.deleted_at is not None and issue.deleted_at <= now:
            yield "deleted issue"
    for landing in repository.landings:
        if landing.lost_at is not None and landing.lost_at <= now:
            yield "lost by a force push"
    yield from _merges(facts)


def _merges(facts: RepositoryTruth) -> Iterator[str]:
    view = facts.view
    for landing in view.mainline:
        pull = view.pull_numbers.get(landing.pull_request or 0)
        if landing.side:
            yield "merge commit"
        elif pull is not None:
            authored = [commit.authored_at for commit in view.state_of(pull).push.commits]
            yield "rebase" if landing.commit.authored_at in authored else "squash"


def _of_changes(facts: RepositoryTruth) -> Iterator[str]:
    for row in facts.changes:
        if row["reason"] == "deployed_before_merge":
            yield "deployed before merge"
    for row in facts.devlake_changes:
        if row["reason"] == "first_deployment":
            yield "devlake silent on the first deployment"
        if row["difference"] in {"other_deployment", "other_stages"}:
            yield f"devlake {row['difference'].replace('_', ' ')}"


def _of_incidents(facts: RepositoryTruth) -> Iterator[str]:
    reasons = {"cause_not_deployed": "cause not deployed", "reverted_before_deployment": "revert before deployment"}
    services = {shipment.service for shipment in facts.shipped}
    for row in facts.incidents:
        if row["kind"] != "issue":
            yield row["kind"]
        if row["reason"] in reasons:
            yield reasons[row["reason"]]
        elif not row["is_attributed"]:
            is_elsewhere = bool(services) and row["service"] not in {None, *services}
            yield "incident of a service that is not deployed" if is_elsewhere else "incident without a deployment"
        if row["attributed_by"] == "link" and row["kind"] == "issue":
            yield "incident by link"


def _of_causes(facts: RepositoryTruth) -> Iterator[str]:
    for issue in facts.view.issues:
        if issue.root_cause_number in facts.view.pull_numbers:
            yield "cause by number"
        cause = issue.root_cause_sha
        if cause is not None:
            fitting = [commit.sha for commit in facts.view.history if commit.sha.startswith(cause)]
            yield "cause by commit" if fitting else "unknown cause"
            if fitting and len(cause) < len(fitting[0]):
                yield "cause by abbreviated commit"
            if fitting and fitting[0] not in facts.view.positions:
                yield "cause beside the default branch"


def _of_outcomes(facts: RepositoryTruth) -> Iterator[str]:
    if len({row["service"] for row in facts.outcomes}) > 1:
        yield "several services in one repository"
    for earlier, later in pairwise(facts.outcomes):
        is_retry = (earlier["sha"], earlier["environment"]) == (later["sha"], later["environment"])
        if is_retry and earlier["status"] in {"failure", "error"} and later["status"] == "success":
            yield "failed then retried deployment"
    for row in facts.outcomes:
        flags = (row["flags"] or "").split(",")
        if "first_deployment" in flags:
            yield "first deployment ever"
        if "commits_unknown" in flags:
            yield "deployed commit that is on no default branch"
        if "incident_link" in (row["rework_by"] or ""):
            yield "incident link in a pull request"


def _of_zone(facts: RepositoryTruth, zone: ZoneInfo) -> Iterator[str]:
    for shipment in facts.shipped:
        finished_at, _ = shipment.end
        local = finished_at.astimezone(zone)
        if local.date() != finished_at.date():
            yield "deployment whose local day is another than by UTC"
            if local.month != finished_at.month:
                yield "deployment whose local month is another than by UTC"
        monday = dt.datetime.combine(local.date() - dt.timedelta(days=local.weekday()), dt.time(), zone)
        if monday.utcoffset() != (monday + dt.timedelta(days=7)).utcoffset():
            yield "deployment in a week with a change of the clocks"
