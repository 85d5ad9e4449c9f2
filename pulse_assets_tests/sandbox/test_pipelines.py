from collections import Counter

import pytest

from pulse_assets.sandbox.generator import generate
from pulse_assets.sandbox.organization import Organization, Repository, WorkflowRun
from pulse_assets.sandbox.pipelines import WORKFLOWS, build_runs
from pulse_assets_tests.sandbox.worlds import at, deployment, mainline, pull


@pytest.fixture(scope="module")
def piped() -> list[Repository]:
    """Repositories with workflow runs of several worlds."""
    worlds: list[Organization] = [generate(seed) for seed in range(1, 9)]
    return [repository for world in worlds for repository in world.repositories if repository.workflow_runs]


def test_runs_are_numbered_in_order_of_creation(piped: list[Repository]) -> None:
    assert {repository.name for repository in piped} == {"api", "web"}
    for repository in piped:
        runs = list(repository.workflow_runs)
        assert runs == sorted(runs, key=lambda run: (run.created_at, run.id))
        counts = Counter[str]()
        for run in runs:
            counts[run.name] += 1
            assert run.run_number == counts[run.name]
            assert run.created_at == run.attempts[0].queued_at
            assert repository.known_commits[run.head_sha][1] <= run.created_at
        assert counts.keys() == set(WORKFLOWS)


def test_attempts_follow_each_other(piped: list[Repository]) -> None:
    for repository in piped:
        for run in repository.workflow_runs:
            for attempt in run.attempts:
                assert attempt.queued_at < attempt.started_at
                assert (attempt.completed_at is None) == (attempt.conclusion is None)
                assert attempt.completed_at is None or attempt.completed_at > attempt.started_at
            for before, after in zip(run.attempts, run.attempts[1:], strict=False):
                assert before.completed_at is not None
                assert before.completed_at <= after.queued_at


def test_every_successful_deployment_is_a_successful_attempt(piped: list[Repository]) -> None:
    for repository in piped:
        for environment, name in (("production", WORKFLOWS[1]), ("staging", WORKFLOWS[2])):
            deployed = Counter(
                row.sha
                for row in repository.deployments
                if row.environment == environment and any(status.state == "success" for status in row.statuses)
            )
            attempts = Counter(
                run.head_sha
                for run in repository.workflow_runs
                if run.name == name
                for attempt in run.attempts
                if attempt.conclusion == "success"
            )
            assert attempts == deployed


@pytest.mark.parametrize("name", ["CI", "Deploy to production"])
def test_runs_end_in_every_way(piped: list[Repository], name: str) -> None:
    runs = [run for repository in piped for run in repository.workflow_runs if run.name == name]
    assert {"success", "failure", "cancelled"} <= {run.attempts[-1].conclusion for run in runs}
    assert any(len(run.attempts) > 1 for run in runs)


def test_some_runs_never_end_and_are_in_progress(piped: list[Repository]) -> None:
    ends = [run.attempts[-1].completed_at for repository in piped for run in repository.workflow_runs]
    assert None in ends


def attempts(number: int, *names: str) -> tuple[int, ...]:
    """Attempts of each run that a failed deployment and the next one, half an hour later, make."""
    deployments = (
        deployment(number, names[0], ("pending", "2024-05-02T10:00"), ("failure", "2024-05-02T10:10")),
        deployment(number + 1, names[1], ("pending", "2024-05-02T10:30"), ("success", "2024-05-02T10:40")),
    )
    runs: list[WorkflowRun] = build_runs((), (), deployments, first_id=100)
    assert {(run.name, run.event) for run in runs} == {("Deploy to production", "push")}
    return tuple(len(run.attempts) for run in runs if run.attempts[-1].conclusion != "cancelled")


def test_a_retry_of_the_same_commit_is_most_often_the_same_run_again() -> None:
    same = Counter(attempts(number, "m1", "m1") for number in range(1, 200))
    assert same.keys() == {(2,), (1, 1)}
    assert same[2,] > same[1, 1]
    assert {attempts(number, "m1", "m2") for number in range(1, 200)} == {(1, 1)}


def test_pushes_are_checked() -> None:
    line = mainline(("m0", "2024-05-01"), ("m1", "2024-05-03"))
    change = pull(1, "2024-05-02", ("own", "2024-05-01T20:00"), merged="2024-05-03", merge="m1")
    runs = build_runs((change,), line, (), first_id=100)
    assert [(run.id, run.name, run.event, run.head_branch, run.title) for run in runs] == [
        (100, "CI", "push", "main", "Do m0"),
        (101, "CI", "pull_request", "ada/1", "Change 1"),
        (102, "CI", "push", "main", "Do m1"),
    ]
    assert [run.created_at.date() for run in runs] == [at(f"2024-05-0{day}").date() for day in (1, 2, 3)]
