import datetime as dt
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from pulse_assets.sandbox.generator import DEFAULT_UNTIL, generate
from pulse_assets.sandbox.oddities import MANY_COMMITS, MANY_REVIEWS, ODD_TITLES
from pulse_assets.sandbox.organization import Organization, Repository
from pulse_assets.sandbox.pull_shapes import PullShapes
from pulse_assets.sandbox.run_shapes import shaped_run
from pulse_assets.sandbox.shapes import Shapes
from pulse_assets.sandbox.view import PullRequestState, RepositoryView

START = dt.datetime(2025, 1, 6, tzinfo=dt.UTC)


def named(organization: Organization, name: str) -> Repository:
    return next(repository for repository in organization.repositories if repository.name == name)


def view(organization: Organization, name: str, at: dt.datetime | None = None) -> RepositoryView:
    found = organization.at(at).repository(f"acme/{name}")
    assert found is not None
    return found


def test_the_same_arguments_give_the_same_world(organization: Organization) -> None:
    assert generate(7) == organization
    assert generate(8) != organization


def test_more_repositories_leave_the_others_alone(organization: Organization) -> None:
    more = generate(7, repositories=9)
    assert more.repositories[:6] == organization.repositories[:6]
    assert len(more.repositories) == 11


def what_shows(view: RepositoryView) -> dict[str, list[Any]]:
    """All that anybody can read as of the view's instant."""
    shapes = Shapes("", "acme")
    pulls = PullShapes(shapes)
    return {
        "pulls": [pulls.detailed(view, view.state_of(pull)) for pull in view.pull_requests],
        "reviews": [view.state_of(pull).reviews for pull in view.pull_requests],
        "commits": [view.state_of(pull).push.commits for pull in view.pull_requests],
        "issues": [shapes.issue(view, issue) for issue in view.issues],
        "history": list(view.history),
        "deployments": [shapes.deployment(view, row) for row in view.deployments],
        "statuses": [view.statuses_of(row) for row in view.deployments],
        "releases": [shapes.release(view, row) for row in view.releases],
        "runs": [shaped_run(shapes, view, view.run_state(run), {}) for run in view.workflow_runs],
    }


@pytest.mark.parametrize("seed", range(6))
def test_a_later_until_changes_nothing_before_the_earlier_one(seed: int) -> None:
    earlier, later = START + dt.timedelta(days=60), START + dt.timedelta(days=80)
    short, long = (
        generate(seed, start=START, until=until, pull_requests_per_month=30, has_deletions=True)
        for until in (earlier, later)
    )
    for name in ("api", "web", "worker", "docs", "handbook"):
        one, other = view(short, name, earlier), view(long, name, earlier)
        assert what_shows(one) == what_shows(other)


@pytest.mark.parametrize(
    "wrong",
    [{"repositories": 0}, {"people": 1}, {"pull_requests_per_month": 0}, {"start": DEFAULT_UNTIL}],
)
def test_a_size_that_makes_no_world_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="at least one repository"):
        generate(1, **wrong)  # pyright: ignore[reportArgumentType]


def test_numbers_count_up_with_the_openings(organization: Organization) -> None:
    for repository in organization.repositories:
        numbered = sorted([*repository.pull_requests, *repository.issues], key=lambda thing: thing.number)
        assert [thing.number for thing in numbered] == list(range(1, len(numbered) + 1))
        assert [thing.opened_at for thing in numbered] == sorted(thing.opened_at for thing in numbered)
        assert [row.id for row in repository.deployments] == sorted(row.id for row in repository.deployments)


def test_ids_and_shas_are_unique(organization: Organization) -> None:
    for kind in ("pull_requests", "deployments", "releases", "issues", "workflow_runs"):
        ids = [row.id for repository in organization.repositories for row in getattr(repository, kind)]
        assert len(set(ids)) == len(ids)
    reviews = [r.id for repo in organization.repositories for pull in repo.pull_requests for r in pull.reviews]
    assert len(set(reviews)) == len(reviews)
    shas = [landing.commit.sha for repository in organization.repositories for landing in repository.landings]
    assert len(set(shas)) == len(shas)


def test_nothing_happens_before_its_cause(organization: Organization) -> None:
    for repository in organization.repositories:
        known = repository.known_commits
        for pull in repository.pull_requests:
            assert all(push.at >= pull.opened_at for push in pull.pushes[1:])
            assert all(review.submitted_at > pull.opened_at for review in pull.reviews)
            if pull.merged_at is not None:
                assert all(push.at <= pull.merged_at for push in pull.pushes)
            for commit in (commit for push in pull.pushes for commit in push.commits):
                assert all(parent in known for parent in commit.parents)
        for deployment in repository.deployments:
            assert known[deployment.sha][1] <= deployment.created_at
            assert [status.at for status in deployment.statuses] == sorted(s.at for s in deployment.statuses)


def test_the_mainline_is_a_chain(organization: Organization) -> None:
    for at in (organization.until, organization.until - dt.timedelta(days=170)):
        for repository in organization.at(at).repositories:
            line = repository.mainline
            for before, after in pairwise(line):
                assert after.commit.parents[0] == before.commit.sha


def test_each_repository_plays_its_role(organization: Organization) -> None:
    assert named(organization, "web").previous_name == "acme/website"
    assert any(landing.lost_at for landing in named(organization, "worker").landings)
    assert not named(organization, "docs").deployments
    assert any(release.is_prerelease for release in named(organization, "docs").releases)
    assert any(release.is_draft for release in named(organization, "docs").releases)
    assert not named(organization, "handbook").pull_requests
    assert not named(organization, "scratch").landings
    assert named(organization, "legacy").is_archived
    assert named(organization, "sdk").is_fork


ODDITIES: dict[str, Callable[[PullRequestState], object]] = {
    "more commits than a page": lambda s: len(s.push.commits) >= MANY_COMMITS,
    "more reviews than a page": lambda s: len(s.reviews) == MANY_REVIEWS,
    "no commits": lambda s: not s.push.commits,
    "deleted author": lambda s: s.pull.author is None,
    "deleted reviewer": lambda s: any(review.reviewer is None for review in s.reviews),
    "deleted fork": lambda s: s.pull.head_repository is None,
    "fork": lambda s: s.pull.head_repository,
    "draft": lambda s: s.is_draft,
    "another base branch": lambda s: s.pull.base_branch != "main" and s.merged_at,
    "no reviews": lambda s: s.merged_at and not s.reviews,
    "only the author's review": lambda s: {r.reviewer for r in s.reviews} == {s.pull.author},
    "bot's review": lambda s: any(review.reviewer and review.reviewer.is_bot for review in s.reviews),
    "bot's change": lambda s: s.pull.author and s.pull.author.is_bot,
    "rejected": lambda s: s.state == "CLOSED",
    "open": lambda s: s.state == "OPEN",
    "authored after opening": lambda s: s.push.commits and s.push.commits[0].authored_at > s.pull.opened_at,
    "authored in the future": lambda s: s.push.commits and s.push.commits[0].authored_at > DEFAULT_UNTIL,
    "hotfix": lambda s: s.pull.head_branch.startswith("hotfix/"),
    "author's e-mail unknown": lambda s: any(commit.author is None for commit in s.push.commits),
    "labelled after the merge": lambda s: s.merged_at and s.updated_at > s.merged_at,
}


def all_states(organization: Organization) -> list[PullRequestState]:
    return [found.state_of(pull) for found in organization.at().repositories for pull in found.pull_requests]


@pytest.mark.parametrize("oddity", ODDITIES)
def test_the_world_holds_every_oddity_of_pull_requests(organization: Organization, oddity: str) -> None:
    assert any(ODDITIES[oddity](state) for state in all_states(organization))


def test_the_world_holds_every_odd_title(organization: Organization) -> None:
    assert set(ODD_TITLES) <= {state.pull.title for state in all_states(organization)}
    assert any("\0" in title for title in ODD_TITLES)


def test_deployments_fail_are_retried_and_rolled_back(organization: Organization) -> None:
    deployments = [row for repository in organization.repositories for row in repository.deployments]
    states = Counter(status.state for deployment in deployments for status in deployment.statuses)
    assert set(states) == {"pending", "in_progress", "success", "failure", "error", "inactive"}
    production = Counter(row.sha for row in deployments if row.is_production)
    assert production.most_common(1)[0][1] > 1
    issues = [issue for repository in organization.repositories for issue in repository.issues]
    incidents = [issue for issue in issues if "incident" in issue.labellings[0].labels]
    assert any(issue.labellings[-1].labels == ("bug",) for issue in incidents)


def test_people_work_on_weekdays(organization: Organization) -> None:
    merged = [state.pull for state in all_states(organization) if state.pull.author in organization.people[:8]]
    at_weekends = [pull for pull in merged if pull.opened_at.weekday() > 4]
    assert len(at_weekends) < len(merged) / 10
