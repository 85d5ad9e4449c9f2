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
    ("value", "previous", "unit", "words"),
    [
        (18.0, 20.0, "hours", "2.0 h shorter than the month before (\N{MINUS SIGN}10 %)"),
        (3, 0, "count", "3 more than the month before"),
        (0, 3, "count", "3 fewer than the month before (\N{MINUS SIGN}100 %)"),
        (20.01, 20.0, "hours", "as in the month before"),
        (None, 20.0, "hours", "the month before: 20.0 h"),
        (20.0, None, "hours", "the month before: none"),
    ],
)
def test_a_change_is_said_in_words(value: float, previous: float, unit: wording.Unit, words: str) -> None:
    assert wording.change(value, previous, unit, grain="month", is_final=True, is_previous_final=True) == words


def test_a_provisional_period_before_is_marked_and_not_compared() -> None:
    words = wording.change(3, 2, "count", grain="week", is_final=True, is_previous_final=False)
    assert words == "the week before: 2 (provisional)"


def test_names_without_words_are_still_readable() -> None:
    assert wording.in_words(wording.REASONS, "some_new_reason") == "some new reason"
    assert wording.in_words(wording.REASONS, None) == "no reason given"
    assert wording.flags_in_words("first_deployment, negative_coding") == [
        "in the repository's first known deployment",
        "opened before its first commit: no coding time",
    ]
    assert wording.flags_in_words(None) == []


def test_a_period_before_that_was_not_collected_is_unknown_and_not_none() -> None:
    words = wording.change(20.0, None, "hours", grain="week", is_final=True, is_previous_final=False)
    assert words == "the week before is unknown"
