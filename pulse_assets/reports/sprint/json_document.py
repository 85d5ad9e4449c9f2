"""The sprint report as JSON: everything it holds, exact, in printable ASCII."""

import dataclasses
import datetime as dt
from collections.abc import Mapping
from typing import Any

from pulse_assets.reports.inert import web_address
from pulse_assets.reports.quality.json_document import inert_json
from pulse_assets.reports.sprint.model import SprintContent
from pulse_assets.reports.wording import instant_utc

JSON_SCHEMA = "pulse-sprint/1"


def json_document(content: SprintContent) -> str:
    """One object with everything that the report holds."""
    return inert_json({"schema": JSON_SCHEMA, **_plain(content)})


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        fields = {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
        if "address" in fields:
            fields["address"] = web_address(fields["address"])
        return fields
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, dt.datetime):
        return instant_utc(value)
    return value.isoformat() if isinstance(value, dt.date) else value
