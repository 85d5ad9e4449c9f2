from typing import Any

from hypothesis import given
from hypothesis import settings as examined
from hypothesis import strategies as st

from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.frames import frame_problems, typed_frame
from pulse_assets.tables.issue_changes import change_rows
from pulse_assets.tables.quarantine import Problem, quarantined_row
from pulse_assets_tests.tables.landed_jira import DONE, IN_PROGRESS, TODO, history, item, status_item
from pulse_assets_tests.tables.test_issues import JSON
from pulse_assets_tests.text_tables import instant


def changes(*histories: Any) -> tuple[list[dict[str, Any]], tuple[Problem, ...]]:
    return change_rows("PAY", "PAY-1", {"histories": list(histories)})


def told(problems: tuple[Problem, ...]) -> list[tuple[str, str]]:
    assert not any(problem.is_dropped for problem in problems)
    return [(problem.field, problem.problem) for problem in problems]


def test_each_changed_field_is_a_row() -> None:
    points = item("Story Points", field_id="customfield_10026", to_text="3")
    rows, problems = changes(history(5, "2024-05-02T02:00:00.000+0200", status_item(TODO, DONE), points))
    assert problems == ()
    assert rows == [
        {
            "project": "PAY",
            "key": "PAY-1",
            "history_id": "5",
            "item": 0,
            "ordinal": 0,
            "field": "status",
            "field_id": "status",
            "from_value": "To Do",
            "to_value": "Done",
            "from_id": "1",
            "to_id": "5",
            "author": "u1",
            "changed_at": instant("2024-05-02"),
        },
        {
            "project": "PAY",
            "key": "PAY-1",
            "history_id": "5",
            "item": 1,
            "ordinal": 1,
            "field": "Story Points",
            "field_id": "customfield_10026",
            "from_value": None,
            "to_value": "3",
            "from_id": None,
            "to_id": None,
            "author": "u1",
            "changed_at": instant("2024-05-02"),
        },
    ]


def test_changes_are_numbered_by_time_then_by_the_number_of_their_history() -> None:
    rows, _ = changes(
        history(10, "2024-05-02T00:00:00.000Z", status_item(TODO, IN_PROGRESS), status_item(IN_PROGRESS, DONE)),
        history(9, "2024-05-02T00:00:00.000Z", status_item(DONE, TODO)),
        history(11, "2024-05-01T00:00:00.000Z", status_item(TODO, DONE)),
    )
    assert [(row["history_id"], row["item"], row["ordinal"]) for row in rows] == [
        ("11", 0, 0),
        ("9", 0, 1),
        ("10", 0, 2),
        ("10", 1, 3),
    ]


def test_history_of_a_deleted_account_has_no_author() -> None:
    rows, problems = changes(history(5, "2024-05-02T00:00:00.000Z", item("labels"), author=None))
    assert (rows[0]["author"], problems) == (None, ())


def test_item_that_names_no_field_is_left_out_and_the_others_stay() -> None:
    at = "2024-05-02T00:00:00.000Z"
    rows, problems = changes(history(5, at, status_item(TODO, DONE), item(""), item("labels") | {"field": None}), 7)
    assert [(row["item"], row["field"]) for row in rows] == [(0, "status")]
    assert told(problems) == [
        ("history 5 item 1 field", "is missing"),
        ("history 5 item 2 field", "is missing"),
        ("history #1", "has no number"),
    ]


def test_value_that_is_no_text_is_null_in_its_row() -> None:
    rows, problems = changes(history(5, "2024-05-02T00:00:00.000Z", status_item(TODO, DONE) | {"to_id": 5}))
    assert (rows[0]["to_id"], rows[0]["to_value"]) == (None, "Done")
    assert told(problems) == [("history 5 item 0 to_id", "is no text")]


def test_history_without_a_time_is_left_out() -> None:
    rows, problems = changes(
        history(5, "soon", status_item(TODO, DONE)),
        {**history(6, "", status_item(TODO, DONE)), "created": None},
        history(7, "2024-05-02T00:00:00.000Z", status_item(DONE, TODO)),
    )
    assert [row["history_id"] for row in rows] == ["7"]
    assert told(problems) == [
        ("history 5 created", "is no time of ISO 8601 with a zone"),
        ("history 6 created", "is missing"),
    ]


def test_history_that_is_there_twice_is_one() -> None:
    once = history(5, "2024-05-02T00:00:00.000Z", status_item(TODO, DONE))
    assert changes(once, once) == changes(once)
    rows, problems = changes(once, once | {"author": "u2"})
    assert [row["author"] for row in rows] == ["u1"]
    assert told(problems) == [("history 5", "is there twice, with another content")]


def test_histories_that_are_no_list_are_noted() -> None:
    rows, problems = change_rows("PAY", "PAY-1", {"histories": "none"})
    assert (rows, told(problems)) == ([], [("histories", "is no list")])


HISTORY = st.fixed_dictionaries(
    {
        "id": st.sampled_from(["5", "6", "07", "x", None]) | JSON,
        "created": st.sampled_from(["2024-05-02T00:00:00.000Z", "2024-05-01T00:00:00.000+0800"]) | JSON,
        "author": st.just("u1") | JSON,
        "items": st.lists(st.just(status_item(TODO, DONE)) | JSON, max_size=3) | JSON,
    }
)


@given(st.lists(HISTORY | JSON, max_size=5) | JSON)
@examined(deadline=None)
def test_garbage_gives_rows_that_keep_their_contract(histories: Any) -> None:
    rows, problems = change_rows("PAY", "PAY-1", {"histories": histories})
    assert [row["ordinal"] for row in rows] == list(range(len(rows)))
    told = [quarantined_row("PAY", "raw_jira_issues", "1", problem) for problem in problems]
    for name, held in (("issue_changes", rows), ("quarantined_records", told)):
        assert frame_problems(TABLES[name], typed_frame(TABLES[name], held)) == []


@given(st.lists(HISTORY, max_size=4), st.randoms(use_true_random=False))
@examined(deadline=None)
def test_order_of_the_histories_changes_nothing(histories: list[dict[str, Any]], random: Any) -> None:
    once = {str(each["id"]): each for each in histories}
    shuffled = list(once.values())
    random.shuffle(shuffled)
    assert changes(*shuffled)[0] == changes(*once.values())[0]
