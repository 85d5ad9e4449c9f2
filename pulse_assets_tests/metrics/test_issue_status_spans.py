from pathlib import Path
from typing import Any

import pytest

from pulse_assets.settings import Settings
from pulse_assets.tables.lake import Lake
from pulse_assets_tests.metrics.planning_lives import fact_rows, lives
from pulse_assets_tests.text_tables import rows

STATUSES = """
    status_id  name         status_category  source
    1          Open         todo             jira
    3          In Progress  in_progress      jira
    5          Done         done             jira
"""
ISSUE = """
    key    status_id  status  created_at
    PAY-1  5          Done    2024-05-06 10:00
"""


def spans(
    folder: Path, changes: str, issues: str = ISSUE, statuses: str = STATUSES, **chosen: Any
) -> list[dict[str, Any]]:
    tables = {
        "projects": rows("projects", "name  collected_at\nPayments  2024-06-30"),
        "issues": rows("issues", issues),
        "issue_changes": rows("issue_changes", changes),
        "statuses": rows("statuses", statuses),
    }
    settings = Settings.load(home=folder, **chosen)
    return fact_rows("issue_status_spans", Lake(folder / "lake"), settings, tables)


def short(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [(row["ordinal"], row["status"], row["status_category"], row["hours"]) for row in rows]


def test_stays_are_rebuilt_from_the_history_with_the_first_one(tmp_path: Path) -> None:
    text = """
        key    history_id  item  ordinal  field   field_id  from_id  from_value   to_id  to_value     changed_at
        PAY-1  10          0     0        status  status    1        Open         3      In Progress  2024-05-07 10:00
        PAY-1  11          0     1        status  status    3        In Progress  5      Done         2024-05-08 16:30
    """
    found = spans(tmp_path, text)
    assert short(found) == [
        (0, "Open", "todo", 24.0),
        (1, "In Progress", "in_progress", 30.5),
        (2, "Done", "done", None),
    ]
    assert [str(row["entered_at"])[:16] for row in found] == [
        "2024-05-06 10:00",
        "2024-05-07 10:00",
        "2024-05-08 16:30",
    ]
    assert [row["is_open"] for row in found] == [False, False, True]
    assert [row["left_at"] is None for row in found] == [False, False, True]
    assert [row["flags"] for row in found] == [None, None, None]


def test_without_a_change_the_first_stay_has_todays_status(tmp_path: Path) -> None:
    (row,) = spans(tmp_path, "key  history_id  item  ordinal  field  field_id  changed_at")
    assert (row["status_id"], row["status"], row["is_open"], row["hours"], row["flags"]) == (
        "5",
        "Done",
        True,
        None,
        None,
    )


def test_two_changes_of_one_history_leave_a_stay_of_no_time(tmp_path: Path) -> None:
    text = """
        key    history_id  item  ordinal  field   field_id  from_id  to_id  changed_at
        PAY-1  10          1     1        status  status    3        5      2024-05-07 10:00
        PAY-1  10          0     0        status  status    1        3      2024-05-07 10:00
    """
    found = spans(tmp_path, text)
    assert [(row["status_id"], row["hours"], row["business_hours"]) for row in found] == [
        ("1", 24.0, 24.0),
        ("3", 0.0, 0.0),
        ("5", None, None),
    ]


def test_other_fields_are_no_change_of_status(tmp_path: Path) -> None:
    text = """
        key    history_id  item  ordinal  field     field_id           from_id  to_id  changed_at
        PAY-1  10          0     0        status    customfield_10100  1        3      2024-05-07 10:00
        PAY-1  11          0     1        assignee  assignee           -        7      2024-05-07 11:00
        PAY-1  12          0     2        status    -                  1        5      2024-05-07 12:00
    """
    assert [(row["status_id"], row["hours"]) for row in spans(tmp_path, text)] == [("1", 26.0), ("5", None)]


def test_change_that_came_from_another_status_is_flagged(tmp_path: Path) -> None:
    text = """
        key    history_id  item  ordinal  field   field_id  from_id  to_id  changed_at
        PAY-1  10          0     0        status  status    1        3      2024-05-07 10:00
        PAY-1  11          0     1        status  status    4        5      2024-05-08 10:00
    """
    flags = [(row["status_id"], row["flags"]) for row in spans(tmp_path, text)]
    assert flags == [("1", None), ("3", None), ("5", "changed_without_history")]


def test_last_stay_that_is_not_todays_status_is_flagged_and_no_stay_is_made_up(tmp_path: Path) -> None:
    text = """
        key    history_id  item  ordinal  field   field_id  from_id  to_id  changed_at
        PAY-1  10          0     0        status  status    1        3      2024-05-07 10:00
    """
    flags = [(row["status_id"], row["flags"]) for row in spans(tmp_path, text)]
    assert flags == [("1", None), ("3", "changed_without_history")]


def test_renamed_status_keeps_the_name_of_the_time_and_has_todays_category(tmp_path: Path) -> None:
    text = """
        key    history_id  item  ordinal  field   field_id  from_id  from_value  to_id  to_value  changed_at
        PAY-1  10          0     0        status  status    3        Doing       5      Fertig    2024-05-07 10:00
    """
    assert short(spans(tmp_path, text)) == [(0, "Doing", "in_progress", 24.0), (1, "Fertig", "done", None)]


def test_status_that_nobody_knows_has_no_category_whatever_its_name(tmp_path: Path) -> None:
    text = """
        key    history_id  item  ordinal  field   field_id  from_id  from_value   to_id  to_value  changed_at
        PAY-1  10          0     0        status  status    77       In Progress  5      Done      2024-05-07 10:00
    """
    assert short(spans(tmp_path, text)) == [(0, "In Progress", None, 24.0), (1, "Done", "done", None)]


def test_change_dated_before_the_creation_has_no_hours(tmp_path: Path) -> None:
    text = """
        key    history_id  item  ordinal  field   field_id  from_id  to_id  changed_at
        PAY-1  10          0     0        status  status    1        5      2024-05-05 10:00
    """
    found = spans(tmp_path, text)
    assert [(row["hours"], row["business_hours"]) for row in found] == [(None, None), (None, None)]


@pytest.mark.parametrize(
    ("left_at", "hours"),
    [
        ("2024-05-06 12:00", 2.0),
        ("2024-05-06 20:00", 5.5),
        ("2024-05-07 07:00", 5.5),
        ("2024-05-08 08:00", 5.5 + 8.5 + 1.0),
        ("2024-05-13 07:00", 5.5 + 8.5 + 8.5),
        ("2024-05-14 08:30", 5.5 + 8.5 + 8.5 + 8.5 + 1.5),
    ],
)
def test_business_hours_are_those_of_the_calendar(tmp_path: Path, left_at: str, hours: float) -> None:
    """Berlin is two hours ahead: 10:00 UTC is noon; Thursday 9th is a holiday, Friday is off."""
    text = f"""
        key    history_id  item  ordinal  field   field_id  from_id  to_id  changed_at
        PAY-1  10          0     0        status  status    1        5      {left_at}
    """
    first, _ = spans(
        tmp_path,
        text,
        timezone="Europe/Berlin",
        working_days="mon,tue,wed,thu",
        working_hours="09:00-17:30",
        holidays="2024-05-09",
    )
    assert first["business_hours"] == pytest.approx(hours, abs=1e-9)


def test_hours_are_exact_to_the_millisecond(tmp_path: Path) -> None:
    text = """
        key    history_id  item  ordinal  field   field_id  from_id  to_id  changed_at
        PAY-1  10          0     0        status  status    1        5      2024-05-06 10:00:00.007
    """
    first, _ = spans(tmp_path, text)
    assert first["hours"] * 3_600_000 == pytest.approx(7.0, abs=1e-6)
    assert first["business_hours"] == pytest.approx(first["hours"], abs=1e-9)


def test_order_of_rows_changes_nothing(tmp_path: Path) -> None:
    tables = lives("""
        key    created_at        life
        PAY-1  2024-05-06 10:00  open, doing 2024-05-07 10:00, done 2024-05-08 10:00
        PAY-2  2024-05-06 11:00  open, doing 2024-05-07 11:00, done 2024-05-08 10:00, doing 2024-05-09
    """)
    turned = {name: list(reversed(each)) for name, each in tables.items()}
    settings = Settings.load(home=tmp_path)
    found = [fact_rows("issue_status_spans", Lake(tmp_path / "lake"), settings, each) for each in (tables, turned)]
    assert found[0] == found[1]
    assert len(found[0]) == 7
