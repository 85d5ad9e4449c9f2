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
        value_columns: The columns that hold figures; the first one is the headline.
    """

    name: str
    group: str
    title: str
    description: str
    unit: str
    statistic: str
    value_columns: tuple[str, ...]

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
        value_columns=("lead_time_hours", "coding_hours", "pickup_hours", "review_hours", "deploy_hours"),
    ),
    Entry(
        name="dora_lead_time",
        group="dora",
        title="Change lead time",
        description="From the first commit of a change to its first production deployment.",
        unit="hours",
        statistic="median and 90th percentile, with linear interpolation",
        value_columns=(
            "lead_time_median_hours",
            "lead_time_p90_hours",
            "coding_median_hours",
            "pickup_median_hours",
            "review_median_hours",
            "deploy_median_hours",
            "left_out_count",
        ),
    ),
    Entry(
        name="dora_deployment_frequency",
        group="dora",
        title="Deployment frequency",
        description="How often code reaches production.",
        unit="deployments",
        statistic="count, days with at least one, and the median of such days a week",
        value_columns=("deployment_count", "deployment_days_count", "deployment_days_per_week_median"),
    ),
)

#: Every fact and metric by its name.
CATALOG: Mapping[str, Entry] = MappingProxyType({entry.name: entry for entry in _ENTRIES})
