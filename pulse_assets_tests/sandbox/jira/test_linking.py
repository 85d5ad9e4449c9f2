"""Pull requests that name issues: what is written is what is known, and nothing else changes."""

import dataclasses
import datetime as dt
import re
from functools import cache

import pytest

from pulse_assets.sandbox.generator import generate
from pulse_assets.sandbox.jira.generator import generate_jira
from pulse_assets.sandbox.jira.linking import Mention, true_links, with_issue_keys
from pulse_assets.sandbox.jira.world import JiraWorld
from pulse_assets.sandbox.organization import Organization


@cache
def parts(seed: int) -> tuple[Organization, Organization, list[Mention], JiraWorld]:
    """The organization before and after, the mentions, and the site."""
    before = generate(seed)
    site = generate_jira(seed, before)
    after, mentions = with_issue_keys(before, site)
    return before, after, mentions, site


def texts(organization: Organization) -> dict[tuple[str, int], dict[str, str]]:
    """What each pull request says in its four places, at last."""
    return {
        (repository.full_name, pull.number): {
            "title": pull.title,
            "branch": pull.head_branch.upper(),
            "body": pull.body or "",
            "commit": "\n".join(
                commit.message.partition("\n")[0] for push in pull.pushes[-1:] for commit in push.commits
            ),
        }
        for repository in organization.repositories
        for pull in repository.pull_requests
    }


@pytest.mark.parametrize("seed", range(3))
def test_every_mention_stands_where_it_is_said_to(seed: int) -> None:
    _, organization, mentions, _ = parts(seed)
    written = texts(organization)
    assert len(mentions) > 50
    for mention in mentions:
        places = written[mention.repository, mention.number]
        found = {place for place, text in places.items() if re.search(rf"\b{mention.named_key}\b", text)}
        assert found == set(mention.places)


def test_only_texts_change() -> None:
    before, after, _, _ = parts(1)
    for one, other in zip(before.repositories, after.repositories, strict=True):
        for pull, linked_pull in zip(one.pull_requests, other.pull_requests, strict=True):
            same = {"title": pull.title, "head_branch": pull.head_branch, "body": pull.body, "pushes": pull.pushes}
            assert dataclasses.replace(linked_pull, **same) == pull  # pyright: ignore[reportArgumentType]
            assert [commit.sha for push in linked_pull.pushes for commit in push.commits] == [
                commit.sha for push in pull.pushes for commit in push.commits
            ]
    assert with_issue_keys(before, parts(1)[3]) == (after, parts(1)[2])


def test_a_commit_says_the_same_wherever_it_is() -> None:
    _, organization, _, _ = parts(1)
    for repository in organization.repositories:
        messages = dict[str, str]()
        commits = [commit for pull in repository.pull_requests for push in pull.pushes for commit in push.commits]
        commits += [commit for landing in repository.landings for commit in (landing.commit, *landing.side)]
        for commit in commits:
            assert messages.setdefault(commit.sha, commit.message) == commit.message


def test_links_name_issues_that_were_there_before_the_pull_request() -> None:
    _, organization, mentions, site = parts(1)
    rows = true_links(mentions, organization, site)
    assert {row["reason"] for row in rows} == {None, "unknown_issue"}
    opened = {
        (repository.full_name, pull.number): pull.opened_at
        for repository in organization.repositories
        for pull in repository.pull_requests
    }
    view = site.at()
    for row in rows:
        issue = view.issue(row["key"])
        assert row["is_counted"] == (issue is not None)
        if issue is not None:
            assert issue.created_at <= opened[row["repository"], row["number"]]
            assert view.fields_of(issue).project.key == row["project"]


def test_a_moved_issue_is_linked_under_its_new_key() -> None:
    moved = [
        row
        for seed in range(8)
        for row in true_links(parts(seed)[2], parts(seed)[1], parts(seed)[3])
        if row["key"] != row["named_key"]
    ]
    assert moved
    assert {row["project"] for row in moved} == {"OPS"}
    assert {row["named_key"].rpartition("-")[0] for row in moved} <= {"PAY", "WEB_2"}


def test_keys_of_projects_that_are_not_collected_are_no_links() -> None:
    _, organization, mentions, site = parts(1)
    rows = true_links(mentions, organization, site, projects=("OPS",))
    assert rows
    assert {row["key"].rpartition("-")[0] for row in rows} == {"OPS"}


def test_what_is_not_opened_or_pushed_is_no_link_yet() -> None:
    _, organization, mentions, site = parts(1)
    earlier = site.until - dt.timedelta(days=90)
    rows, all_rows = (true_links(mentions, organization, site, at) for at in (earlier, None))
    assert 0 < len(rows) < len(all_rows)
    view = organization.at(earlier)
    for row in rows:
        repository = view.repository(row["repository"])
        assert repository is not None
        assert row["number"] in {pull.number for pull in repository.pull_requests}
