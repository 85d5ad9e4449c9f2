"""What a fact or metric is called and means; the rest is in the SQL file of its name."""

from dataclasses import dataclass
from importlib.resources import files


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
