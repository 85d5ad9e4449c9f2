import datetime as dt

import pytest

from pulse_assets.sandbox.organization import Labelling, Landing, Organization, Push, Release
from pulse_assets.sandbox.view import RepositoryView
from pulse_assets_tests.sandbox.worlds import (
    BEN,
    at,
    attempt,
    commit,
    deployment,
    issue,
    mainline,
    pull,
    review,
    run,
    world,
)


def seen(organization: Organization, when: str) -> RepositoryView:
    return organization.at(at(when)).repositories[0]


def test_a_pull_request_is_updated_by_its_newest_event() -> None:
    change = pull(
        1,
        "2024-05-01",
        merged="2024-05-05",
        merge="m1",
        pushes=(
            Push(at("2024-05-01"), (commit("a", "2024-04-30"),)),
            Push(at("2024-05-02"), (commit("b", "2024-05-02"),)),
        ),
        reviews=(review(1, BEN, "2024-05-03"), review(2, BEN, "2024-05-07")),
        labellings=(Labelling(at("2024-05-08"), ("late",)),),
        draft_until=at("2024-05-01T12:00"),
    )
    organization = world(pull_requests=(change,))
    states = {
        when: seen(organization, when).state_of(change)
        for when in (
            "2024-05-01",
            "2024-05-01T18:00",
            "2024-05-02",
            "2024-05-04",
            "2024-05-06",
            "2024-05-07",
            "2024-05-09",
        )
    }
    assert [state.updated_at for state in states.values()] == [
        at(when)
        for when in (
            "2024-05-01",
            "2024-05-01T12:00",
            "2024-05-02",
            "2024-05-03",
            "2024-05-05",
            "2024-05-07",
            "2024-05-08",
        )
    ]
    assert [state.state for state in states.values()] == ["OPEN"] * 4 + ["MERGED"] * 3
    assert states["2024-05-01"].is_draft
    assert [len(state.reviews) for state in states.values()] == [0, 0, 0, 1, 1, 2, 2]
    assert states["2024-05-09"].labels == ("late",)
    assert states["2024-05-01"].head_sha != states["2024-05-02"].head_sha


def test_before_its_opening_a_pull_request_is_not_there() -> None:
    organization = world(pull_requests=(pull(1, "2024-05-02"), pull(2, "2024-05-01")))
    assert [row.number for row in seen(organization, "2024-05-01").pull_requests] == [2]


def test_a_deployment_moves_with_its_statuses() -> None:
    row = deployment(1, "m1", ("pending", "2024-05-01"), ("success", "2024-05-02"), ("inactive", "2024-05-03"))
    organization = world(deployments=(row,))
    before = seen(organization, "2024-05-02T12:00")
    assert [status.state for status in before.statuses_of(row)] == ["pending", "success"]
    assert row.updated_at(before.instant) == at("2024-05-02")
    assert before.deployment(1) is row
    assert before.deployment(2) is None


def test_a_force_push_takes_commits_off_the_branch_but_not_out_of_the_repository() -> None:
    line = mainline(("m0", "2024-05-01"), ("m1", "2024-05-02"), lost={"m1": "2024-05-03"})
    rewritten = Landing(commit("m1 again", "2024-05-02", parents=("m0",)), at("2024-05-03"))
    organization = world(landings=(*line, rewritten))
    before, after = seen(organization, "2024-05-02"), seen(organization, "2024-05-04")
    assert [row.message for row in before.history] == ["Do m1", "Do m0"]
    assert [row.message for row in after.history] == ["Do m1 again", "Do m0"]
    old, new = before.head, after.head
    assert old is not None
    assert new is not None
    found = after.compare(old, new)
    assert (found.status, [row.message for row in found.ahead], found.behind_count) == ("diverged", ["Do m1 again"], 1)
    assert found.merge_base.message == "Do m0"
    assert after.pushed_at == at("2024-05-03")


def test_a_merge_commit_brings_its_branch_along() -> None:
    side = (commit("s1", "2024-05-02", parents=("m0",)), commit("s2", "2024-05-03", parents=("s1",)))
    merge = commit("merge", "2024-05-05", parents=("m1", "s2"))
    line = (*mainline(("m0", "2024-05-01"), ("m1", "2024-05-04")), Landing(merge, at("2024-05-05"), side=side))
    view = seen(world(landings=line), "2024-05-06")
    assert [row.message for row in view.history] == ["Do merge", "Do s2", "Do s1", "Do m1", "Do m0"]
    assert [row.message for row in view.history_from(side[1].sha)] == ["Do s2", "Do s1", "Do m0"]
    base, head = line[1].commit, merge
    assert [row.message for row in view.compare(base, head).ahead] == ["Do s1", "Do s2", "Do merge"]
    assert view.compare(head, base).status == "behind"
    assert view.compare(head, head).status == "identical"
    from_side = view.compare(side[1], merge)
    assert ([row.message for row in from_side.ahead], from_side.behind_count) == (["Do m1", "Do merge"], 0)


def test_commits_are_found_by_branch_tag_and_abbreviation() -> None:
    view = seen(world(landings=mainline(("m0", "2024-05-01"), ("m1", "2024-05-02"))), "2024-05-03")
    head = view.head
    assert head is not None
    assert {view.resolve(name) for name in ("main", "HEAD", "refs/heads/main", head.sha, head.sha[:7])} == {head}
    assert view.resolve("nothing") is None


def test_a_renamed_repository_changes_its_name_at_that_instant() -> None:
    organization = world(previous_name="acme/old", renamed_at=at("2024-05-01"))
    before, after = organization.at(at("2024-04-30")), organization.at(at("2024-05-01"))
    assert before.repository("ACME/old") is not None
    assert before.repository("acme/api") is None
    assert after.repository("acme/old") is None
    assert after.renamed_repository("acme/old") is after.repository("acme/api")
    assert before.renamed_repository("acme/old") is None


def test_what_is_deleted_is_gone_from_that_instant_on() -> None:
    release = Release(
        3, "v1", commit("m0", "2024-05-01").sha, at("2024-05-01"), at("2024-05-01"), BEN, deleted_at=at("2024-05-04")
    )
    organization = world(
        landings=mainline(("m0", "2024-05-01")),
        issues=(issue(1, "2024-05-01", deleted="2024-05-04"), issue(2, "2024-05-02")),
        deployments=(deployment(1, "m0", ("success", "2024-05-01"), deleted="2024-05-04"),),
        releases=(release,),
    )
    before, after = seen(organization, "2024-05-03T23:59"), seen(organization, "2024-05-04")
    assert [len(rows) for rows in (before.issues, before.deployments, before.releases)] == [2, 1, 1]
    assert [len(rows) for rows in (after.issues, after.deployments, after.releases)] == [1, 0, 0]
    assert (set(after.issue_numbers), after.deleted_issue_numbers, before.deleted_issue_numbers) == ({2}, {1}, set())
    assert after.deployment(1) is None
    assert after.tags == {"v1": release.sha}


def test_a_run_that_is_run_again_forgets_its_first_attempt() -> None:
    again = run(
        1,
        "m0",
        attempt("2024-05-01T10:00", "2024-05-01T10:30", "failure"),
        attempt("2024-05-01T11:00", "2024-05-01T11:20", "success"),
    )
    organization = world(workflow_runs=(again,))
    states = [
        seen(organization, f"2024-05-01T{time}").run_state(again)
        for time in ("10:00", "10:01", "10:30", "11:00", "11:05", "11:20")
    ]
    assert [(s.attempt_count, s.status, s.conclusion) for s in states] == [
        (1, "queued", None),
        (1, "in_progress", None),
        (1, "completed", "failure"),
        (2, "queued", None),
        (2, "in_progress", None),
        (2, "completed", "success"),
    ]
    expected = [("10:00", "10:00"), ("10:01", "10:01"), ("10:01", "10:30")]
    expected += [("11:00", "11:00"), ("11:01", "11:01"), ("11:01", "11:20")]
    assert [(s.started_at, s.updated_at) for s in states] == [
        (at(f"2024-05-01T{started}"), at(f"2024-05-01T{updated}")) for started, updated in expected
    ]
    assert seen(organization, "2024-05-01T09:59").workflow_runs == []


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        world().at(dt.datetime(2024, 5, 1))  # noqa: DTZ001
