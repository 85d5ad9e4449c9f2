from pathlib import Path

from pulse_assets_tests.metrics.planning_lives import figures, lives

ISSUES = """
    key    issue_type  created_at        life
    PAY-1  Story       2024-05-06 10:00  doing, done 2024-05-07 10:00
    PAY-2  Story       2024-05-06 10:00  doing, done 2024-05-07, open 2024-05-08, done 2024-05-09, odd 2024-05-15
    PAY-3  Story       2024-05-06 10:00  doing, done 2024-05-07, closed 2024-05-08
    PAY-4  Sub-task    2024-05-06 10:00  doing, done 2024-05-07, open 2024-05-08
"""
COLUMNS = ("reopen_ratio", "reopen_low_ratio", "reopen_high_ratio", "reopened_count", "row_count")


def test_each_completion_counts_and_whether_it_was_taken_back_at_any_time(tmp_path: Path) -> None:
    rows = figures(tmp_path, "quality_reopen_rate", {"PAY": lives(ISSUES)})
    week = rows["PAY", "week", "2024-05-06"]
    assert tuple(week[name] for name in COLUMNS) == (0.5, 0.0, 1.0, 2, 4)
    assert rows["all", "month", "2024-05-01"]["reopen_ratio"] == 0.5


def test_without_a_completion_the_rate_is_unknown(tmp_path: Path) -> None:
    week = figures(tmp_path, "quality_reopen_rate", {"PAY": lives(ISSUES)})["PAY", "week", "2024-05-13"]
    assert tuple(week[name] for name in COLUMNS) == (None, None, None, 0, 0)
