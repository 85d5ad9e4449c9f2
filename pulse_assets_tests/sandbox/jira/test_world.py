"""Jira as of an instant: what is there, and what it says."""

import dataclasses
import datetime as dt

import pytest

from pulse_assets.sandbox.jira.world import PROJECT, STATUS, Board, Change, Item, Project, Status
from pulse_assets_tests.sandbox.jira.worlds import ADA, BOARD, PAY, STATUSES, at, issue, sprint, world


def test_an_instant_needs_a_zone() -> None:
    with pytest.raises(ValueError, match="has no time zone"):
        world("05-01").at(dt.datetime(2024, 5, 1))  # noqa: DTZ001 - that is what is tried


def test_fields_are_those_of_the_instant() -> None:
    one = issue(1, "05-01", ("05-02", "status=doing points=3"), ("05-04T10:00", "sprint=7,9 points= labels=x"))
    site = world("05-10", one)
    assert site.at(at("04-30")).issues == []
    early, late = site.at(at("05-03")).fields_of(one), site.at().fields_of(one)
    assert (early.status.id, early.estimates, early.sprint_ids) == (
        "3",
        {"customfield_10026": 3.0, "customfield_10016": None},
        (),
    )
    assert (late.sprint_ids, late.labels, late.estimates["customfield_10026"]) == ((7, 9), ("x",), None)
    assert (early.updated_at, late.updated_at) == (at("05-02"), at("05-04T10:00"))
    assert [change.id for change in site.at(at("05-03")).changes_of(one)] == [1000]


def test_comments_and_migrations_move_updated_and_leave_no_history() -> None:
    one = dataclasses.replace(
        issue(1, "05-01", ("05-02", "status=doing")),
        commented_at=(at("05-03"),),
        unlogged=((at("05-05"), STATUS, ("5", "Done")),),
    )
    site = world("05-10", one)
    assert site.at(at("05-04")).updated_at(one) == at("05-03")
    assert site.at().updated_at(one) == at("05-05")
    assert (site.at(at("05-04")).fields_of(one).status.id, site.at().fields_of(one).status.id) == ("3", "5")
    assert len(site.at().changes_of(one)) == 1


def test_a_deleted_issue_is_there_until_then() -> None:
    one = dataclasses.replace(issue(1, "05-01"), deleted_at=at("05-03"))
    site = world("05-10", one)
    assert site.at(at("05-02T23:59")).issue("PAY-1") == one
    assert site.at(at("05-03")).issue("PAY-1") is None


def test_a_moved_issue_is_found_by_its_old_key_and_is_in_the_other_project() -> None:
    ops = Project(
        "10001", "OPS", "Operations", is_team_managed=False, lead=ADA, created_at=at("01-01"), workflow_name="Flow"
    )
    items = (
        Item("project", PROJECT, "jira", PAY.id, PAY.name, ops.id, ops.name),
        Item("Key", None, "jira", None, "PAY-1", None, "OPS-4"),
    )
    one = dataclasses.replace(
        issue(1, "05-01"),
        key="OPS-4",
        project_key="OPS",
        previous_keys=("PAY-1",),
        changes=(Change(1, at("05-03"), ADA, items),),
    )
    boards = BOARD, Board(2, "OPS board", "kanban", "OPS", None)
    site = world("05-10", one, projects=(PAY, ops), boards=boards)
    before, after = site.at(at("05-02")), site.at()
    assert (before.fields_of(one).key, before.issue("OPS-4")) == ("PAY-1", None)
    assert (after.fields_of(one).key, after.fields_of(one).project) == ("OPS-4", ops)
    assert after.issue("pay-1") is after.issue("OPS-4") is after.issue("1") is one
    assert (before.issues_of_board(boards[0]), before.issues_of_board(boards[1])) == ([one], [])
    assert (after.issues_of_board(boards[0]), after.issues_of_board(boards[1])) == ([], [one])


def test_a_board_shows_the_types_of_its_filter() -> None:
    bug, story = issue(1, "05-01", type="bug"), issue(2, "05-01")
    bugs = Board(2, "Bugs", "kanban", "PAY", None, ("Bug",))
    view = world("05-10", bug, story, boards=(BOARD, bugs)).at()
    assert view.issues_of_board(BOARD) == [bug, story]
    assert view.issues_of_board(bugs) == [bug]


@pytest.mark.parametrize(
    ("instant", "state", "completed"),
    [
        ("05-01", "future", None),
        ("05-02", "active", None),
        ("05-16", "closed", "05-16"),
        ("05-17", "active", None),
        ("05-20", "closed", "05-20"),
    ],
)
def test_a_sprint_is_started_closed_and_opened_again(instant: str, state: str, completed: str | None) -> None:
    one = sprint(7, "05-02", "05-16", ("05-16", "05-17"), ("05-20", None))
    found = world("06-01", sprints=(one,)).at(at(instant)).sprints_of(BOARD)[0]
    assert (found.state, found.completed_at) == (state, completed and at(completed))
    assert found.started_at == (None if state == "future" else at("05-02"))


def test_statuses_are_renamed_and_deleted() -> None:
    renamed = dataclasses.replace(STATUSES["doing"], renamed=((at("05-03"), "Working"),))
    doomed = Status("8", "QA", "indeterminate", deleted_at=at("05-04"))
    site = world("05-10", statuses=(renamed, doomed))
    assert [name for _, name in site.at(at("05-02")).statuses] == ["In Progress", "QA"]
    assert [name for _, name in site.at().statuses] == ["Working"]
