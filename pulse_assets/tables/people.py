"""The accounts of Jira as rows, and what makes two names the same.

Which of them are whose accounts of GitHub is told by the facts `person_matches` and `people`.
"""

import unicodedata
from collections.abc import Iterator
from typing import Any

from pulse_assets.errors import ContractBroken
from pulse_assets.store import LandedRecord, Store
from pulse_assets.tables.values import text

_USERS = "raw_jira_users"
_ROWS_PER_BATCH = 5000

Row = dict[str, Any]


def account_batches(store: Store) -> Iterator[list[Row]]:
    """Rows of `jira_accounts` in batches: the accounts of all projects, each as it was read last; none without Jira.

    Raises:
        ContractBroken: A landed record lacks a field; names the record.
    """
    newest: dict[str, tuple[LandedRecord, str]] = {}
    for project in store.landing.partitions(_USERS):
        for records in store.landing.read(_USERS, project):
            for record in records:
                known = newest.get(record.key)
                if known is None or known[0].last_seen_at <= record.last_seen_at:
                    newest[record.key] = record, project
    keys = sorted(newest)
    for begin in range(0, len(keys), _ROWS_PER_BATCH):
        yield [_row(*newest[key]) for key in keys[begin : begin + _ROWS_PER_BATCH]]


def name_key(name: str) -> str:
    """Equal for names that look alike: by compatibility form, without case, each blank a single space."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return " ".join(folded.split())


def _row(record: LandedRecord, project: str) -> Row:
    try:
        user = record.payload
        return {
            "account_id": text(user["account_id"]),
            "name": text(user["display_name"]),
            "is_active": user["is_active"],
            "is_bot": user["account_type"] == "app",
        }
    except (KeyError, TypeError) as error:
        problem = f"has no field {error}" if isinstance(error, KeyError) else f"does not have its shape: {error}"
        raise ContractBroken(f"Record {record.key} of {_USERS} in {project} {problem}.") from error
