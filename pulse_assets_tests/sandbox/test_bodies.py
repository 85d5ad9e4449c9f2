import re
from collections import Counter

import pytest

from pulse_assets.sandbox.generator import generate
from pulse_assets.sandbox.organization import Organization

WORLDS = range(1, 9)


@pytest.fixture(scope="module")
def worlds() -> list[Organization]:
    return [generate(seed) for seed in WORLDS]


def test_a_report_says_the_cause_that_the_world_knows(worlds: list[Organization]) -> None:
    for organization in worlds:
        for repository in organization.repositories:
            for issue in repository.issues:
                said = re.findall(r"^root cause: (#?[0-9a-f]+)$", issue.body or "", re.MULTILINE)
                known = issue.root_cause_sha or (issue.root_cause_number and f"#{issue.root_cause_number}")
                assert said == ([known] if known else [])


def test_a_third_of_the_incidents_names_a_commit_that_was_live_and_some_an_unknown_one(
    worlds: list[Organization],
) -> None:
    counts, lengths = Counter[str](), set[int]()
    for organization in worlds:
        for repository in organization.repositories:
            landed = {
                commit.sha: place
                for place, landing in enumerate(repository.landings)
                for commit in (landing.commit, *landing.side)
            }
            for issue in repository.issues:
                if "incident" not in issue.labellings[0].labels:
                    continue
                counts["incidents"] += 1
                found = [sha for sha in landed if issue.root_cause_sha and sha.startswith(issue.root_cause_sha)]
                counts["number"] += issue.root_cause_number is not None
                counts["unknown"] += issue.root_cause_sha is not None and not found
                if found:
                    (sha,) = found
                    lengths.add(len(issue.root_cause_sha or ""))
                    before = [
                        landed[row.sha]
                        for row in repository.deployments
                        if row.is_production and row.sha in landed
                        if any(status.state == "success" and status.at < issue.opened_at for status in row.statuses)
                    ]
                    assert landed[sha] <= max(before)
                    counts["known"] += 1
    assert 0.2 < counts["known"] / counts["incidents"] < 0.4
    assert 0 < counts["unknown"] < counts["number"] < counts["known"]
    assert lengths == {7, 8, 10, 12, 40}


def test_a_number_named_as_the_cause_was_merged_before(worlds: list[Organization]) -> None:
    for organization in worlds:
        for repository in organization.repositories:
            merged = {pull.number: pull.merged_at for pull in repository.pull_requests}
            for issue in repository.issues:
                if issue.root_cause_number is not None:
                    at = merged[issue.root_cause_number]
                    assert at is not None
                    assert at < issue.opened_at


def test_a_body_says_which_issues_it_closes(worlds: list[Organization]) -> None:
    closed = Counter[str]()
    keyword = re.compile(r"\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?) #(\d+)", re.IGNORECASE)
    for organization in worlds:
        for repository in organization.repositories:
            issues = {issue.number: issue for issue in repository.issues}
            for pull in repository.pull_requests:
                assert tuple(map(int, keyword.findall(pull.body or ""))) == pull.closes_issues
                for number in pull.closes_issues:
                    assert issues[number].number < pull.number
                    closed[issues[number].labellings[0].labels[0]] += 1
                if pull.closes_issues:
                    closed[pull.head_branch.partition("/")[0].partition("-")[0]] += 1
    assert closed.keys() >= {"incident", "bug", "hotfix", "fix", "revert"}


def test_bodies_hold_what_naive_readers_stumble_over(worlds: list[Organization]) -> None:
    texts = [pull.body for world in worlds for row in world.repositories for pull in row.pull_requests]
    texts += [issue.body for world in worlds for row in world.repositories for issue in row.issues]
    assert None in texts
    for part in ("<script>", "Prefixes #", "root cause: unknown", "See #", "\r\n"):
        assert any(part in (text or "") for text in texts)
