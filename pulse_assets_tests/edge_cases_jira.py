"""Which edge cases occur in a generated Jira site, told from its events, its true rows and from when it is read."""

import dataclasses
import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from zoneinfo import ZoneInfo

from pulse_assets.sandbox.jira.truth import JiraTruth, Row
from pulse_assets.sandbox.jira.view import JiraView
from pulse_assets.sandbox.jira.world import Issue, JiraWorld
from pulse_assets_tests.sandbox.jira.oddities import oddities_of

EDGE_CASES = (
    # of issues
    "re-opened",
    "from done to done",
    "created as done",
    "two changes of status in one history",
    "more than 40 histories",
    "moved from PAY",
    "moved from WEB_2",
    "deleted",
    "status changed without a history",
    "commented",
    "without an estimate",
    "escaped",
    "in an epic",
    "was in a deleted status",
    "status under two names",
    "Sub-task",
    "Epic",
    "Incident",
    "Bug",
    "stay in a status of unknown category",
    "done without having been in progress",
    "waited while it was in progress",
    # of sprints
    "future sprint",
    "sprint without a planned end",
    "sprint closed and re-opened",
    "sprint without issues",
    "boundary at a change of the clocks",
    "sprint across a change of the clocks",
    "sprint with a day of 23 or 25 hours",
    "sprint day that is another than by UTC",
    "running sprint",
    "sprint that begins or ends as it is collected",
    "re-opened sprint is running",
    "created in a running sprint",
    "added after the start",
    "added at the very start",
    "removed",
    "taken out at the very end",
    "removed and re-added",
    "done before the start",
    "re-estimated in the sprint",
    "in several sprints",
    "carried over",
    "two boards in one project",
    # between two syncs
    "issue deleted between two syncs",
    "issue moved between two syncs",
    "issue changed between two syncs",
    "issue done at one sync and re-opened at the next",
    "sprint closed between two syncs",
    "sprint closed at one sync and running at the next",
    "status renamed between two syncs",
    "status deleted between two syncs",
    # of links
    "issue linked",
    "issue linked by two places",
    "issue linked by the key that it had before it was moved",
    "unknown issue linked",
)


def edge_cases(world: JiraWorld, truth: JiraTruth, clocks: Sequence[dt.datetime]) -> Iterator[str]:
    """The name of each case, once for each time that it occurs; the last of the clocks is the truth's."""
    known = oddities_of(as_of(world, clocks[-1]))
    yield from (name for name in known.elements() if name != "deleted")
    yield from ("deleted" for issue in world.issues if issue.deleted_at is not None and issue.deleted_at <= clocks[-1])
    yield from _of_issues(truth)
    yield from _of_sprints(truth)
    for before, after in pairwise(map(world.at, clocks)):
        yield from _between(before, after)
    boards = [board.project_key for board in truth.view.boards]
    yield from ("two boards in one project" for key in truth.projects if boards.count(key) > 1)


def link_cases(links: Iterable[Row]) -> Iterator[str]:
    """The same of the true rows of `issue_links`."""
    for link in links:
        yield "issue linked" if link["is_counted"] else "unknown issue linked"
        if "," in link["found_in"]:
            yield "issue linked by two places"
        if link["named_key"] != link["key"]:
            yield "issue linked by the key that it had before it was moved"


def as_of(world: JiraWorld, end: dt.datetime) -> JiraWorld:
    """Nothing that happens later, and no issue that is deleted until then: what can be seen at the end."""
    issues = [
        dataclasses.replace(
            issue,
            changes=tuple(change for change in issue.changes if change.at <= end),
            unlogged=tuple(row for row in issue.unlogged if row[0] <= end),
            commented_at=tuple(at for at in issue.commented_at if at <= end),
            deleted_at=None,
        )
        for issue in world.at(end).issues
    ]
    sprints = [
        dataclasses.replace(
            sprint,
            closings=tuple(
                (closed, again if again is not None and again <= end else None)
                for closed, again in sprint.closings
                if closed <= end
            ),
        )
        for sprint in world.sprints
        if sprint.created_at <= end
    ]
    return dataclasses.replace(world, issues=tuple(issues), sprints=tuple(sprints), until=end)


def _of_issues(truth: JiraTruth) -> Iterator[str]:
    for project in truth.projects:
        for row in truth.issue_status_spans(project):
            if row["status_category"] is None:
                yield "stay in a status of unknown category"
        for row in truth.issue_flow(project):
            if row["reason"] == "never_in_progress":
                yield "done without having been in progress"
            if row["is_counted"] and row["active_hours"] < row["cycle_hours"]:
                yield "waited while it was in progress"


def _of_sprints(truth: JiraTruth) -> Iterator[str]:
    zone = ZoneInfo(truth.rules.zone)
    for sprint in truth.sprints:
        if not sprint.is_closed:
            was_closed = any(closed <= truth.collected_at for closed, _ in _closings(truth, sprint.id))
            yield "re-opened sprint is running" if was_closed else "running sprint"
        if truth.collected_at in {sprint.begin, sprint.completed_at}:
            yield "sprint that begins or ends as it is collected"
        ends = [row["at"] for row in sprint.day_rows[:-1]]
        if any(later - earlier != dt.timedelta(days=1) for earlier, later in pairwise(ends)):
            yield "sprint with a day of 23 or 25 hours"
        if sprint.begin.astimezone(zone).date() != sprint.begin.date():
            yield "sprint day that is another than by UTC"
        yield from ("carried over" for row in sprint.rows if row["is_carried_over"])


def _closings(truth: JiraTruth, sprint_id: int) -> Sequence[tuple[dt.datetime, dt.datetime | None]]:
    return next(sprint.closings for sprint in truth.view.world.sprints if sprint.id == sprint_id)


def _between(before: JiraView, after: JiraView) -> Iterator[str]:
    """What the second of two syncs has to find out."""
    there = {issue.id for issue in after.issues}
    for issue in before.issues:
        if issue.id in there:
            yield from _of_issue_between(before, after, issue)
        else:
            yield "issue deleted between two syncs"
    for board in before.boards:
        states = {one.sprint.id: one.state for one in after.sprints_of(board)}
        for one in before.sprints_of(board):
            if (one.state, states[one.sprint.id]) == ("active", "closed"):
                yield "sprint closed between two syncs"
            if (one.state, states[one.sprint.id]) == ("closed", "active"):
                yield "sprint closed at one sync and running at the next"
    names = {status.id: name for status, name in after.statuses}
    for status, name in before.statuses:
        if names.get(status.id) != name:
            yield f"status {'renamed' if status.id in names else 'deleted'} between two syncs"


def _of_issue_between(before: JiraView, after: JiraView, issue: Issue) -> Iterator[str]:
    earlier, later = before.fields_of(issue), after.fields_of(issue)
    if earlier.project != later.project:
        yield "issue moved between two syncs"
    if before.changes_of(issue) != after.changes_of(issue):
        yield "issue changed between two syncs"
    if earlier.status.category == "done" != later.status.category:
        yield "issue done at one sync and re-opened at the next"
