import datetime as dt
import zoneinfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulse_assets.sandbox.jira.jql import Known, Subject, parse
from pulse_assets.sandbox.jira.paging import Refusal

NOW = dt.datetime(2025, 3, 31, 12, 0, tzinfo=dt.UTC)
BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
KEYS = ("PAY-1", "PAY-2", "PAY-10", "WEB_2-1")


def subject(number: int, key: str, created: dt.datetime, **names: set[str]) -> Subject:
    base = {
        name: frozenset[str]() for name in ("status", "statuscategory", "sprint", "issuetype", "labels", "assignee")
    }
    given = {name: frozenset(values) for name, values in names.items()}
    own = frozenset({str(number), key.lower()})
    project = frozenset({key.rpartition("-")[0].lower()})
    return Subject(
        number,
        key,
        base | {"parent": frozenset(), "project": project, "key": own, "id": own} | given,
        {"created": created, "updated": created + dt.timedelta(hours=number), "resolved": None},
    )


ROWS = [
    subject(1, "PAY-1", NOW - dt.timedelta(days=10), status={"3", "in progress"}, labels={"escaped"}, sprint={"7"}),
    subject(2, "PAY-2", NOW - dt.timedelta(days=2), status={"4", "done"}, sprint={"7", "9"}),
    subject(3, "PAY-10", NOW - dt.timedelta(days=1), status={"3", "in progress"}, labels={"ui", "escaped"}),
    subject(4, "WEB_2-1", NOW - dt.timedelta(days=1), status={"1", "to do"}, sprint={"9"}),
]
KNOWN = Known(
    now=NOW,
    zone=BERLIN,
    values={
        "project": frozenset({"pay", "web_2"}),
        "status": frozenset({"1", "3", "4", "to do", "in progress", "done"}),
        "key": frozenset(key.lower() for key in KEYS) | {"1", "2", "3", "4"},
        "id": frozenset(key.lower() for key in KEYS) | {"1", "2", "3", "4"},
        "sprint": frozenset({"7", "9"}),
    },
    functions={"opensprints": frozenset({"9"})},
)


def found(text: str) -> list[str]:
    return [row.key for row in parse(text, KNOWN).select(ROWS)]


def refused(text: str) -> str:
    with pytest.raises(Refusal) as caught:
        parse(text, KNOWN)
    assert caught.value.answer.status == 400
    return caught.value.answer.body["errorMessages"][0]


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ('project = "PAY" ORDER BY key ASC', ["PAY-1", "PAY-2", "PAY-10"]),
        ("project = PAY order by key desc", ["PAY-10", "PAY-2", "PAY-1"]),
        ("project != 'PAY'", ["WEB_2-1"]),
        ("project in (PAY, web_2) ORDER BY id", ["PAY-1", "PAY-2", "PAY-10", "WEB_2-1"]),
        ("status not in (Done, 'To Do') ORDER BY id", ["PAY-1", "PAY-10"]),
        ('status = "in progress" AND labels = ui', ["PAY-10"]),
        ("labels in (ui) OR key = PAY-2 ORDER BY id DESC", ["PAY-10", "PAY-2"]),
        ("project = PAY AND (labels = ui OR sprint = 9) ORDER BY id", ["PAY-2", "PAY-10"]),
        ("NOT project = PAY", ["WEB_2-1"]),
        ("sprint IS EMPTY", ["PAY-10"]),
        ("sprint is not EMPTY ORDER BY id", ["PAY-1", "PAY-2", "WEB_2-1"]),
        ("sprint in openSprints() ORDER BY id", ["PAY-2", "WEB_2-1"]),
        ("labels != escaped", []),
        ("id in (1, 4) ORDER BY id", ["PAY-1", "WEB_2-1"]),
        ("resolved is EMPTY AND key = PAY-1", ["PAY-1"]),
        ("created < -3d", ["PAY-1"]),
        ("created >= '-2d' ORDER BY created ASC, key DESC", ["PAY-2", "WEB_2-1", "PAY-10"]),
        ("created <= now() AND issuekey = web_2-1", ["WEB_2-1"]),
    ],
)
def test_a_query_finds_what_it_says_in_its_order(text: str, keys: list[str]) -> None:
    assert found(text) == keys


def test_without_an_order_the_newest_comes_first() -> None:
    assert found("project = PAY") == ["PAY-10", "PAY-2", "PAY-1"]


def test_a_query_without_a_restriction_is_unbounded() -> None:
    assert not parse("", KNOWN).is_bounded
    assert not parse("ORDER BY created", KNOWN).is_bounded
    assert parse("project = PAY ORDER BY created", KNOWN).is_bounded


@given(st.integers(min_value=1_600_000_000_000, max_value=1_900_000_000_000))
def test_milliseconds_are_read_exactly(moment: int) -> None:
    at = EPOCH + dt.timedelta(milliseconds=moment)
    row = subject(9, "PAY-9", at)
    for text, is_there in (
        (f"created >= {moment}", True),
        (f"created < {moment}", False),
        (f"created < {moment + 1}", True),
        (f"created >= {moment + 1}", False),
        (f'created = "{moment}"', True),
    ):
        assert bool(parse(text, KNOWN).select([row])) is is_there


@pytest.mark.parametrize(
    ("text", "edge"),
    [
        ("2025-03-29", dt.datetime(2025, 3, 28, 23, tzinfo=dt.UTC)),
        ("2025/03/31 01:30", dt.datetime(2025, 3, 30, 23, 30, tzinfo=dt.UTC)),
        ("2025-03-31 12:00", dt.datetime(2025, 3, 31, 10, tzinfo=dt.UTC)),
    ],
)
def test_dates_are_meant_in_the_readers_zone(text: str, edge: dt.datetime) -> None:
    query = parse(f'created >= "{text}"', KNOWN)
    assert query.select([subject(1, "PAY-1", edge)])
    assert not query.select([subject(1, "PAY-1", edge - dt.timedelta(milliseconds=1))])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("project = NOPE", "The value 'NOPE' does not exist for the field 'project'."),
        ("key = PAY-99", "An issue with key 'PAY-99' does not exist for field 'key'."),
        ("id in (1, 99)", "A value with ID '99' does not exist for the field 'id'."),
        ("colour = red", "Field 'colour' does not exist or you do not have permission to view it."),
        ("project > PAY", "The operator '>' is not supported by the 'project' field."),
        ("created ~ 3", "The operator '~' is not supported by the 'created' field."),
        ("project is PAY", "The operator 'is' is only supported with 'EMPTY' or 'NULL'."),
        ("sprint in noSuch()", "Unable to find JQL function 'nosuch()'."),
        ("project = PAY ORDER BY colour", "Field 'colour' does not exist or this field cannot be sorted by."),
        ("project =", "Error in the JQL Query: Expecting a value before the end of the query."),
        ("project = PAY status = 3", "Error in the JQL Query: Expecting either 'OR' or 'AND' but got 'status'."),
        ("(project = PAY", "Error in the JQL Query: Expecting ')' before the end of the query."),
    ],
)
def test_a_query_that_makes_no_sense_is_refused_in_jiras_words(text: str, words: str) -> None:
    assert refused(text) == words


def test_a_date_that_is_none_is_refused() -> None:
    assert refused("updated >= yesterday").startswith("Date value 'yesterday' for field 'updated' is invalid.")
    assert "has not been completed" in refused('project = "PAY')
