"""Small readings of Jira's values; a value that makes no sense is left as it is."""

import datetime as dt
import math
import re
from typing import Any

from pulse_assets.sources.jira.records import User

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
#: `com.atlassian.greenhopper.service.sprint.Sprint@1[id=7,rapidViewId=8,state=CLOSED,…]`; members in any order.
_SPRINT_TEXT = re.compile(r"Sprint@[0-9a-f]+\[(?:.*?,)?id=([0-9]+)[,\]]", re.DOTALL)


def inner(value: Any, *path: str) -> Any:
    """The member at the end of the path; None where there is none."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def named(value: Any, member: str = "name") -> Any:
    """The name of an object such as a priority; anything else as it is."""
    return value.get(member) if isinstance(value, dict) else value


def names(values: Any) -> Any:
    """The names of a list of objects such as components; anything else as it is, nothing as an empty list."""
    if values is None:
        return []
    return [named(each) for each in values] if isinstance(values, list) else values


def text_or_none(value: Any) -> str | None:
    return None if value is None else str(value)


def whole_number(value: Any) -> int | None:
    """An integer, also as text."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else None


def person_id(person: Any) -> str | None:
    """`accountId`; Data Center: `key`, else `name`."""
    if not isinstance(person, dict):
        return None
    found = person.get("accountId") or person.get("key") or person.get("name")
    return None if found is None else str(found)


def user(person: Any) -> User | None:
    """The person of an issue or of a list of users; None for nobody, and for an account that no key can be made of."""
    account_id = person_id(person)
    if account_id is None or not account_id.isprintable():
        return None
    return {
        "account_id": account_id,
        "display_name": text_or_none(person.get("displayName")),
        "account_type": text_or_none(person.get("accountType")),
        "is_active": person.get("active") is not False,
    }


def storable(value: Any) -> Any:
    """The value; a number that JSON has no word for (1e400 is read as infinity) as its text, to be judged later."""
    if isinstance(value, list):
        return [storable(each) for each in value]
    if isinstance(value, dict):
        return {name: storable(each) for name, each in value.items()}
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def instant(value: Any) -> Any:
    """A time as Jira spells it; epoch milliseconds, as bulk histories may have them, as ISO 8601 text in UTC."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    try:
        at = _EPOCH + dt.timedelta(milliseconds=value)
    except (OverflowError, ValueError):
        return value
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}Z"


def moment(value: Any) -> dt.datetime | None:
    """The instant that a text tells, None where it tells none; without an offset it is UTC."""
    if not isinstance(value, str):
        return None
    try:
        at = dt.datetime.fromisoformat(value.strip())
        return at.replace(tzinfo=dt.UTC) if at.tzinfo is None else at.astimezone(dt.UTC)
    except (ValueError, OverflowError):  # such as the year 1 in a zone ahead of UTC
        return None


def sprint_ids(value: Any) -> Any:
    """The ids in the Sprint field: objects on Cloud, texts on Data Center; what is neither stays as it is."""
    if value is None:
        return []
    if not isinstance(value, list):
        return value
    return [_sprint_id(each) for each in value]


def _sprint_id(value: Any) -> Any:
    if isinstance(value, dict):
        found = whole_number(value.get("id"))
        return value.get("id") if found is None else found
    if isinstance(value, str):
        match = _SPRINT_TEXT.search(value)
        return int(match[1]) if match else value
    return value
