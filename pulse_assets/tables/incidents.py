"""Issues that report an incident as rows."""

from collections.abc import Iterator, Mapping
from typing import Any

from pulse_assets.tables.values import instant, joined, text


def incident_rows(
    repository: str, record: Mapping[str, Any], incident_labels: frozenset[str]
) -> Iterator[dict[str, Any]]:
    """The issue, if it still carries one of the labels (given in lower case; GitHub's labels ignore case)."""
    if incident_labels.isdisjoint(label.casefold() for label in record["labels"]):
        return
    yield {
        "repository": repository,
        "number": record["number"],
        "title": text(record["title"]),
        "author": text(record["author"]),
        "state": text(record["state"]),
        "labels": joined(record["labels"]),
        "opened_at": instant(record["created_at"]),
        "resolved_at": instant(record["closed_at"]),
        "updated_at": instant(record["updated_at"]),
        "url": text(record["html_url"]),
    }
