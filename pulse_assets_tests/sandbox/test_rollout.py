from itertools import pairwise

import pytest

from pulse_assets.sandbox.generator import generate
from pulse_assets.sandbox.organization import Deployment, Organization, Repository


@pytest.fixture(scope="module")
def worlds() -> list[Organization]:
    return [generate(seed) for seed in range(1, 6)]


def worker_of(organization: Organization) -> Repository:
    return next(repository for repository in organization.repositories if repository.name == "worker")


def successful(repository: Repository, service: str | None) -> list[Deployment]:
    return [
        row
        for row in repository.deployments
        if row.is_production and row.service == service and any(s.state == "success" for s in row.statuses)
    ]


def test_each_service_has_an_environment_of_its_own(worlds: list[Organization]) -> None:
    environments = {(row.environment, row.service, row.is_production) for row in worker_of(worlds[0]).deployments}
    assert environments == {
        ("production-web", "web", True),
        ("production-worker", "worker", True),
        ("staging", None, False),
    }
    others = [
        row for repository in worlds[0].repositories if repository.name != "worker" for row in repository.deployments
    ]
    assert {(row.environment, row.service) for row in others} == {("production", None), ("staging", None)}


def test_services_are_deployed_in_turns_and_at_their_own_pace(worlds: list[Organization]) -> None:
    for organization in worlds:
        worker = worker_of(organization)
        turns = [row.service for row in worker.deployments if row.is_production]
        assert sum(before != after for before, after in pairwise(turns)) > 10
        assert len(successful(worker, "web")) > 1.3 * len(successful(worker, "worker"))


def test_one_service_goes_back_while_the_other_stays(worlds: list[Organization]) -> None:
    gone_back = set()
    for organization in worlds:
        worker = worker_of(organization)
        places = {landing.commit.sha: place for place, landing in enumerate(worker.landings)}
        for service in ("web", "worker"):
            line = [places[row.sha] for row in successful(worker, service) if row.sha in places]
            if any(after < before for before, after in pairwise(line)):
                gone_back.add(service)
    assert gone_back == {"web", "worker"}


def test_a_success_ends_only_the_former_one_of_its_environment(worlds: list[Organization]) -> None:
    for organization in worlds:
        for service in ("web", "worker"):
            *former, newest = sorted(
                successful(worker_of(organization), service),
                key=lambda row: next(status.at for status in row.statuses if status.state == "success"),
            )
            assert all(row.statuses[-1].state == "inactive" for row in former)
            assert newest.statuses[-1].state == "success"


def test_a_failed_deployment_is_tried_again(worlds: list[Organization]) -> None:
    retried = 0
    for organization in worlds:
        for repository in organization.repositories:
            for environment in {row.environment for row in repository.deployments}:
                rows = [row for row in repository.deployments if row.environment == environment]
                retried += sum(
                    before.sha == after.sha and before.statuses[-1].state in {"failure", "error"}
                    for before, after in pairwise(rows)
                )
    assert retried


def test_only_worlds_with_deletions_lose_what_is_over() -> None:
    kinds = ("issues", "deployments", "releases")
    kept, lossy = generate(1), generate(1, has_deletions=True)
    assert not [row for repo in kept.repositories for kind in kinds for row in getattr(repo, kind) if row.deleted_at]
    for kind in kinds:
        gone = [row for repo in lossy.repositories for row in getattr(repo, kind) if row.deleted_at]
        assert any(row.deleted_at < lossy.until for row in gone)
    for repository in lossy.repositories:
        assert all(row.deleted_at > row.statuses[-1].at for row in repository.deployments if row.deleted_at)
        assert all(row.closed_at and row.deleted_at > row.closed_at for row in repository.issues if row.deleted_at)
    assert [repo.pull_requests for repo in lossy.repositories] == [repo.pull_requests for repo in kept.repositories]
