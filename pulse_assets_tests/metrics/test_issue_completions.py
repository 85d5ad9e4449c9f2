from pathlib import Path
from typing import Any

import pytest

from pulse_assets.settings import Settings
from pulse_assets.tables.lake import Lake
from pulse_assets_tests.metrics.planning_lives import fact_rows, lives


def completions(folder: Path, life: str, issue_type: str = "Story") -> list[dict[str, Any]]:
    text = f"key  issue_type  created_at  life\nPAY-1  {issue_type}  2024-05-06 10:00  {life}"
    return fact_rows("issue_completions", Lake(folder / "lake"), Settings.load(home=folder), lives(text))


def short(rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(str(row["completed_at"])[5:16], str(row["reopened_at"] or "")[5:16]) for row in rows]


@pytest.mark.parametrize(
    ("life", "expected"),
    [
        ("open, doing 2024-05-07 10:00", []),
        ("open, done 2024-05-07 10:00", [("05-07 10:00", "")]),
        ("done", [("05-06 10:00", "")]),
        ("done, odd 2024-05-07 10:00", [("05-06 10:00", "05-07 10:00")]),
        (
            "open, done 2024-05-07, open 2024-05-08, doing 2024-05-09, done 2024-05-10, closed 2024-05-11",
            [("05-07 00:00", "05-08 00:00"), ("05-10 00:00", "")],
        ),
        (
            "open, done 2024-05-07, closed 2024-05-08, open 2024-05-09",
            [("05-07 00:00", "05-09 00:00")],
        ),
        (
            "open, done 2024-05-07 10:00, open 2024-05-07 10:00, done 2024-05-07 10:00, doing 2024-05-09",
            [("05-07 10:00", "05-09 00:00")],
        ),
    ],
)
def test_completion_is_coming_into_done_from_what_is_not_done(
    tmp_path: Path, life: str, expected: list[tuple[str, str]]
) -> None:
    assert short(completions(tmp_path, life)) == expected


@pytest.mark.parametrize(("issue_type", "reason"), [("Story", None), ("Sub-task", "subtask"), ("Epic", "epic")])
def test_subtasks_and_epics_are_not_counted(tmp_path: Path, issue_type: str, reason: str | None) -> None:
    (row,) = completions(tmp_path, "doing, done 2024-05-07", issue_type)
    assert (row["reason"], row["is_counted"], row["issue_type"]) == (reason, reason is None, issue_type)
