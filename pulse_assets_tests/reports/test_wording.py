import pytest

from pulse_assets.reports import wording


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "unknown"),
        (0.0, "0 h"),
        (0.001, "under 1 min"),
        (0.7, "42 min"),
        (0.9999, "1.0 h"),
        (18.74, "18.7 h"),
        (47.96, "2.0 d"),
        (48.0, "2.0 d"),
        (76.8, "3.2 d"),
        (2398.8, "100 d"),
        (3432.0, "143 d"),
    ],
)
def test_durations_are_said_in_minutes_hours_or_days(value: float | None, words: str) -> None:
    assert wording.hours(value) == words


@pytest.mark.parametrize(("value", "words"), [(None, "unknown"), (0, "0"), (1204, "1,204"), (2.5, "2.5")])
def test_counts_have_separators(value: float | None, words: str) -> None:
    assert wording.number(value) == words


@pytest.mark.parametrize(("ratio", "words"), [(None, "unknown"), (0.0, "0 %"), (0.001, "<1 %"), (0.634, "63 %")])
def test_parts_are_percentages(ratio: float | None, words: str) -> None:
    assert wording.share(ratio) == words


@pytest.mark.parametrize(
    ("ratio", "words"),
    [
        (None, "unknown"),
        (0.0, "0 %"),
        (0.004, "0.4 %"),
        (0.053, "5.3 %"),
        (0.0996, "10 %"),
        (0.634, "63 %"),
        (1.0, "100 %"),
    ],
)
def test_rates_have_a_tenth_where_they_are_small(ratio: float | None, words: str) -> None:
    assert wording.percent(ratio) == words


@pytest.mark.parametrize(
    ("low", "high", "unit", "words"),
    [
        (12.0, 25.1, "hours", "12.0 to 25.1 h"),
        (26.3, 60.0, "hours", "26.3 h to 2.5 d"),
        (0.0, 0.25, "ratio", "0 to 25 %"),
        (0.0001, 0.5, "hours", "under 1 to 30 min"),
        (2.0, 5.0, "count", "2 to 5"),
    ],
)
def test_intervals_say_their_unit_once(low: float, high: float, unit: wording.Unit, words: str) -> None:
    assert wording.interval(low, high, unit) == words


@pytest.mark.parametrize(
    ("value", "previous", "unit", "words"),
    [
        (18.0, 20.0, "hours", "2.0 h shorter than the month before (\N{MINUS SIGN}10 %)"),
        (3, 0, "count", "3 more than the month before"),
        (0, 3, "count", "3 fewer than the month before (\N{MINUS SIGN}100 %)"),
        (20.01, 20.0, "hours", "as in the month before"),
        (None, 20.0, "hours", "the month before: 20.0 h"),
        (20.0, None, "hours", "the month before: none"),
        (0.12, 0.053, "ratio", "6.7 points higher than the month before (5.3 %)"),
        (0.04, 0.05, "ratio", "1 point lower than the month before (5.0 %)"),
        (0.1, 0.1, "ratio", "as in the month before"),
    ],
)
def test_a_change_is_said_in_words(value: float, previous: float, unit: wording.Unit, words: str) -> None:
    assert wording.change(value, previous, unit, grain="month", is_final=True, is_previous_final=True) == words


def test_a_provisional_period_before_is_marked_and_not_compared() -> None:
    words = wording.change(3, 2, "count", grain="week", is_final=True, is_previous_final=False)
    assert words == "the week before: 2 (provisional)"


def test_a_period_before_that_was_not_collected_is_unknown_and_not_none() -> None:
    words = wording.change(20.0, None, "hours", grain="week", is_final=True, is_previous_final=False)
    assert words == "the week before is unknown"


def test_working_hours_are_never_told_in_days() -> None:
    texts = [wording.figure(value, "working_hours") for value in (0.5, 7.0, 76.54, 1234.0, None)]
    assert texts == ["30 min", "7.0 h", "76.5 h", "1,234.0 h", "unknown"]
    assert wording.moved(-60.0, "working_hours") == "60.0 h shorter"
