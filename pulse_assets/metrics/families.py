"""How the tables of a family are cut, and which relations cut its metrics into scopes and periods."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.contracts_organization import WHOLE
from pulse_assets.tables.schema import Family


@dataclass(frozen=True, slots=True)
class Cut:
    """A family whose tables are partitioned.

    Attributes:
        partition: The column that holds the partition.
        partitions: The clean table with one row per partition, and its `collected_at`.
        months: The fact that says which months have to be computed anew.
        periods: The relation of scopes and periods; every metric of the family starts from it.
        gates: The relation of what failed checks do to scopes.
    """

    family: Family
    partition: str
    partitions: str
    months: str
    periods: str
    gates: str


DELIVERY = Cut("delivery", "repository", "repositories", "repository_months", "scope_periods", "scope_gates")
PLANNING = Cut("planning", "project", "projects", "project_months", "planning_periods", "planning_gates")
CUTS: Mapping[Family, Cut] = MappingProxyType({cut.family: cut for cut in (DELIVERY, PLANNING)})


def cut_of(metric: str) -> Cut:
    """The family whose periods a metric has."""
    return CUTS[TABLES[metric].family]


def partition_column(fact: str) -> str | None:
    """The column by which a fact is partitioned; None where it is one whole."""
    family = TABLES[fact].family
    return CUTS[family].partition if family in CUTS else None


__all__ = ["CUTS", "DELIVERY", "PLANNING", "WHOLE", "Cut", "cut_of", "partition_column"]
