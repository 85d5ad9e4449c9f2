"""A client that knows nothing of Pulse reads the sandbox."""

from collections.abc import Iterator

import pytest
from github import Auth, Github

from pulse_assets.sandbox.oddities import MANY_COMMITS, MANY_REVIEWS
from pulse_assets.sandbox.organization import Organization
from pulse_assets_tests.sandbox.conftest import TOKEN


@pytest.fixture
def reader(address: str) -> Iterator[Github]:
    github = Github(auth=Auth.Token(TOKEN), base_url=address, per_page=50, retry=None, seconds_between_requests=None)
    yield github
    github.close()


def test_pygithub_reads_the_organization(reader: Github, organization: Organization) -> None:
    found = {repository.full_name: repository for repository in reader.get_organization("acme").get_repos()}
    assert set(found) == {repository.full_name for repository in organization.repositories}
    repository = found["acme/api"]
    assert repository.default_branch == "main"
    view = organization.at().repository("acme/api")
    assert view is not None
    pulls = list(repository.get_pulls(state="all", sort="updated", direction="desc"))
    assert {pull.number: pull.title for pull in pulls} == {pull.number: pull.title for pull in view.pull_requests}
    commits = {pull.number: pull.get_commits().totalCount for pull in pulls[:10]}
    assert commits == {number: len(view.state_of(view.pull_numbers[number]).push.commits) for number in commits}
    first = min(pulls, key=lambda pull: pull.number)
    assert len(list(first.get_commits())) == MANY_COMMITS
    assert max(len(list(pull.get_reviews())) for pull in pulls) == MANY_REVIEWS


def test_pygithub_reads_deployments_releases_and_issues(reader: Github) -> None:
    repository = reader.get_repo("acme/website")
    assert repository.full_name == "acme/web"
    deployment = repository.get_deployments()[0]
    assert [status.state for status in deployment.get_statuses()][-1] == "pending"
    releases = list(reader.get_repo("acme/docs").get_releases())
    assert any(release.draft for release in releases)
    assert [issue.number for issue in repository.get_issues(state="all", labels=["incident"])]
    runs = repository.get_workflow_runs(branch="main", event="push")  # pyright: ignore[reportArgumentType]
    assert {"CI", "Deploy to production"} <= {run.name for run in runs}
    assert repository.get_workflow_run(runs[0].id).created_at == runs[0].created_at
    history = list(repository.get_commits())
    assert repository.compare(history[5].sha, history[0].sha).status == "ahead"
