from typing import Any

import pytest

from pulse_assets.tables.quarantine import Problem, Reading, quarantined_row
from pulse_assets_tests.text_tables import instant


def told(reading: Reading) -> list[tuple[str, str, bool]]:
    return [(problem.field, problem.problem, problem.is_dropped) for problem in reading.problems]


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("2020-06-12T08:13:13.360+0800", "2020-06-12 00:13:13.360"),
        ("2020-06-12T08:13:13.360+08:00", "2020-06-12 00:13:13.360"),
        ("2020-06-12T08:13:13.360Z", "2020-06-12 08:13:13.360"),
        ("2020-06-12T08:13:13Z", "2020-06-12 08:13:13"),
        ("2020-06-12T08:13:13.36-0330", "2020-06-12 11:43:13.360"),
    ],
)
def test_instant_is_read_in_the_forms_of_jira(value: str, read: str) -> None:
    reading = Reading({"created": value})
    assert reading.instant("created", is_required=True) == instant(read)
    assert reading.problems == ()


@pytest.mark.parametrize(
    "value",
    [
        "2020-06-12",
        "2020-06-12T08:13:13",
        "2020-06-12 08:13:13Z",
        "2020-02-30T00:00:00Z",
        "2020-W24-5T00:00:00Z",
        "0001-01-01T00:00:00+0100",
        "9999-12-31T23:59:59-0100",
        "\uff12020-06-12T08:13:13Z",
        "yesterday",
        "",
        1591920793360,
        True,
        [],
    ],
)
@pytest.mark.parametrize("is_required", [True, False])
def test_what_is_no_instant_is_noted(value: Any, *, is_required: bool) -> None:
    reading = Reading({"created": value})
    assert reading.instant("created", is_required=is_required) is None
    assert reading.problems == (
        Problem("created", "is no time of ISO 8601 with a zone", value, is_dropped=is_required),
    )


def test_value_that_is_missing_is_a_problem_only_where_it_is_required() -> None:
    reading = Reading({"b": None})
    assert [reading.text("a"), reading.instant("b"), reading.whole("c"), reading.number("d")] == [None] * 4
    assert (reading.texts("e"), reading.items("f"), reading.problems) == ([], [], ())
    assert [reading.text("a", is_required=True), reading.whole("c", is_required=True)] == [None, None]
    assert told(reading) == [("a", "is missing", True), ("c", "is missing", True)]


@pytest.mark.parametrize(("value", "read"), [("\x00a", "\ufffda"), ("\ud83d", "\ufffd"), ("=1+1", "=1+1"), ("", "")])
def test_text_is_kept_as_far_as_it_can_be_stored(value: str, read: str) -> None:
    assert Reading({"name": value}).text("name") == read


def test_required_text_is_not_blank() -> None:
    reading = Reading({"summary": " \u00a0"})
    assert reading.text("summary", is_required=True) is None
    assert told(reading) == [("summary", "is empty", True)]


@pytest.mark.parametrize("value", [-0.5, "3", True, 10**400, []])
def test_what_is_no_number_from_0_is_noted(value: Any) -> None:
    reading = Reading({"points": value})
    assert reading.number("points") is None
    assert told(reading) == [("points", "is no number from 0", False)]


@pytest.mark.parametrize("value", [-1, 2**63, 1.0, "7", False])
def test_what_is_no_whole_number_that_a_column_holds_is_noted(value: Any) -> None:
    reading = Reading({"id": value})
    assert reading.whole("id", is_required=True) is None
    assert told(reading) == [("id", "is no whole number from 0", True)]


def test_list_with_something_else_than_texts_is_none() -> None:
    reading = Reading({"labels": ["a", 1], "components": "a"})
    assert (reading.texts("labels"), reading.texts("components")) == ([], [])
    assert [problem.problem for problem in reading.problems] == ["is no list of texts"] * 2


def test_what_is_neither_true_nor_false_is_false() -> None:
    reading = Reading({"a": 1, "b": True})
    assert (reading.truth("a"), reading.truth("b"), reading.truth("c")) == (False, True, False)
    assert told(reading) == [("a", "is neither true nor false", False), ("c", "is missing", False)]


def test_what_is_no_object_has_no_field() -> None:
    assert Reading([1]).given("a") is None


def test_notes_of_a_part_are_notes_of_the_record_and_one_for_each_field() -> None:
    reading = Reading({"a": 1})
    part = reading.part({"a": 2}, "history 5 ").part({}, "item 0 ")
    part.text("field", is_required=True)
    part.note("field", "is strange")
    reading.note("a", "is odd", 1)
    reading.note("a", "is wrong", 1, drops=True)
    assert told(reading) == [("history 5 item 0 field", "is missing", True), ("a", "is wrong", True)]


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (None, None),
        ("x" * 201, "x" * 200),
        (["é", 1.5, None], '["é", 1.5, null]'),
        ({"a": "b" * 300}, '{"a": "' + "b" * 193),
        ("\x1b\x00", "\x1b\ufffd"),
    ],
)
def test_value_is_kept_shortened(value: Any, kept: str | None) -> None:
    row = quarantined_row("PAY", "raw_jira_issues", "7", Problem("labels", "is no list of texts", value))
    assert row == {
        "project": "PAY",
        "record_table": "raw_jira_issues",
        "record_key": "7",
        "field": "labels",
        "problem": "is no list of texts",
        "value": kept,
        "is_dropped": False,
    }


@pytest.mark.parametrize("value", ["0001-01-01T00:00:00Z", "0022-05-01T10:00:00.000+0000", "9999-12-31T23:59:59Z"])
def test_a_time_that_cannot_be_true_is_noted(value: str) -> None:
    reading = Reading({"created": value})
    assert reading.instant("created") is None
    assert [problem.problem for problem in reading.problems] == ["is a time that cannot be true"]
