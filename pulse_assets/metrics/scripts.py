"""The SQL files of facts, metrics and what they share, and which relations each of them names."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import sqlglot
from sqlglot import exp

from pulse_assets.metrics.catalog import CATALOG
from pulse_assets.tables.contracts import TABLES

#: Relations that have a file of their own under `relations`, in the order in which they can be made.
SHARED = ("period_weeks", "scope_periods", "root_causes", "issue_scopes", "planning_periods")
_PERIODS = ("scope_periods", "planning_periods")
_GATES = ("scope_gates", "planning_gates")
_ROWS = "_rows"
_PARAMETER = re.compile(r"\$([a-z_]+)\b")
_COMMENT = re.compile(r"--[^\n]*")


@dataclass(frozen=True)
class Script:
    """A SQL file.

    Attributes:
        text: As it stands in the file.
        relations: What it reads, its own CTEs left out.
    """

    text: str
    relations: frozenset[str]

    @classmethod
    def of(cls, text: str) -> "Script":
        """Finds the relations that the SQL names."""
        tree = sqlglot.parse_one(text, dialect="duckdb")
        own = {cte.alias for cte in tree.find_all(exp.CTE)}
        return cls(text, frozenset({table.name for table in tree.find_all(exp.Table)} - own))

    @property
    def executable(self) -> str:
        """The SQL with `$name` as DuckDB's variable of that name: a view cannot hold parameters."""
        return _PARAMETER.sub(r"getvariable('\1')", _COMMENT.sub("", self.text))


@cache
def script(name: str) -> Script:
    """The file of a fact or metric, of the rows of a metric (`dora_lead_time_rows`), or of a shared relation."""
    if name in CATALOG:
        return Script.of(CATALOG[name].sql)
    folder = "relations" if _is_shared(name) else "rows"
    path = files("pulse_assets.metrics") / folder / f"{name.removesuffix(_ROWS)}.sql"
    return Script.of(path.read_text(encoding="utf-8"))


def rows_of(metric: str) -> str:
    """The relation that holds the rows of a metric's figures."""
    return metric + _ROWS


@cache
def tables_read(name: str) -> tuple[str, ...]:
    """The tables that a fact, a metric or a shared relation reads itself, sorted."""
    return tuple(sorted(_tables_read(name)))


def _tables_read(name: str, *, beside: Collection[str] = ()) -> set[str]:
    found: set[str] = set()
    open_ends = [name]
    while open_ends:
        for relation in script(open_ends.pop()).relations - set(beside):
            if relation in TABLES:
                found.add(relation)
            elif _has_file(relation):
                open_ends.append(relation)
    return found


@cache
def inputs_of(name: str) -> tuple[str, ...]:
    """Every clean table and fact on which the figures of a fact or metric rest, directly or through facts, sorted.

    What only the calendar of periods reads is left out: that there are no deployments says nothing about reviews.
    """
    found: set[str] = set()
    open_ends = [name]
    while open_ends:
        for table in _tables_read(open_ends.pop(), beside=_PERIODS):
            if table not in found:
                found.add(table)
                if table in CATALOG:
                    open_ends.append(table)
    return tuple(sorted(found))


def sql_texts() -> dict[str, str]:
    """Every SQL file on which figures depend, by name."""
    names: Iterable[str] = (*CATALOG, *SHARED, *_GATES, *(rows_of(name) for name in CATALOG if _has_rows(name)))
    return {name: script(name).text for name in names}


def _is_shared(name: str) -> bool:
    return name in SHARED or name in _GATES


def _has_rows(metric: str) -> bool:
    return TABLES[metric].layer == "metrics"


def _has_file(relation: str) -> bool:
    return _is_shared(relation) or (relation.endswith(_ROWS) and relation.removesuffix(_ROWS) in CATALOG)
