import datetime as dt
from collections import Counter
from collections.abc import Iterator

import pytest

from pulse_assets.sandbox.generator import generate
from pulse_assets.sandbox.organization import Deployment, Issue, Organization, PullRequest
from pulse_assets.sandbox.remedies import NEVER_DEPLOYED
from pulse_assets.sandbox.view import RepositoryView

SEEDS = range(1, 6)


@pytest.fixture(scope="module", params=SEEDS)
def grown(request: pytest.FixtureRequest) -> Organization:
    return generate(request.param)


def live(view: RepositoryView) -> list[tuple[dt.datetime, Deployment]]:
    """Production deployments by their first success."""
    found = [
        (min(status.at for status in view.statuses_of(row) if status.state == "success"), row)
        for row in view.deployments
        if row.is_production and any(status.state == "success" for status in view.statuses_of(row))
    ]
    return sorted(found, key=lambda pair: (pair[0], pair[1].id))


def first_with(view: RepositoryView, pull: PullRequest) -> dt.datetime | None:
    """When the merge of a pull request was first live."""
    place = view.positions.get(pull.merge_commit_sha or "")
    return next((at for at, row in live(view) if place is not None and view.positions.get(row.sha, -1) >= place), None)


def incidents(organization: Organization) -> Iterator[tuple[RepositoryView, Issue]]:
    for view in organization.at().repositories:
        for issue in view.issues:
            if "incident" in view.labels_of(issue):
                yield view, issue


def reverts(organization: Organization) -> Iterator[tuple[RepositoryView, PullRequest, PullRequest]]:
    for view in organization.at().repositories:
        for pull in view.pull_requests:
            if pull.reverts_number is not None:
                yield view, pull, view.pull_numbers[pull.reverts_number]


def test_a_revert_names_what_it_reverts_as_githubs_button_does(grown: Organization) -> None:
    found = list(reverts(grown))
    assert found
    for _, revert, reverted in found:
        assert revert.title == f'Revert "{reverted.title}"'
        assert revert.head_branch == f"revert-{reverted.number}-{reverted.head_branch}"
        assert reverted.merged_at is not None
        assert revert.opened_at > reverted.merged_at


def test_the_body_of_a_revert_keeps_the_name_of_its_day() -> None:
    named = Counter[str]()
    for seed in range(1, 30):
        organization = generate(seed, months=2, repositories=2)
        for view, revert, reverted in reverts(organization):
            repository = view.repository
            is_former = repository.renamed_at is not None and revert.opened_at < repository.renamed_at
            name = repository.previous_name if is_former else repository.full_name
            assert (revert.body or "").partition("\n")[0] == f"Reverts {name}#{reverted.number}"
            named[str(name)] += 1
    assert set(named) == {"acme/api", "acme/web", "acme/website"}


def test_changes_are_reverted_before_and_after_their_deployment(grown: Organization) -> None:
    kinds = Counter[str]()
    for view, revert, reverted in reverts(grown):
        at = first_with(view, reverted)
        kinds["deployed" if at is not None and at < revert.opened_at else "not yet"] += 1
        kinds["reverted live" if first_with(view, revert) else "never live"] += 1
    assert set(kinds) == {"deployed", "not yet", "reverted live", "never live"}


def test_some_incidents_have_no_deployment_before_them(grown: Organization) -> None:
    orphans = Counter(
        view.name for view, issue in incidents(grown) if not any(at <= issue.opened_at for at, _ in live(view))
    )
    assert orphans.keys() >= {"api", "web", "worker"}


def test_some_incidents_stay_open_and_some_end_in_the_next_month(grown: Organization) -> None:
    ends = [(issue.opened_at, view.closed_at_of(issue)) for view, issue in incidents(grown)]
    assert any(closed is None for _, closed in ends)
    late = [closed for opened, closed in ends if (opened + dt.timedelta(hours=1)).month != opened.month]
    assert any(closed is not None and closed.day == 1 for closed in late)


def test_incidents_name_their_service(grown: Organization) -> None:
    services = Counter[str]()
    for view, issue in incidents(grown):
        named = [label for label in view.labels_of(issue) if label.startswith("service:")]
        assert view.name == "worker" or not named
        assert len(named) <= 1
        services.update(named or ["none"])
    assert services.keys() == {"service:web", "service:worker", f"service:{NEVER_DEPLOYED}", "none"}
    deployed = {row.service for view in grown.at().repositories for row in view.deployments}
    assert deployed == {"web", "worker", None}


def test_a_hotfix_is_deployed_before_it_is_merged(grown: Organization) -> None:
    early = 0
    for view in grown.at().repositories:
        own = {
            commit.sha: pull.merged_at
            for pull in view.pull_requests
            for commit in view.state_of(pull).push.commits
            if pull.merged_at is not None
        }
        early += sum(row.sha in own and at < own[row.sha] for at, row in live(view))
    assert early
