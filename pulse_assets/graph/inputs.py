"""What a partition rests on, as a short text that differs when the partition has to be built anew.

The text stands in the metadata of each materialization. `due` compares it with the present one; times of writing are
not compared, so clocks and the order of runs do not matter.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from typing import Any

from pulse_assets.graph.discovery import collected_partitions
from pulse_assets.graph.partitions import monday, month_keys
from pulse_assets.graph.resources import Pulse
from pulse_assets.graph.wings import GITHUB, JIRA, Wing
from pulse_assets.metrics.scripts import inputs_of, rows_of, sql_texts
from pulse_assets.metrics.session import opened
from pulse_assets.store import Store
from pulse_assets.tables.check_history import Gate, gates, latest_results
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.schema import Family
from pulse_assets.tables.teams import Teams

#: Key of the metadata entry.
INPUTS = "inputs"
#: The checkpoint that a complete collection leaves behind.
_COMPLETE = "complete"
_ALL, _NONE = "all", "none"
#: What the facts of a wing rest on beside their own partition, where that is nothing.
NOTHING_BESIDE = "none"
#: What repositories do to each other: in DevLake's eyes an incident belongs to the newest deployment of all, and who
#: contributed to one is not new in another. Their rows are looked at together, whatever repository has news.
_TOGETHER = {
    "dora_change_failure_rate": ("definition = 'devlake' AND (is_failure OR kind = 'incident')", "r.at"),
    "dora_recovery_time": ("definition = 'devlake'", "if(open_from IS NULL, r.at, open_until)"),
    "team_contribution": ("is_first", "r.at"),
}


@dataclass(frozen=True)
class PresentState:
    """What figures depend on beside the tables.

    Attributes:
        expected: Repositories or projects that are still collected.
        teams: As the user's file has them now.
        gates: What the latest check results withhold or degrade.
        beside_at: Until when the other source was collected, where figures rest on it.
    """

    expected: Sequence[str]
    teams: Teams
    gates: tuple[Gate, ...]
    beside_at: dt.datetime | None = None


def present_state(pulse: Pulse, store: Store, wing: Wing, known: Sequence[str]) -> PresentState:
    """As of now.

    Args:
        pulse: For the settings.
        store: Open.
        wing: Whose metrics are meant.
        known: Dagster's partitions of the wing.

    Raises:
        ConfigurationError: The file of the teams is wrong.
    """
    expected = collected_partitions(store, wing, known)
    beside_at = _collected_beside(pulse, store, wing)
    return PresentState(expected, Teams.load(pulse.settings), gates(latest_results(store)), beside_at)


def _collected_beside(pulse: Pulse, store: Store, wing: Wing) -> dt.datetime | None:
    """When the other source was collected, at the partition that is furthest behind; None where nothing rests on it.

    Figures of repositories rest on Jira as soon as it has incidents; those of projects on repositories that are there.
    """
    settings, lake = pulse.settings, pulse.lake
    other = GITHUB if wing is JIRA else JIRA
    is_chosen = settings.has_github_selection if other is GITHUB else settings.jira_url is not None
    table = other.cut.partitions
    partitions = collected_partitions(store, other, lake.partitions(TABLES[table])) if is_chosen else []
    if not partitions:
        return None
    with lake.connect([table, "issues"], partitions={table: partitions}, or_empty=["issues"]) as connection:
        (collected_at,) = connection.execute(f"SELECT min(collected_at) FROM {table}").fetchone() or (None,)  # noqa: S608 - our own names
        (has_incidents,) = connection.execute("SELECT count(*) > 0 FROM issues WHERE is_incident").fetchone() or (
            False,
        )
    return collected_at if other is GITHUB or has_incidents else None


def inputs_beside(pulse: Pulse, wing: Wing) -> str:
    """What the facts of every partition of a wing rest on beside it: those of repositories on the incidents of Jira.

    Raises:
        ConfigurationError: The file of the teams is wrong.
    """
    incidents = [TABLES[name] for name in ("issues", "issue_flow")]
    if wing.source == "jira" or not all(pulse.lake.partitions(table) for table in incidents):
        return NOTHING_BESIDE
    sql = (files("pulse_assets.graph") / "jira_incidents.sql").read_text(encoding="utf-8")
    with pulse.lake.connect([table.name for table in incidents]) as connection:
        found = connection.execute(sql).fetchone()
    teams = Teams.load(pulse.settings)
    return _text(found, dict(teams.projects), dict(teams.repositories))


def partition_inputs(pulse: Pulse, store: Store, wing: Wing, partition: str, beside: str) -> str:
    """For the clean tables and facts of one partition: its landed rows, the period of its collection, the settings.

    Only the period counts, not the instant: a sync without news must not rebuild anything, but a new week has a row.
    """
    complete = store.checkpoints.load(partition, _COMPLETE) or {}
    names = wing.raw_names
    return _text(
        [(store.landing.newest_change(name, partition), store.landing.count(name, partition)) for name in names],
        _periods(pulse, _instant(complete.get("collected_at"))),
        _otherwise_at_source(store, wing, partition, complete),
        {name: getattr(pulse.settings, name) for name in wing.settings},
        _built_as(wing.cut.family),
        beside,
    )


def _otherwise_at_source(store: Store, wing: Wing, partition: str, complete: Mapping[str, Any]) -> int | None:
    """How many issues Jira counts where that is not what is landed: the checks have to be asked again then."""
    expected = (complete.get("expected") or {}).get("issues") if wing is JIRA else None
    return None if expected == store.landing.count("raw_jira_issues", partition) else expected


def organization_inputs(pulse: Pulse, built: Collection[tuple[str, str, str | None]]) -> str:
    """For the tables that bring GitHub and Jira together: from what the facts of both were built.

    Args:
        pulse: For the settings.
        built: Fact, partition and inputs of each partition that was built.
    """
    path = pulse.settings.people_path
    try:
        people = path.read_text(encoding="utf-8") if path else ""
    except (OSError, UnicodeDecodeError) as error:
        people = str(error)  # the build says what to do about it, and the rest goes on
    return _text(sorted(built), people, _built_as("organization"))


@cache
def _built_as(family: Family) -> str:
    """What the tables look like and how facts are computed, in this version."""
    tables = [table for table in TABLES.values() if table.layer != "metrics" and table.family == family]
    columns = {table.name: [(column.name, column.kind) for column in table.columns] for table in tables}
    return _text(
        version("pulse-assets"), columns, [sql_texts()[table.name] for table in tables if table.layer == "facts"]
    )


def month_inputs(pulse: Pulse, wing: Wing, present: PresentState) -> dict[str, str]:
    """For the metrics of each month that has a row; none when no partition has all tables.

    A row of a fact belongs to the months of its own days, and to the months of the Mondays before them. How far the
    expected partitions were collected belongs to the months up to whose end they were not.
    """
    lake, read = pulse.lake, (wing.cut.partitions, wing.cut.months)
    built = [set(lake.partitions(TABLES[name])) for name in read]
    partitions = sorted(set.intersection(*built))
    if not partitions:
        return {}
    sql = (files("pulse_assets.graph") / "month_inputs.sql").read_text(encoding="utf-8")
    with lake.connect(read, partitions=partitions) as connection:
        rows = connection.execute(
            sql.format(partitions=wing.cut.partitions, months=wing.cut.months, partition=wing.cut.partition)
        ).fetchall()
    first_at = min((first for _, first, _, _ in rows if first is not None), default=None)
    newest = max((at for _, _, at, _ in rows if at is not None), default=None)
    if first_at is None or newest is None:
        return {}
    months: dict[str, list[Any]] = {key: [] for key in month_keys(first_at, newest, pulse.zone)}
    periods = {partition: _periods(pulse, at) for partition, _, at, _ in rows}
    last = _periods(pulse, newest)
    for partition, first, at, hashes in rows:
        own = set() if first is None else set(month_keys(first, at or newest, pulse.zone))
        for key in own.union(hashes).intersection(months):
            months[key].append([partition, key in own and _reached(periods[partition], key), hashes.get(key)])
    for key, parts in months.items():
        expected = [(name, _reached(periods.get(name, []), key)) for name in sorted(present.expected)]
        behind = [each for each in expected if each[1] != _ALL]
        parts.append([_reached(last, key), behind, len(expected) if behind else 0])
        parts.append(None if present.beside_at is None else _reached(_periods(pulse, present.beside_at), key))
    beside = _deliveries(pulse) if wing is JIRA else _together(pulse, present, months)
    for key, text in beside.items():
        if key in months:
            months[key].append(text)
    teams = present.teams
    members = (teams.projects,) if wing is JIRA else (teams.repositories, teams.members)
    tables = {table for metric in wing.metrics for table in inputs_of(metric.name)}
    gated = [(gate.repository, gate.table, gate.level, gate.reason) for gate in present.gates if gate.table in tables]
    common = (sql_texts(), pulse.settings.timezone, version("pulse-assets"), members, gated)
    return {key: _text(common, parts) for key, parts in months.items()}


def _deliveries(pulse: Pulse) -> dict[str, str]:
    """What the months of projects rest on beside them: the deliveries of issues, by the months of their days."""
    if not pulse.lake.partitions(TABLES["issue_deliveries"]):
        return {}
    sql = (files("pulse_assets.graph") / "delivery_months.sql").read_text(encoding="utf-8")
    with pulse.lake.connect(["issue_deliveries"]) as connection:
        connection.execute("SET VARIABLE timezone = ?", [pulse.settings.timezone])
        return dict(connection.execute(sql).fetchall())


def _together(pulse: Pulse, present: PresentState, months: Collection[str]) -> dict[str, str]:
    found: dict[str, list[Any]] = {}
    with opened(_TOGETHER, pulse.lake, months, pulse.settings, teams=present.teams) as session:
        for name, (condition, ends_at) in _TOGETHER.items():
            for month, number in session.connection.execute(_monthly(name, condition, ends_at)).fetchall():
                found.setdefault(month, []).append([name, number])
    return {month: _text(parts) for month, parts in found.items()}


def _monthly(name: str, condition: str, ends_at: str) -> str:
    """Month and a number for the rows that belong to it: from the month of `at` or of its Monday to that of the end."""
    zone = "AT TIME ZONE getvariable('timezone')"
    return f"""
        SELECT strftime(month, '%Y-%m-%d'), sum(row_hash::HUGEINT)::VARCHAR
        FROM (
            SELECT hash(r) AS row_hash, unnest(range(
                date_trunc('month', date_trunc('week', r.at {zone})),
                date_trunc('month', coalesce({ends_at}, getvariable('ends_at')) {zone}) + INTERVAL 1 MONTH,
                INTERVAL 1 MONTH
            )) AS month
            FROM {rows_of(name)} AS r WHERE {condition}
        )
        GROUP BY month ORDER BY month
    """  # noqa: S608 - our own names


def _reached(periods: list[str], month: str) -> Any:
    """How much of a month's partition was collected: all, nothing, or up to the periods that were under way."""
    under_way = [each for each in periods if each[:7] == month[:7]]
    return under_way or (_ALL if periods and min(periods) > month else _NONE)


def _periods(pulse: Pulse, at: dt.datetime | None) -> list[str]:
    if at is None:
        return []
    day = at.astimezone(pulse.zone).date()
    return [day.replace(day=1).isoformat(), monday(day).isoformat()]


def _instant(text: str | None) -> dt.datetime | None:
    return None if text is None else dt.datetime.fromisoformat(text)


def _text(*parts: Any) -> str:
    return hashlib.sha256(json.dumps(parts, default=str, sort_keys=True).encode()).hexdigest()[:16]
