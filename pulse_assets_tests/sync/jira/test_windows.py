import datetime as dt

import pytest

from pulse_assets.sync.jira.collection import at_millis, instant, millis, text
from pulse_assets.sync.jira.windows import FIRST_WIDTH_MS, Walk, Window, created_before


def issue(key: str, at: int) -> dict[str, str]:
    return {"id": key, "created": text(at_millis(at))}


def test_a_window_is_half_open_and_ordered_by_what_no_edit_changes() -> None:
    assert Window("ADD", "updated", 1000, 2000).jql == (
        'project = "ADD" AND updated >= 1000 AND updated < 2000 ORDER BY created ASC, key ASC'
    )
    assert Window("EE", "created", None, None).jql == 'project = "EE" ORDER BY created ASC, key ASC'
    assert created_before("EE", 5) == 'project = "EE" AND created < 5'


def test_a_window_survives_its_checkpoint() -> None:
    window = Window("EE", "created", 1, 2, "start:5", ("7", "8"))
    assert Window.of(window.state()) == window


def test_a_page_that_is_not_the_last_begins_the_next_chunk_at_its_last_issue() -> None:
    walk = Walk.begun("EE", 10**12).after([issue("1", 100), issue("2", 200), issue("3", 200)], "cursor")
    assert walk is not None
    assert walk.window == Window("EE", "created", 200, 200 + FIRST_WIDTH_MS, None, ("2", "3"))


def test_issues_of_one_instant_are_read_on_by_cursor() -> None:
    walk = Walk(Window("EE", "created", 200, 300), 300)
    following = walk.after([issue("2", 200), issue("3", 200)], "cursor")
    assert following is not None
    assert following.window == Window("EE", "created", 200, 300, "cursor")
    assert following.restarted().window.cursor is None


def test_an_empty_chunk_is_followed_by_one_to_the_end() -> None:
    walk = Walk(Window("EE", "created", 0, 100), 10**12, width_ms=50)
    following = walk.after([], None)
    assert following is not None
    assert (following.window.from_ms, following.window.until_ms) == (100, 10**12)
    after_one = walk.after([issue("1", 5)], None)
    assert after_one is not None
    assert (after_one.window.from_ms, after_one.window.until_ms, after_one.width_ms) == (100, 150, 100)


def test_the_walk_ends_with_the_chunk_that_reaches_its_end() -> None:
    assert Walk(Window("EE", "created", 0, 100), 100).after([issue("1", 5)], None) is None


@pytest.mark.parametrize("words", [None, 5, "", "yesterday", "2024-01-01T00:00:00", "0001-01-01T00:00:00+1400"])
def test_what_is_no_instant_is_none(words: object) -> None:
    assert instant(words) is None


def test_times_are_read_in_any_zone_and_written_in_utc() -> None:
    at = instant("2024-05-01T10:00:00.123+0800")
    assert at is not None
    assert at == dt.datetime(2024, 5, 1, 2, 0, 0, 123000, tzinfo=dt.UTC)
    assert text(at) == "2024-05-01T02:00:00.123Z"
    assert at_millis(millis(at)) == at
