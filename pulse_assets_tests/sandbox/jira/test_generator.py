"""Generated sites: the same from the same seed, and as odd as real ones."""

import datetime as dt
from collections import Counter

import pytest

from pulse_assets.sandbox.generator import DEFAULT_UNTIL, generate
from pulse_assets.sandbox.jira.generator import PROJECT_KEYS, generate_jira
from pulse_assets.sandbox.jira.view import JiraView
from pulse_assets.sandbox.jira.world import JiraWorld
from pulse_assets_tests.sandbox.jira.oddities import oddities_of

SEEDS = range(50)
START = dt.datetime(2025, 1, 6, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


@pytest.fixture(scope="module")
def worlds() -> list[JiraWorld]:
    return [generate_jira(seed) for seed in SEEDS]


def test_the_same_arguments_give_the_same_site() -> None:
    assert generate_jira(3) == generate_jira(3)
    assert generate_jira(3) != generate_jira(4)


def what_shows(view: JiraView) -> list[object]:
    """All that anybody can read as of the view's instant."""
    issues = [(view.fields_of(issue), view.changes_of(issue)) for issue in view.issues]
    sprints = [view.sprints_of(board) for board in view.boards]
    texts = [
        (one.sprint.name, one.sprint.goal, one.state, one.started_at, one.planned_end_at, one.completed_at)
        for some in sprints
        for one in some
    ]
    return [issues, texts, view.statuses, view.projects]


@pytest.mark.parametrize("seed", range(4))
def test_a_later_until_changes_nothing_before_the_earlier_one(seed: int) -> None:
    earlier, later = START + 90 * DAY, START + 120 * DAY
    short = generate_jira(seed, start=START, until=earlier)
    long = generate_jira(seed, start=START, until=later)
    assert what_shows(short.at(earlier)) == what_shows(long.at(earlier))
    assert len(long.issues) > len(short.issues)


def test_something_happens_beyond_until() -> None:
    site = generate_jira(1)
    before, after = site.at(), site.at(site.until + 20 * DAY)
    assert sum(len(after.changes_of(issue)) for issue in after.issues) > sum(
        len(before.changes_of(issue)) for issue in before.issues
    )


@pytest.mark.parametrize("wrong", [{"projects": 0}, {"issues_per_sprint": 0}, {"start": DEFAULT_UNTIL}])
def test_a_size_that_makes_no_site_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="at least one project"):
        generate_jira(1, **wrong)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_projects_come_in_their_order(count: int) -> None:
    site = generate_jira(1, projects=count)
    assert [project.key for project in site.projects] == [*PROJECT_KEYS, "APP5"][:count]
    kinds = {"PAY": ["scrum", "kanban"], "WEB_2": ["simple"], "OPS": ["kanban"], "LAB": ["scrum"], "APP5": ["scrum"]}
    assert [board.kind for board in site.boards] == [kind for key in list(kinds)[:count] for kind in kinds[key]]


def test_members_of_the_organization_have_accounts() -> None:
    organization = generate(1)
    people = generate_jira(1, organization).people
    logins = {person.login for person in organization.people if not person.is_bot and person.association == "MEMBER"}
    assert {person.login for person in people if person.login} == logins
    assert len({person.account_id for person in people}) == len(people)
    assert [person.name for person in people if person.is_app] == ["Automation for Jira"]


# ------------------------------------------------------------------ what holds in every site
def test_histories_are_in_order_and_fit_together(worlds: list[JiraWorld]) -> None:
    for site in worlds:
        ids = [change.id for issue in site.issues for change in issue.changes]
        assert len(set(ids)) == len(ids)
        keys = [issue.id for issue in site.issues]
        assert len(set(keys)) == len(keys)
        for issue in site.issues:
            times = [(change.at, change.id) for change in issue.changes]
            assert times == sorted(times)
            assert all(issue.created_at <= at for at, _ in times)
            assert all(at.microsecond % 1000 == 0 for at, _ in times)
            values = dict(issue.initial)
            skipped = {slot for _, slot, _ in issue.unlogged}
            for change in issue.changes:
                for item in change.items:
                    before = values.get(item.slot, (None, None))
                    if item.slot not in skipped:
                        assert (item.from_id or None, item.from_text or None) == (before[0] or None, before[1] or None)
                    values[item.slot] = (item.to_id, item.to_text)


def test_what_a_view_needs_is_there(worlds: list[JiraWorld]) -> None:
    for site in worlds[:10]:
        for instant in (site.until, site.until + 50 * DAY):
            view = site.at(instant)
            there = {status.id for status, _ in view.statuses}
            sprints = {sprint.id for sprint in site.sprints}
            seen_keys = Counter(view.fields_of(issue).key for issue in view.issues)
            assert set(seen_keys.values()) == {1}
            for issue in view.issues:
                fields = view.fields_of(issue)
                assert fields.status.id in there
                assert fields.status.project_id in (None, fields.project.id)
                assert fields.key.startswith(f"{fields.project.key}-")
                assert set(fields.sprint_ids) <= sprints


# ------------------------------------------------------------------ what must occur
def test_fifty_sites_hold_every_oddity(worlds: list[JiraWorld]) -> None:
    found = Counter(name for site in worlds for name in oddities_of(site))  # in how many of the fifty
    wanted = {
        "future sprint": 50,
        "sprint without a planned end": 20,
        "sprint closed and re-opened": 30,
        "sprint without issues": 30,
        "boundary at a change of the clocks": 25,
        "sprint across a change of the clocks": 50,
        "created in a running sprint": 50,
        "added after the start": 50,
        "added at the very start": 40,
        "removed": 50,
        "taken out at the very end": 25,
        "removed and re-added": 25,
        "done before the start": 40,
        "re-estimated in the sprint": 50,
        "re-opened": 50,
        "from done to done": 25,
        "created as done": 50,
        "two changes of status in one history": 50,
        "more than 40 histories": 50,
        "moved from PAY": 30,
        "moved from WEB_2": 30,
        "deleted": 50,
        "status changed without a history": 5,
        "commented": 50,
        "in several sprints": 50,
        "Sub-task": 45,
        "Epic": 50,
        "Incident": 50,
        "Bug": 50,
        "without an estimate": 50,
        "escaped": 50,
        "in an epic": 50,
        "was in a deleted status": 40,
        "status under two names": 20,
    }
    assert {oddity: found[oddity] for oddity in wanted if found[oddity] < wanted[oddity]} == {}
