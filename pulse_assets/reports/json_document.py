"""The report as JSON: everything it holds, exact, in printable ASCII."""

import dataclasses
import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

from pulse_assets.reports.anchors import figure_anchor
from pulse_assets.reports.drilldown import Drilldown
from pulse_assets.reports.inert import web_address
from pulse_assets.reports.model import Figure, ReportContent, Scope
from pulse_assets.reports.periods import Period
from pulse_assets.reports.planning.model import CompletedSprint, Part, PlanningScope
from pulse_assets.reports.wording import instant_utc

JSON_SCHEMA = "pulse-report/2"
_ESCAPES = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\x7f": "\\u007f"})


def json_document(content: ReportContent) -> str:
    """One object. `<`, `>` and `&` are written as escapes, so that HTML cannot begin, and so are control characters."""
    document = {"schema": JSON_SCHEMA, **_fields(content)}
    if content.planning is None:
        del document["planning"]
    return json.dumps(document, ensure_ascii=True, indent=1, allow_nan=False).translate(_ESCAPES) + "\n"


def _fields(item: Any) -> dict[str, Any]:
    if isinstance(item, Figure):
        return _figure(item)
    fields = {field.name: _value(getattr(item, field.name)) for field in dataclasses.fields(item)}
    if isinstance(item, Scope | PlanningScope | CompletedSprint):
        fields["figures"] = [_figure(figure) for figure in item.figures.values()]
    if isinstance(item, Part):
        fields["figures"] = [_figure(figure, item) for figure in item.figures.values()]
    if isinstance(item, Drilldown) and item.scope_kind != "all":
        # It is the same text for every scope.
        del fields["definition_text"]
    if "address" in fields:
        fields["address"] = web_address(fields["address"])
    return fields


def _figure(figure: Figure, part: Part | None = None) -> dict[str, Any]:
    own = {
        field.name: _value(getattr(figure, field.name))
        for field in dataclasses.fields(figure)
        if field.name not in {"shown_as", "scope_kind", "scope"}
    }
    shown = figure.shown_as
    head = {"name": figure.name, "metric": shown.metric, "title": shown.title, "unit": shown.unit}
    anchor = figure_anchor(figure.scope_kind, figure.scope, figure.name, *(part.key if part else ()))
    return {**head, **own, "shown": figure.shown, "rests_on": figure.basis, "anchor": anchor}


def _value(value: Any) -> Any:
    if isinstance(value, Period):
        return {
            "key": value.key,
            "title": value.title,
            "start": value.start.isoformat(),
            "last_day": value.last_day.isoformat(),
        }
    if dataclasses.is_dataclass(value):
        return _fields(value)
    if isinstance(value, Mapping):
        return {str(key): _value(each) for key, each in value.items()}
    if isinstance(value, tuple):
        return [_value(each) for each in value]
    if isinstance(value, dt.datetime):
        return instant_utc(value)
    return value.isoformat() if isinstance(value, dt.date) else value
