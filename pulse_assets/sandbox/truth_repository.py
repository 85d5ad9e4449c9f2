"""What is true of one repository as of an instant; each table is found on first use."""

from collections.abc import Sequence
from functools import cached_property

from pulse_assets.sandbox.truth_changes import Row, change_rows
from pulse_assets.sandbox.truth_deployments import Shipment, production, successful
from pulse_assets.sandbox.truth_devlake import devlake_rows
from pulse_assets.sandbox.truth_incidents import Incidents
from pulse_assets.sandbox.truth_outcomes import outcome_row
from pulse_assets.sandbox.truth_rules import Rules
from pulse_assets.sandbox.view import RepositoryView


class RepositoryTruth:
    """Its facts."""

    def __init__(self, view: RepositoryView, rules: Rules) -> None:
        self.view, self.rules = view, rules
        self.name = view.full_name

    @cached_property
    def shipments(self) -> list[Shipment]:
        """Every production deployment, in order of its number."""
        return production(self.view, self.rules)

    @cached_property
    def shipped(self) -> list[Shipment]:
        """The successful ones, in order of their finish."""
        return successful(self.shipments)

    @cached_property
    def changes(self) -> list[Row]:
        """Rows of `change_lead_times`."""
        return change_rows(self.view, self.shipped)

    @cached_property
    def _found(self) -> Incidents:
        return Incidents(self.view, self.rules, self.shipped, {row["number"]: row for row in self.changes})

    @cached_property
    def incidents(self) -> list[Row]:
        """Rows of `incidents`."""
        return self._found.rows()

    @cached_property
    def outcomes(self) -> list[Row]:
        """Rows of `deployment_outcomes`."""
        rows = []
        for shipment in self.shipments:
            incidents = [row for row in self.incidents if row["deployment_id"] == shipment.id]
            rework = {row["number"]: self._rework(row["number"]) for row in self._first_brought(shipment)}
            rows.append(outcome_row(self.name, shipment, self.shipped, incidents, rework))
        return rows

    @cached_property
    def devlake_changes(self) -> list[Row]:
        """Rows of `devlake_changes`, by the graph of commits."""
        return devlake_rows(self.view, self.shipped, self.changes)

    def _first_brought(self, shipment: Shipment) -> Sequence[Row]:
        return [row for row in self.changes if row["deployment_id"] == shipment.id]

    def _rework(self, number: int) -> set[str]:
        """How a pull request is known to mend production."""
        named = set[str]()
        needless = {row["number"] for row in self.incidents if row["reason"] == "reverted_before_deployment"}
        if number in self._found.remedies and number not in needless:
            named.add(self._found.remedies[number])
        reported = {issue.number for issue in self._found.reports}
        if reported & set(self.view.pull_numbers[number].closes_issues):
            named.add("incident_link")
        return named
