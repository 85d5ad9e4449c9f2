"""Issues that report an incident as rows."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pulse_assets.tables.labels import named_by
from pulse_assets.tables.values import instant, joined, text


def incident_report_rows(
    repository: str, record: Mapping[str, Any], *, incident_labels: frozenset[str], service_prefix: re.Pattern[str]
) -> Iterator[dict[str, Any]]:
    """The issue, if it still carries one of the labels (given in lower case; GitHub's labels ignore case).

    Records landed by older versions have no root cause.
    """
    if incident_labels.isdisjoint(label.casefold() for label in record["labels"]):
        return
    yield {
        "repository": repository,
        "number": record["number"],
        "title": text(record["title"]),
        "author": text(record["author"]),
        "state": text(record["state"]),
        "labels": joined(record["labels"]),
        "service": named_by(service_prefix, record["labels"]),
        "root_cause_sha": text(record.get("root_cause_sha")),
        "root_cause_number": record.get("root_cause_number"),
        "opened_at": instant(record["created_at"]),
        "resolved_at": instant(record["closed_at"]),
        "updated_at": instant(record["updated_at"]),
        "url": text(record["html_url"]),
    }
