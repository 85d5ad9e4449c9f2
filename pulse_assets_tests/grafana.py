"""What Grafana does to a dashboard's query before Postgres sees it.

Variables are put in by the browser (`@grafana/scenes`, format registry), then macros by the server
(`pkg/tsdb/grafana-postgresql-datasource/macros.go`).
"""

import datetime as dt
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "dashboards"
_VARIABLE = re.compile(r"\$\{(\w+)(?::(\w+))?\}|\$(?!__)(\w+)|\[\[(\w+)\]\]")
_MACRO = re.compile(r"\$([_a-zA-Z0-9]+)\(([^)]*)\)")


@dataclass(frozen=True)
class Span:
    """The time range that a viewer has chosen (UTC)."""

    begins_at: dt.datetime
    ends_at: dt.datetime


@dataclass(frozen=True)
class Question:
    """A query of a dashboard.

    Args:
        place: Dashboard and panel or variable, for messages.
        format: `time_series` or `table`.
        panel: The panel's JSON; of a variable its own.
    """

    place: str
    sql: str
    format: str
    panel: dict[str, Any]


def dashboards() -> dict[str, dict[str, Any]]:
    """Every dashboard by the name of its file."""
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json"))}


def panels(dashboard: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Its panels, also those in folded rows."""
    for panel in dashboard["panels"]:
        yield panel
        yield from panel.get("panels", [])


def questions() -> list[Question]:
    """Every query of every panel and variable."""
    found = []
    for name, dashboard in dashboards().items():
        found += [
            Question(f"{name}: variable {variable['name']}", variable["query"], "table", variable)
            for variable in dashboard["templating"]["list"]
            if variable["type"] == "query"
        ]
        for panel in panels(dashboard):
            for target in panel.get("targets", []):
                place = f"{name}: {panel['id']} {panel['title']}"
                found.append(Question(place, target["rawSql"], target["format"], panel))
    return found


def expanded(sql: str, variables: Mapping[str, str], span: Span) -> str:
    """The query as the database gets it.

    Raises:
        KeyError: It names a variable that there is not.
        ValueError: It names a format or a macro that Grafana does not know.
    """
    return _MACRO.sub(lambda match: _macro(match, span), _VARIABLE.sub(lambda match: _value(match, variables), sql))


def _value(match: re.Match[str], variables: Mapping[str, str]) -> str:
    value = variables[match[1] or match[3] or match[4]]
    match match[2]:
        case "sqlstring":
            return "'" + value.replace("'", "''") + "'"
        case "raw":
            return value
        case None:  # as the data source for SQL does it for a variable with one value
            return value.replace("'", "''")
    raise ValueError(match[0])


def _macro(match: re.Match[str], span: Span) -> str:
    begin, end = (f"'{at:%Y-%m-%dT%H:%M:%S}Z'" for at in (span.begins_at, span.ends_at))
    arguments = [each.strip() for each in match[2].split(",")]
    match match[1]:
        case "__timeFilter":
            return f"{arguments[0]} BETWEEN {begin} AND {end}"
        case "__timeFrom":
            return begin
        case "__timeTo":
            return end
        case "__time":
            return f'{arguments[0]} AS "time"'
        case "__timeGroup" | "__timeGroupAlias":
            seconds = {"h": 3600, "d": 86_400, "w": 604_800}[arguments[1].strip("'")[-1]]
            seconds *= int(arguments[1].strip("'")[:-1])
            group = f"floor(extract(epoch from {arguments[0]})/{seconds})*{seconds}"
            return group + (' AS "time"' if match[1].endswith("Alias") else "")
    raise ValueError(match[0])
