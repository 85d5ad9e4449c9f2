"""What became of a publication."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PublishedTable:
    """One table as it stands in Postgres now.

    Attributes:
        row_count: All its rows.
        written_count: Rows that were written this time.
        partition_count: Partitions that were written this time.
        removed_count: Partitions that were taken out, because the lake has them no longer.
        is_new: The table was made, or made anew because its columns are others now.
    """

    name: str
    row_count: int
    written_count: int = 0
    partition_count: int = 0
    removed_count: int = 0
    is_new: bool = False

    @property
    def has_changed(self) -> bool:
        """Something was written or removed."""
        return bool(self.is_new or self.partition_count or self.removed_count)


@dataclass(frozen=True, slots=True)
class PublishOutcome:
    """What became of a publication.

    Attributes:
        place: Host, port and name of the database; never user or password.
        schema: Where the tables are.
        tables: In the order in which data flows.
        dropped: Tables of an older version of Pulse that were removed.
    """

    place: str
    schema: str
    tables: tuple[PublishedTable, ...]
    dropped: tuple[str, ...] = ()

    @property
    def changed(self) -> tuple[PublishedTable, ...]:
        """The tables that are different now."""
        return tuple(table for table in self.tables if table.has_changed)

    @property
    def written_count(self) -> int:
        """Rows that were written."""
        return sum(table.written_count for table in self.tables)
