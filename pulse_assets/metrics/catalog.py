"""What facts and metrics are called and mean: one entry each, the rest is in the SQL file of the same name."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Entry:
    """One fact or metric.

    Attributes:
        name: Table, asset and SQL file (`GROUP/NAME.sql`).
        unit: Unit of the value columns.
        statistic: How rows become the figure.
    """

    name: str
    group: str
    title: str
    description: str
    unit: str
    statistic: str

    @property
    def sql(self) -> str:
        """The SQL file's text; its first comment is the definition."""
        return (files("pulse_assets.metrics") / self.group / f"{self.name}.sql").read_text(encoding="utf-8")

    @property
    def definition(self) -> str:
        """The comment at the top of the SQL file, without its dashes."""
        lines = self.sql.splitlines()
        end = next(index for index, line in enumerate(lines) if not line.startswith("--"))
        return "\n".join(line.removeprefix("--").strip() for line in lines[:end])


_ENTRIES = (
    Entry(
        name="change_lead_times",
        group="facts",
        title="Lead time of each change",
        description="Every merged pull request, the deployment that brought it to users, and why it is not counted.",
        unit="hours",
        statistic="none: one row per change",
    ),
    Entry(
        name="incidents",
        group="facts",
        title="Incidents",
        description="Every incident, reported or seen in a remedy, and the deployment that it is attributed to.",
        unit="hours",
        statistic="none: one row per incident",
    ),
    Entry(
        name="deployment_outcomes",
        group="facts",
        title="Outcome of each deployment",
        description="Every production deployment: what it brought, whether it failed, and how long it took to recover.",
        unit="hours",
        statistic="none: one row per deployment",
    ),
    Entry(
        name="devlake_changes",
        group="facts",
        title="Changes as DevLake sees them",
        description="Every merged pull request by the rules of Apache DevLake, and why it differs from ours.",
        unit="minutes",
        statistic="none: one row per change",
    ),
    Entry(
        name="fourkeys_changes",
        group="facts",
        title="Changes as Four Keys sees them",
        description="Every commit of a production deployment by the rules of Four Keys.",
        unit="minutes",
        statistic="none: one row per deployed commit",
    ),
    Entry(
        name="repository_months",
        group="facts",
        title="What each month rests on",
        description="A number by repository and month that says whether its metrics have to be computed anew.",
        unit="none",
        statistic="sum of the hashes of the rows",
    ),
    Entry(
        name="dora_lead_time",
        group="dora",
        title="Change lead time",
        description="From the first commit of a change to its first production deployment.",
        unit="hours",
        statistic="median, 75th and 90th percentile, by each definition's rule",
    ),
    Entry(
        name="dora_deployment_frequency",
        group="dora",
        title="Deployment frequency",
        description="How often code reaches production.",
        unit="deployments",
        statistic="count, days with at least one, and the median of such days a week",
    ),
    Entry(
        name="dora_change_failure_rate",
        group="dora",
        title="Change failure rate",
        description="Which part of the deployments needed intervention.",
        unit="ratio",
        statistic="failed deployments divided by deployments",
    ),
    Entry(
        name="dora_recovery_time",
        group="dora",
        title="Failed deployment recovery time",
        description="How long users had to wait until a failed deployment was mended; beside it the time to restore.",
        unit="hours",
        statistic="median, 75th and 90th percentile, by each definition's rule",
    ),
    Entry(
        name="dora_rework_rate",
        group="dora",
        title="Deployment rework rate",
        description="Which part of the deployments was unplanned and mended production.",
        unit="ratio",
        statistic="rework deployments divided by deployments",
    ),
    Entry(
        name="team_review_time",
        group="team",
        title="Review time",
        description="How long pull requests waited for a review, and for their merge after it.",
        unit="hours",
        statistic="median, 75th and 90th percentile, with linear interpolation",
    ),
    Entry(
        name="team_review_load",
        group="team",
        title="Review load",
        description="How many reviews there were, and how evenly they were shared.",
        unit="reviews",
        statistic="count, and the entropy of the shares by its maximum",
    ),
    Entry(
        name="team_contribution",
        group="team",
        title="Contribution",
        description="What was contributed, and by how many.",
        unit="pull requests",
        statistic="count, and the largest share",
    ),
    Entry(
        name="team_collaboration",
        group="team",
        title="Collaboration",
        description="Who reviews whom, by team.",
        unit="reviews",
        statistic="count",
    ),
)

#: Every fact and metric by its name.
CATALOG: Mapping[str, Entry] = MappingProxyType({entry.name: entry for entry in _ENTRIES})
