from pathlib import Path

import pytest

from pulse_assets_tests.metrics.planning_lives import figures, lives

ISSUES = """
    key    issue_type  created_at        labels             life
    PAY-1  Story       2024-05-06 10:00  -                  doing, done 2024-05-07 10:00
    PAY-2  Bug         2024-05-06 10:00  escaped,urgent     doing, done 2024-05-07 10:00
    PAY-3  Bug         2024-05-06 10:00  -                  open, done 2024-05-14 10:00
    PAY-4  Bug         2024-05-06 10:00  escaped            doing
    PAY-5  Sub-task    2024-05-06 10:00  -                  done
    PAY-6  Story       2024-05-06 10:00  -                  doing, done 2024-05-07 10:00
    PAY-7  Story       2024-05-06 10:00  escaped            doing, done 2024-05-07 10:00
"""
COLUMNS = ("defect_share_ratio", "defect_count", "escaped_count", "created_defect_count", "row_count")


def test_share_is_of_the_issues_done_in_the_period(tmp_path: Path) -> None:
    rows = figures(tmp_path, "quality_defect_share", {"PAY": lives(ISSUES)})
    shown = {
        start: tuple(rows["PAY", "week", start][name] for name in COLUMNS) for start in ("2024-05-06", "2024-05-13")
    }
    assert shown == {"2024-05-06": (0.25, 1, 1, 3, 4), "2024-05-13": (1.0, 1, 0, 0, 1)}
    month = rows["PAY", "month", "2024-05-01"]
    assert tuple(month[name] for name in COLUMNS) == (0.4, 2, 1, 3, 5)


def test_interval_is_exact_for_few_issues(tmp_path: Path) -> None:
    week = figures(tmp_path, "quality_defect_share", {"PAY": lives(ISSUES)})["PAY", "week", "2024-05-06"]
    assert (week["defect_share_low_ratio"], week["defect_share_high_ratio"]) == (0.0, 0.75)


def test_interval_of_many_issues_is_that_of_a_normal_distribution(tmp_path: Path) -> None:
    lines = [f"PAY-{number}  {'Bug' if number % 4 == 0 else 'Story'}  2024-05-06  done" for number in range(1, 401)]
    tables = lives("\n".join(["key  issue_type  created_at  life", *lines]))
    week = figures(tmp_path, "quality_defect_share", {"PAY": tables})["PAY", "week", "2024-05-06"]
    margin = 1.96 * (0.25 * 0.75 / 400) ** 0.5
    assert week["defect_share_low_ratio"] == pytest.approx(0.25 - margin)
    assert week["defect_share_high_ratio"] == pytest.approx(0.25 + margin)


def test_without_an_issue_the_share_is_unknown(tmp_path: Path) -> None:
    week = figures(tmp_path, "quality_defect_share", {"PAY": lives(ISSUES)})["PAY", "week", "2024-05-20"]
    assert tuple(week[name] for name in COLUMNS) == (None, 0, 0, 0, 0)
