"""One view of Jira, ready to be asked: shapes for both flavors, and the issues that a query finds."""

import zoneinfo
from collections.abc import Callable
from functools import cached_property

from pulse_assets.sandbox.answers import Answer
from pulse_assets.sandbox.jira.issue_bodies import IssueBodies
from pulse_assets.sandbox.jira.jql import Known, Query, Subject, parse
from pulse_assets.sandbox.jira.paging import Question, Refusal
from pulse_assets.sandbox.jira.subjects import known_values, subject_of
from pulse_assets.sandbox.jira.view import JiraView
from pulse_assets.sandbox.jira.world import Issue, Project

NO_ISSUE = "Issue does not exist or you do not have permission to see it."


class Site:
    """One view of the world, ready to be asked.

    Args:
        view: What there is.
        address: With which all links begin.
        zone: The reader's: of the instants that are shown and of the dates in JQL.
        is_anonymous: Nobody is logged in: nothing is there, and JQL may name what it wants.
    """

    def __init__(self, view: JiraView, address: str, zone: zoneinfo.ZoneInfo, *, is_anonymous: bool = False) -> None:
        self.view, self.address, self.zone, self.is_anonymous = view, address, zone, is_anonymous
        self._cloud = IssueBodies(view, address, zone)
        self._data_center = IssueBodies(view, address, zone, is_cloud=False)

    def bodies(self, question: Question) -> IssueBodies:
        return self._cloud if question.is_cloud else self._data_center

    # ------------------------------------------------------------------ queries
    @cached_property
    def subjects(self) -> dict[str, Subject]:
        """By id of the issue."""
        return {issue.id: subject_of(self.view, issue) for issue in self.view.issues}

    @cached_property
    def _known(self) -> Known:
        values, functions = known_values(self.view, self.subjects.values())
        return Known(self.view.instant, self.zone, {} if self.is_anonymous else values, functions)

    def query(self, text: str, *, is_lenient: bool = False) -> Query:
        known = self._known
        if is_lenient:
            known = Known(known.now, known.zone, {}, known.functions)
        return parse(text, known)

    def bounded(self, question: Question) -> list[Issue]:
        query = self.query(str(question.asked.get("jql") or ""))
        if not query.is_bounded:
            raise Refusal(
                400,
                "Unbounded JQL queries are not allowed here. Please add a search restriction to your query.",
            )
        return [row.issue for row in query.select(self.subjects.values())]

    def issue_of(self, key_or_id: str) -> Issue:
        found = self.view.issue(key_or_id)
        if found is None:
            raise Refusal(404, NO_ISSUE)
        return found

    def project_of(self, key_or_id: str) -> Project:
        found = self.view.project(key_or_id)
        if found is None:
            raise Refusal(404, f"No project could be found with key '{key_or_id}'.")
        return found


Endpoint = Callable[[Site, Question], Answer]
