from pathlib import Path
from typing import Any

from pulse_assets_tests.metrics.planning_lives import figures, lives

ISSUES = """
    key    issue_type  created_at        story_points  life
    PAY-1  Story       2024-05-06 10:00  3             doing, done 2024-05-07 10:00
    PAY-2  Story       2024-05-06 10:00  -             open, done 2024-05-07 10:00
    PAY-3  Bug         2024-05-06 10:00  0.5           doing, done 2024-05-07 10:00, open 2024-05-08, done 2024-05-14
    PAY-4  Bug         2024-05-06 10:00  8             doing, done 2024-05-07 10:00, open 2024-05-08
    PAY-5  Sub-task    2024-05-06 10:00  1             doing, done 2024-05-07 10:00
    PAY-6  Epic        2024-05-06 10:00  13            doing, done 2024-05-07 10:00
"""


def shown(rows: dict[tuple[Any, ...], dict[str, Any]], start: str) -> dict[str, tuple[Any, ...]]:
    columns = ("completed_count", "completed_points", "estimated_count", "left_out_count", "row_count")
    return {
        key[3]: tuple(row[name] for name in columns) for key, row in rows.items() if (key[0], key[2]) == ("PAY", start)
    }


def test_issues_done_for_good_count_by_type_and_all_together(tmp_path: Path) -> None:
    rows = figures(tmp_path, "flow_throughput", {"PAY": lives(ISSUES)})
    assert shown(rows, "2024-05-06") == {
        "all": (2, 3.0, 1, 2, 2),
        "Story": (2, 3.0, 1, 0, 2),
        "Sub-task": (0, 0.0, 0, 1, 0),
        "Epic": (0, 0.0, 0, 1, 0),
    }
    assert shown(rows, "2024-05-13") == {"all": (1, 0.5, 1, 0, 1), "Bug": (1, 0.5, 1, 0, 1)}
    assert shown(rows, "2024-05-01")["all"] == (3, 3.5, 2, 2, 3)


def test_a_period_without_issues_is_zero(tmp_path: Path) -> None:
    rows = figures(tmp_path, "flow_throughput", {"PAY": lives(ISSUES)})
    assert shown(rows, "2024-05-20") == {"all": (0, 0.0, 0, 0, 0)}


def test_type_that_is_called_all_does_not_stand_beside_the_total(tmp_path: Path) -> None:
    text = "key  issue_type  created_at  life\nPAY-1  all  2024-05-06  done\nPAY-2  Story  2024-05-06  done"
    rows = figures(tmp_path, "flow_throughput", {"PAY": lives(text)})
    assert shown(rows, "2024-05-06") == {"all": (2, 0.0, 0, 0, 2), "Story": (1, 0.0, 0, 0, 1)}
