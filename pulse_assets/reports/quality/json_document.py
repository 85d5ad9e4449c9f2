"""The data-quality report as JSON: everything it holds, exact, in printable ASCII."""

import json
from collections.abc import Mapping
from typing import Any

from pulse_assets.reports.quality.check_rows import plain
from pulse_assets.reports.quality.model import QualityContent

JSON_SCHEMA = "pulse-data-quality/1"
_ESCAPES = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\x7f": "\\u007f"})


def json_document(content: QualityContent) -> str:
    """One object with everything that the report holds."""
    return inert_json({"schema": JSON_SCHEMA, **plain(content)})


def inert_json(document: Mapping[str, Any]) -> str:
    """`<`, `>` and `&` are written as escapes, so that HTML cannot begin, and so are control characters."""
    return json.dumps(document, ensure_ascii=True, indent=1, allow_nan=False).translate(_ESCAPES) + "\n"
