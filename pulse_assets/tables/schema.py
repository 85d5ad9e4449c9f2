"""What a table promises: its columns, its key and the rows of other tables that it refers to."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Literal

Kind = Literal["string", "integer", "float", "boolean", "timestamp", "date"]
Layer = Literal["clean", "facts", "metrics"]
#: What a table is about, and so how it is cut: delivery by repository, planning by project, organization not at all.
#: Metrics are cut by month; delivery's count repositories, planning's projects.
Family = Literal["delivery", "planning", "organization"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes:
        kind: `timestamp` is an instant in UTC with microseconds, `date` a day in the zone of `settings.timezone`.
        is_required: Null is an error.
        allowed: Every value but null is one of these.
        minimum: No value is lower.
    """

    name: str
    kind: Kind
    description: str
    is_required: bool = False
    allowed: tuple[str, ...] | None = None
    minimum: float | None = None


@dataclass(frozen=True, slots=True)
class Reference:
    """Every row whose `columns` are not null has a row in `table` with the same values in `to_columns`."""

    columns: tuple[str, ...]
    table: str
    to_columns: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """One table; its name is also the asset key, the folder in the lake and the name in SQL.

    Attributes:
        description: What one row is.
        layer: The folder of the lake. Metrics are partitioned by month (`2024-05-01`).
        group: The group in the asset graph.
        key: The columns that no two rows share.
        family: Clean tables and facts are partitioned by repository (`owner/name`), project (`PAY`) or not at all.
    """

    name: str
    description: str
    layer: Layer
    group: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    references: tuple[Reference, ...] = ()
    family: Family = "delivery"

    @cached_property
    def column_names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @cached_property
    def by_name(self) -> Mapping[str, Column]:
        """The columns by their names."""
        return MappingProxyType({column.name: column for column in self.columns})


def required(name: str, kind: Kind, description: str, *, allowed: tuple[str, ...] | None = None) -> Column:
    """A column without nulls."""
    return Column(name, kind, description, is_required=True, allowed=allowed)


def optional(name: str, kind: Kind, description: str, *, allowed: tuple[str, ...] | None = None) -> Column:
    """A column that may hold null: not known, or not yet."""
    return Column(name, kind, description, allowed=allowed)


def count(name: str, description: str, *, is_required: bool = True) -> Column:
    """A whole number from 0."""
    return Column(name, "integer", description, is_required=is_required, minimum=0)


def hours(name: str, description: str) -> Column:
    """A span in hours from 0; null where it is unknown or was negative."""
    return Column(name, "float", description, minimum=0)
