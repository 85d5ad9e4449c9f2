"""A DuckDB connection over the lake with everything that the SQL of metrics may name."""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa

from pulse_assets.errors import ConfigurationError, TableNotBuilt
from pulse_assets.metrics.bootstrap import bootstrap_counts, bootstrap_ranks
from pulse_assets.metrics.families import CUTS, DELIVERY, PLANNING, Cut, cut_of
from pulse_assets.metrics.scripts import inputs_of, rows_of, script, tables_read
from pulse_assets.settings import Settings
from pulse_assets.tables.check_history import Gate
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.lake import Lake
from pulse_assets.tables.metric_columns import LOW_COUNT, value_columns
from pulse_assets.tables.teams import Teams

_WEEK = dt.timedelta(days=7)
#: DuckDB's quantiles hold all their values in memory: ten years of a large organization at once would not fit.
_ROWS_AT_A_TIME = 2_500_000
_LOOKED_AT = """
    CREATE TEMP VIEW {periods} AS SELECT * FROM every_period
    WHERE period_start >= getvariable('first_day') AND period_start < getvariable('end_day')
"""
_SCOPE = [("scope_kind", pa.string()), ("scope", pa.string())]
_MEMBERS = {cut.family: pa.schema([*_SCOPE, (cut.partition, pa.string())]) for cut in CUTS.values()}
_TEAM_MEMBERS = pa.schema([("team", pa.string()), ("login", pa.string())])
_GATES = pa.schema([(name, pa.string()) for name in ("repository", "table_name", "level", "reason")])


class Session:
    """Metrics over the months that were asked for.

    Attributes:
        connection: Has the views of the tables, the shared relations, and `<metric>_rows` of the opened metrics.
        months: First days of the months, in their order.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        months: Sequence[dt.date],
        zone: ZoneInfo,
        beside_at: dt.datetime | None = None,
    ) -> None:
        self.connection = connection
        self.months = months
        self._zone = zone
        self._beside_at = beside_at

    def figures(self, name: str) -> pa.Table:
        """All rows of a metric for the months: the months themselves and the weeks whose Monday lies in them."""
        inputs = inputs_of(name)
        rests_on_both = any(TABLES[table].family != TABLES[name].family for table in inputs)
        beside_at = self._beside_at if rests_on_both else None
        _set(self.connection, {"inputs": list(inputs), "beside_at": beside_at})
        ordered = sorted(self.months)
        stride = -(-len(ordered) // self._slices(name)) or 1
        parts = []
        for begin in range(0, len(ordered) or 1, stride):
            self.look_at(ordered[begin : begin + stride])
            parts.append(self.connection.sql(_judged(name)).to_arrow_table())
        self.look_at(ordered)
        return pa.concat_tables(parts)

    def _slices(self, name: str) -> int:
        """By the tables that the metric's rows are made of."""
        tables = sorted(script(rows_of(name)).relations & TABLES.keys())
        counts = " + ".join(f"(SELECT count(*) FROM {table})" for table in tables)  # noqa: S608 - our own names
        (rows,) = self.connection.execute(f"SELECT {counts}").fetchone() or (0,)
        return 1 + rows // _ROWS_AT_A_TIME

    def look_at(self, months: Sequence[dt.date]) -> None:
        """Narrows the relations to some of the months."""
        _set(self.connection, _span(months, self._zone))


@contextmanager
def opened(
    names: Collection[str],
    lake: Lake,
    months: Iterable[dt.date | str],
    settings: Settings,
    *,
    expected: Collection[str] | None = None,
    teams: Teams | None = None,
    gates: Iterable[Gate] = (),
    beside_at: dt.datetime | None = None,
) -> Iterator[Session]:
    """Opens the lake for some metrics.

    Args:
        names: The metrics, all of one family; without any, the periods of repositories.
        lake: Where the tables are.
        months: First days, as dates or as partition keys (`2024-05-01`).
        settings: For the zone.
        expected: Repositories (projects) that are still collected. Default: all in the lake.
        teams: Default: those of the settings.
        gates: What failed checks withhold or degrade.
        beside_at: Until when the other source was collected; what it tells of later instants is not known.

    Raises:
        TableNotBuilt: No repository (project) has all the tables that the metrics read.
    """
    gates = tuple(gates)
    days = [day if isinstance(day, dt.date) else dt.date.fromisoformat(day) for day in months]
    cut, *others = {cut_of(name) for name in names} or {DELIVERY}
    if others:
        msg = f"metrics of repositories and of projects have different periods: {', '.join(names)}"
        raise ValueError(msg)
    reads = sorted({table for name in names for table in tables_read(name)} | set(tables_read(cut.periods)))
    reads = sorted({*reads, *tables_read(cut.gates)})
    own = [table for table in reads if TABLES[table].family == cut.family]
    built = [set(lake.partitions(TABLES[table])) for table in own]
    present = sorted(set.intersection(*built))
    if not present:
        what = "repository" if cut is DELIVERY else "project"
        raise TableNotBuilt(f"No {what} has all of {', '.join(own)}.", hint="Run `pulse sync`.")
    expected_names = sorted(set.union(*built) if expected is None else set(expected))
    known = Teams.load(settings) if teams is None else teams
    of_others = [table for table in reads if table not in own]
    with lake.connect(reads, partitions=dict.fromkeys(own, present), or_empty=of_others) as connection:
        session = Session(connection, days, ZoneInfo(settings.timezone), beside_at)
        _set(connection, {"timezone": settings.timezone, "months": days})
        session.look_at(days)
        _agree_on_zone(connection, days, ZoneInfo(settings.timezone))
        registered = {
            **_members(cut, known, expected_names, present),
            "gates": _gates(gate for gate in gates if TABLES[gate.table].family == cut.family),
            "gates_beside": _gates(gate for gate in gates if TABLES[gate.table].family != cut.family),
            "bootstrap_ranks": bootstrap_ranks(),
            "bootstrap_counts": bootstrap_counts(),
        }
        for relation, table in registered.items():
            connection.register(relation, table)
        connection.execute(f"CREATE TEMP TABLE period_weeks AS {script('period_weeks').executable}")
        if cut is PLANNING:
            connection.execute(f"CREATE TEMP TABLE issue_scopes AS {script('issue_scopes').executable}")
        connection.execute(f"CREATE TEMP TABLE every_period AS {script(cut.periods).executable}")
        connection.execute(_LOOKED_AT.format(periods=cut.periods))
        if any("root_causes" in script(rows_of(name)).relations for name in names):
            connection.execute(f"CREATE TEMP TABLE root_causes AS {script('root_causes').executable}")
        for name in names:
            connection.execute(f"CREATE TEMP VIEW {rows_of(name)} AS {script(rows_of(name)).executable}")
        yield session


def _members(cut: Cut, teams: Teams, expected: Sequence[str], present: Sequence[str]) -> dict[str, pa.Table]:
    """Which partitions belong to which scope, and whose rows must be there for a scope to be whole."""
    if cut is PLANNING:
        return {
            "project_members": teams.project_members(present),
            "expected_projects": _expected(cut, teams.projects, expected, present),
        }
    logins = ((team, login) for team in teams.members for login in teams.members[team])
    return {
        "scope_members": teams.scope_members(present),
        "expected_members": _expected(cut, teams.repositories, expected, present),
        "team_members": _table(_TEAM_MEMBERS, logins),
    }


def _gates(gates: Iterable[Gate]) -> pa.Table:
    return _table(_GATES, ((gate.repository, gate.table, gate.level, gate.reason) for gate in gates))


def _agree_on_zone(connection: duckdb.DuckDBPyConnection, months: Sequence[dt.date], zone: ZoneInfo) -> None:
    """Figures are cut into days by DuckDB, their rows by Python: both must know the same hours.

    Raises:
        ConfigurationError: They do not, somewhere in the months.
    """
    noons = [
        dt.datetime.combine(month + dt.timedelta(days=day), dt.time(12), dt.UTC)
        for month in months
        for day in range(38)
    ]
    local = connection.execute(
        "SELECT unnest(?::TIMESTAMPTZ[]) AT TIME ZONE getvariable('timezone')", [noons]
    ).fetchall()
    for noon, (theirs,) in zip(noons, local, strict=True):
        if noon.astimezone(zone).replace(tzinfo=None) != theirs:
            raise ConfigurationError(
                f"PULSE_TIMEZONE: the zone data of DuckDB and of Python disagree about {zone.key} on {noon.date()}.",
                hint="Choose a zone with the same hours, or update the packages duckdb and tzdata.",
            )


def _set(connection: duckdb.DuckDBPyConnection, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        connection.execute(f"SET VARIABLE {name} = ?", [value])


def _span(months: Sequence[dt.date], zone: ZoneInfo) -> dict[str, Any]:
    """Days from the first month to the last, and instants up to the end of the last week that begins in it."""
    first = min(months, default=dt.date(1970, 1, 1))
    end = (max(months, default=first) + dt.timedelta(days=31)).replace(day=1)
    return {
        "first_day": first,
        "end_day": end,
        "begins_at": dt.datetime.combine(first, dt.time(), zone).astimezone(dt.UTC),
        "ends_at": dt.datetime.combine(end + _WEEK, dt.time(), zone).astimezone(dt.UTC),
    }


def _expected(
    cut: Cut, teams: Mapping[str, Iterable[str]], collected: Iterable[str], present: Iterable[str]
) -> pa.Table:
    """Whose rows must be there for a scope to be whole: what a team lists, and what is still collected."""
    spelled = {name.casefold(): name for name in present}
    rows = [("team", team, spelled.get(name.casefold(), name)) for team, names in teams.items() for name in names]
    return _table(_MEMBERS[cut.family], [*rows, *(("all", "all", name) for name in collected)])


def _table(schema: pa.Schema, rows: Iterable[tuple[str, ...]]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    return pa.table([pa.array(column, pa.string()) for column in columns], schema=schema)


def _judged(name: str) -> str:
    """The metric's SQL, with what every metric says of its quality; a withheld row holds no figure."""
    table, cut = TABLES[name], cut_of(name)
    other = "Jira was" if cut is DELIVERY else "repositories were"
    # A period that is under way is degraded anyway.
    is_behind = "getvariable('beside_at')::TIMESTAMPTZ < p.ends_at AND p.ends_at < p.collected_at"
    behind = f"if({is_behind}, '{other} not collected to its end', NULL)"
    values = ", ".join(f"if(g.level = 'withheld', NULL, f.{column}) AS {column}" for column in value_columns(table))
    keys = ", ".join(f"f.{column}" for column in table.key)
    order = ", ".join(f"f.{column}" for column in ("grain", "definition", "scope_kind", "scope", "period_start"))
    return f"""
        WITH figures AS ({script(name).executable}),
        {cut.gates} AS ({script(cut.gates).executable})
        SELECT {keys}, {values},
            if(g.level = 'withheld', NULL, f.row_count) AS row_count,
            g.level IS DISTINCT FROM 'withheld' AND f.row_count < {LOW_COUNT} AS is_low_count,
            CASE
                WHEN g.level = 'withheld' THEN 'withheld'
                WHEN g.level IS NOT NULL OR p.status_reason IS NOT NULL OR {behind} IS NOT NULL THEN 'degraded'
                ELSE 'ok'
            END AS status,
            nullif(concat_ws('; ', p.status_reason, {behind}, g.reason), '') AS status_reason
        FROM figures AS f
        JOIN {cut.periods} AS p USING (grain, period_start, scope_kind, scope)
        LEFT JOIN {cut.gates} AS g USING (scope_kind, scope)
        ORDER BY {order}, {keys}
    """  # noqa: S608 - our own files and names
