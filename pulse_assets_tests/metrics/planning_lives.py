"""Lives of issues written as text, and the facts and metrics that come out of them.

A life names the statuses of an issue one after the other, each but the first with the instant of the change:
`open, doing 2024-05-07 10:00, done 2024-05-08 10:00`. Status `odd` has no category, `gone` is unknown to the site.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from pulse_assets.metrics.catalog import CATALOG
from pulse_assets.metrics.engine import build_fact_partitions, build_metrics, inputs_of
from pulse_assets.settings import Settings
from pulse_assets.tables.check_history import Gate
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.frames import frame_problems
from pulse_assets.tables.lake import Lake
from pulse_assets.tables.teams import Teams
from pulse_assets_tests.text_tables import PLANNING, PROJECT, cells, completed, instant, records, rows

#: Number, name and category.
STATUSES: Mapping[str, tuple[str, str, str | None]] = {
    "open": ("1", "Open", "todo"),
    "doing": ("3", "In Progress", "in_progress"),
    "review": ("4", "In Review", "in_progress"),
    "done": ("5", "Done", "done"),
    "closed": ("6", "Closed", "done"),
    "odd": ("9", "Odd", None),
    "gone": ("99", "Gone", None),
}
_COLLECTED = "2024-06-30 12:00"
_SUBTASKS, _EPICS, _DEFECTS = ("Sub-task",), ("Epic",), ("Bug",)
Rows = dict[str, list[dict[str, Any]]]
Figures = dict[tuple[Any, ...], dict[str, Any]]


def lives(text: str, collected_at: str | None = _COLLECTED, **more: str) -> Rows:
    """The clean tables of a project: columns key, created_at, life, and any of issues but those that follow from them.

    Args:
        text: The issues; `labels` with `escaped` makes an escaped defect, the type a sub-task, an epic or a defect.
        collected_at: Of the project.
        more: Other clean tables as text.
    """
    issues, changes = [], []
    for row in cells(text):
        life = [step.strip().split(" ", 1) for step in (row.pop("life") or "").split(",")]
        kind = row.get("issue_type") or "Story"
        number, name, category = STATUSES[life[-1][0]]
        (held,) = rows("issues", "  ".join(row) + "\n" + "  ".join(cell or "-" for cell in row.values()))
        is_defect = kind in _DEFECTS
        issues.append(
            {
                "issue_type": kind,
                "is_subtask": kind in _SUBTASKS,
                "is_epic": kind in _EPICS,
                "is_defect": is_defect,
                "is_escaped": is_defect and "escaped" in (row.get("labels") or ""),
                "summary": f"What {row['key']} is about",
                "status_id": number,
                "status": name,
                "status_category": category,
            }
            | held
        )
        changes += [
            {
                "key": row["key"],
                "history_id": str(place),
                "ordinal": place,
                "field": "status",
                "field_id": "status",
                "from_id": STATUSES[before][0],
                "from_value": STATUSES[before][1],
                "to_id": STATUSES[after][0],
                "to_value": STATUSES[after][1],
                "changed_at": instant(at),
            }
            for place, ((before, *_), (after, at)) in enumerate(pairwise(life))
        ]
    statuses = [
        {"status_id": number, "name": name, "status_category": category, "source": "jira"}
        for number, name, category in STATUSES.values()
        if name != "Gone"
    ]
    return {
        "projects": [{"name": "Payments", "collected_at": collected_at and instant(collected_at)}],
        "statuses": statuses,
        "issues": issues,
        "issue_changes": changes,
        **{name: rows(name, table) for name, table in more.items()},
    }


def write_project(lake: Lake, tables: Rows, project: str = PROJECT) -> None:
    """Writes every clean table of a project; those without rows are empty."""
    for name in dict.fromkeys((*PLANNING, *tables)):
        lake.write(TABLES[name], project, [completed(name, tables.get(name, []), project)])


def write_facts(lake: Lake, names: Iterable[str], settings: Settings) -> None:
    """Builds the planning facts on which the named facts and metrics rest, and the facts themselves."""
    wanted = {each for name in names for each in (*inputs_of(name), name)}
    for fact in CATALOG:
        if fact in wanted and (TABLES[fact].layer, TABLES[fact].family) == ("facts", "planning"):
            for project, batches in build_fact_partitions(fact, lake, lake.partitions(TABLES["projects"]), settings):
                lake.write(TABLES[fact], project, batches)


def fact_rows(fact: str, lake: Lake, settings: Settings, tables: Rows, project: str = PROJECT) -> list[dict[str, Any]]:
    """The rows of a fact of one project; they keep their contract."""
    write_project(lake, tables, project)
    write_facts(lake, [fact], settings)
    frame = lake.read(TABLES[fact], project)
    assert frame_problems(TABLES[fact], frame) == []
    return records(frame)


def metric_rows(
    lake: Lake,
    metric: str,
    settings: Settings,
    months: Sequence[Any] = ("2024-05-01",),
    *,
    teams: Teams | None = None,
    gates: Sequence[Gate] = (),
) -> list[dict[str, Any]]:
    """The rows of a metric over the months, from the clean tables of the lake."""
    write_facts(lake, [metric], settings)
    ((_, tables),) = build_metrics([metric], lake, months, settings, teams=teams or Teams(), gates=gates)
    return [row for table in tables.values() for row in table.to_pylist()]


def figures(
    folder: Path,
    metric: str,
    projects: Mapping[str, Rows],
    *,
    months: Sequence[Any] = ("2024-05-01",),
    teams: Teams | None = None,
    **chosen: Any,
) -> Figures:
    """The rows of a metric by (scope, grain, first day) and what else its key has."""
    lake = Lake(folder / "lake")
    for project, tables in projects.items():
        write_project(lake, tables, project)
    settings = Settings.load(home=folder, **chosen)
    own = TABLES[metric].key[5:]
    return {
        (row["scope"], row["grain"], str(row["period_start"]), *(row[name] for name in own)): row
        for row in metric_rows(lake, metric, settings, months, teams=teams)
    }
