"""The drill-down of a page: which rows stand where, and where each item of a figure can be looked at."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pulse_assets.reports import anchors
from pulse_assets.reports.drilldown import Drilldown, Item
from pulse_assets.reports.inert import web_address
from pulse_assets.reports.model import Figure, ReportContent
from pulse_assets.reports.shown import COLLABORATION, METRICS

#: Rows that a page or a Markdown text lists; CSV and JSON hold all.
LISTED_ROWS = 500
_PULL_REQUEST = re.compile(r"#(\d+)(?!\S)")
_INCIDENT = re.compile(r"(?:issue|revert|hotfix|rollback)-\d+")
_SHA = re.compile(r"[0-9a-f]{40}")
_JIRA_INCIDENT = re.compile(r"jira-\S+")
#: The key of an issue, alone or after the number of a sprint; or that number alone.
_ISSUE = re.compile(r"(?:\d+ )?([A-Z][A-Z0-9_]*-\d+)")
_SHORT_SHA = 7
_ORDER = ("team", "repository", "project", "board", "sprint")


@dataclass(frozen=True, slots=True)
class ShownItem:
    """One item as a link: within the page where it has a row, else to where it was collected from.

    Attributes:
        href: None where nothing is known of its place.
        is_outside: It leaves the page.
    """

    text: str
    href: str | None
    is_outside: bool


@dataclass(frozen=True, slots=True)
class MetricDrilldown:
    """All drill-downs of a metric.

    Attributes:
        whole: All repositories together, by Pulse's definition.
        scopes: Teams and repositories.
        definitions: All repositories together, by other definitions.
    """

    metric: str
    whole: Drilldown
    scopes: tuple[Drilldown, ...]
    definitions: tuple[Drilldown, ...]


class Places:
    """Where the rows and the drill-downs of a page stand."""

    def __init__(self, content: ReportContent) -> None:
        changes = (*content.changes[:LISTED_ROWS], *content.left_out[:LISTED_ROWS])
        self._rows = {
            *(anchors.row_anchor("change", each.repository, each.number) for each in changes),
            *(
                anchors.row_anchor("deployment", each.repository, each.deployment_id)
                for each in content.deployments[:LISTED_ROWS]
            ),
            *(
                anchors.row_anchor("incident", each.repository, each.incident_id)
                for each in content.incidents[:LISTED_ROWS]
            ),
        }
        self._whys = {why(each) for each in content.drilldowns}
        self._addresses = {
            each.repository: address for each in content.freshness if (address := web_address(each.address))
        }
        planning = content.planning
        if planning is None:
            self._projects: dict[str, str | None] = {}
            self._reports: dict[tuple[str, str], str] = {}
            return
        self._whys |= {why(each) for each in planning.drilldowns}
        self._projects = {each.project: web_address(each.address) for each in planning.freshness}
        self._reports = {(each.project, str(each.sprint_id)): each.report for each in planning.sprints}

    def why(self, figure: Figure) -> str | None:
        """Where it is said how a figure came about."""
        return self.why_of(figure.scope_kind, figure.scope, figure.shown_as.metric)

    def why_of(self, scope_kind: str, scope: str, metric: str, definition: str = "pulse") -> str | None:
        """Likewise, by its scope, metric and definition."""
        anchor = anchors.why_anchor(scope_kind, scope, metric, definition)
        return f"#{anchor}" if anchor in self._whys else None

    def row(self, kind: str, repository: str, key: object) -> str | None:
        """Where a row stands in the page."""
        anchor = anchors.row_anchor(kind, repository, key)
        return f"#{anchor}" if anchor in self._rows else None

    def item(self, item: Item) -> ShownItem:
        """An item of a drill-down as a link."""
        if item.repository in self._projects:
            return self._of_project(item)
        text = item.item[:_SHORT_SHA] if _SHA.fullmatch(item.item) else item.item
        inside, path = self._place(item)
        if inside:
            return ShownItem(text, inside, is_outside=False)
        address = self._addresses.get(item.repository)
        return ShownItem(text, f"{address}{path}" if address and path else None, is_outside=True)

    def _of_project(self, item: Item) -> ShownItem:
        """Jira has its issues where it has their project; a sprint is where its own report is."""
        address, project = self._projects[item.repository] or "", item.repository
        if (match := _ISSUE.fullmatch(item.item)) and address.endswith(f"/{project}"):
            return ShownItem(item.item, f"{address.removesuffix(project)}{match[1]}", is_outside=True)
        report = self._reports.get((project, item.item))
        return ShownItem(item.item, report, is_outside=False)

    def _place(self, item: Item) -> tuple[str | None, str | None]:
        """Within the page, and under the repository's address."""
        if match := _PULL_REQUEST.match(item.item):
            return self.row("change", item.repository, match[1]), f"/pull/{match[1]}"
        if _INCIDENT.fullmatch(item.item):
            kind, _, number = item.item.partition("-")
            path = {"issue": f"/issues/{number}", "rollback": None}.get(kind, f"/pull/{number}")
            return self.row("incident", item.repository, item.item), path
        if _JIRA_INCIDENT.fullmatch(item.item):
            return self.row("incident", item.repository, item.item), None
        if _SHA.fullmatch(item.item):
            return None, f"/commit/{item.item}"
        return self.row("deployment", item.repository, item.item), None


@dataclass(frozen=True, slots=True)
class ItemGroup:
    """Items of one repository, left out for one reason where they were."""

    reason_words: str | None
    repository: str
    items: tuple[Item, ...]


def grouped(items: Sequence[Item]) -> tuple[ItemGroup, ...]:
    """The first items by reason and repository, as many as a page lists, in their order."""
    groups: dict[tuple[str | None, str], list[Item]] = {}
    for item in items[:LISTED_ROWS]:
        groups.setdefault((item.reason_words, item.repository), []).append(item)
    ordered = sorted(groups.items(), key=lambda each: (each[0][0] or "", each[0][1].casefold()))
    return tuple(ItemGroup(reason, repository, tuple(found)) for (reason, repository), found in ordered)


def why(drilldown: Drilldown) -> str:
    """The anchor of a drill-down."""
    return anchors.why_anchor(drilldown.scope_kind, drilldown.scope, drilldown.metric, drilldown.definition)


def by_metric(
    drilldowns: Iterable[Drilldown], metrics: Sequence[str] = (*METRICS, COLLABORATION)
) -> tuple[MetricDrilldown, ...]:
    """The drill-downs of each of the metrics that has one of everything together."""
    groups: Mapping[str, list[Drilldown]] = {metric: [] for metric in metrics}
    for each in drilldowns:
        groups[each.metric].append(each)
    found = []
    for metric, group in groups.items():
        whole = next((each for each in group if each.scope_kind == "all" and each.definition == "pulse"), None)
        if whole is None:
            continue
        rest = [each for each in group if each is not whole]
        scopes = sorted(
            (each for each in rest if each.definition == "pulse"),
            key=lambda each: (_ORDER.index(each.scope_kind), each.scope.lower()),
        )
        definitions = (each for each in rest if each.definition != "pulse")
        found.append(MetricDrilldown(metric, whole, tuple(scopes), tuple(definitions)))
    return tuple(found)
