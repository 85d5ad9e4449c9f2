from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from pulse_assets.tables.teams import Teams
from pulse_assets_tests.metrics.dora_figures import Figures, dora_figures

Build = Callable[..., Figures]
OUTCOMES = """
    deployment_id  finished_at       is_counted  is_failure  first_incident_at  recovered_at      recovery_hours
    1              2024-05-06 09:00  yes         yes         2024-05-06 10:00   2024-05-06 19:00  10
    2              2024-05-07 09:00  yes         yes         2024-05-07 09:30   2024-05-15 09:00  192
    3              2024-05-08 09:00  yes         no          -                  -                 -
    4              2024-05-09 09:00  yes         yes         2024-05-10 09:00   -                 -
    5              2024-05-10 09:00  yes         yes         2024-05-10 12:00   2024-05-10 08:00  -
    6              2024-05-10 10:00  yes         yes         2024-05-10 12:00   2024-05-12 10:00  48
"""
REPORTS = """
    number  opened_at            resolved_at          root_cause_sha
    1       2024-05-06 10:00:30  2024-05-06 19:00:00  c1
    2       2024-05-07 09:30:00  2024-05-15 09:00:59  -
    3       2024-05-10 09:00:00  -                    c9
    4       2024-05-02 10:00:00  2024-05-08 10:00:00  -
"""
COMMITS = """
    deployment_id  sha  deployed_at
    1              c1   2024-05-04 09:00:15
    2              c1   2024-05-07 09:00:00
"""
INCIDENTS = """
    incident_id  kind    opened_at         resolved_at       restore_hours
    issue-1      issue   2024-05-06 10:00  2024-05-06 19:00  9
    issue-2      issue   2024-05-07 10:00  2024-05-09 10:00  48
    issue-3      issue   2024-05-10 09:00  -                 -
    revert-7     revert  2024-05-06 10:00  2024-05-06 11:00  -
    issue-8      issue   2024-05-10 09:00  2024-05-10 08:00  -
"""
TEXTS = {
    "deployment_outcomes": OUTCOMES,
    "incidents": INCIDENTS,
    "incident_reports": REPORTS,
    "fourkeys_changes": COMMITS,
}
RECOVERY = ("recovery_median_hours", "recovery_p75_hours", "recovery_p90_hours")
RESTORE = ("restore_median_hours", "restore_p75_hours", "restore_p90_hours")
OPEN = ("open_count", "restore_open_count")
COUNTS = ("row_count", "restore_count")


@pytest.fixture
def recoveries(tmp_path: Path) -> Build:
    return partial(dora_figures, tmp_path, "dora_recovery_time")


def of(rows: Figures, *key: str, columns: tuple[str, ...]) -> list[float | None]:
    definition, scope, grain, start = key
    return [rows[definition, scope, grain, start][column] for column in columns]


def test_pulse_recovery_belongs_to_the_period_of_the_recovery(recoveries: Build) -> None:
    rows = recoveries(TEXTS)
    assert of(rows, "pulse", "all", "week", "2024-05-06", columns=RECOVERY) == pytest.approx([29.0, 38.5, 44.2])
    assert of(rows, "pulse", "all", "week", "2024-05-13", columns=RECOVERY) == [192.0, 192.0, 192.0]
    assert of(rows, "pulse", "all", "month", "2024-05-01", columns=RECOVERY) == pytest.approx([48.0, 120.0, 163.2])
    assert of(rows, "pulse", "all", "month", "2024-05-01", columns=COUNTS) == [3, 2]


def test_interval_of_the_median_is_of_recovery_and_of_pulse_alone(recoveries: Build) -> None:
    rows = recoveries(TEXTS)
    ends = ("recovery_median_low_hours", "recovery_median_high_hours")
    assert of(rows, "pulse", "all", "month", "2024-05-01", columns=ends) == [10.0, 192.0]
    assert of(rows, "devlake", "all", "month", "2024-05-01", columns=ends) == [None, None]


def test_restore_takes_issues_alone_in_the_period_of_their_resolution(recoveries: Build) -> None:
    rows = recoveries(TEXTS)
    assert of(rows, "pulse", "all", "week", "2024-05-06", columns=RESTORE) == pytest.approx([28.5, 38.25, 44.1])


def test_devlake_recovery_belongs_to_the_period_of_the_deployment_in_whole_minutes(recoveries: Build) -> None:
    rows = recoveries(TEXTS)
    # 2024-05-06 09:00 to 19:00, and 2024-05-07 09:00 to 2024-05-15 09:00:59.
    assert of(rows, "devlake", "all", "week", "2024-05-06", columns=RECOVERY) == [10.0, 10.0, 10.0]
    assert of(rows, "devlake", "all", "week", "2024-05-06", columns=COUNTS) == [2, 2]
    assert of(rows, "devlake", "all", "week", "2024-05-13", columns=RECOVERY) == [None, None, None]


def test_devlake_restore_belongs_to_the_period_of_the_resolution_in_whole_minutes(recoveries: Build) -> None:
    rows = recoveries(TEXTS)
    # 10:00:30 to 19:00:00 are 539 whole minutes; of two values the lower one.
    assert of(rows, "devlake", "all", "week", "2024-05-06", columns=RESTORE) == [539 / 60, 539 / 60, 539 / 60]
    assert rows["devlake", "all", "week", "2024-05-13"]["restore_median_hours"] == pytest.approx(191.5)


def test_fourkeys_restores_from_the_root_cause_in_production_to_the_resolution(recoveries: Build) -> None:
    rows = recoveries(TEXTS)
    # Begun with its cause on 2024-05-04 09:00:15, resolved on 2024-05-06 19:00:00; and opened on 2024-05-02 10:00.
    before = of(rows, "fourkeys", "all", "month", "2024-05-01", columns=RESTORE)
    assert before == pytest.approx([144.0, 167.75, 182.0])
    assert of(rows, "fourkeys", "all", "month", "2024-05-01", columns=COUNTS) == [3, 3]
    assert of(rows, "fourkeys", "all", "week", "2024-05-06", columns=RESTORE) == [191.5, 191.5, 191.5]
    assert of(rows, "fourkeys", "all", "month", "2024-05-01", columns=(*RECOVERY, "open_count")) == [None] * 4


def test_fourkeys_cuts_seconds_off(recoveries: Build) -> None:
    april = {"pull_requests": "number  merged_at\n1       2024-04-30 10:00"}
    rows = recoveries(TEXTS | april, months=["2024-04-01"])
    row = rows["fourkeys", "all", "week", "2024-04-29"]
    # From 2024-05-04 09:00:15 to 2024-05-06 19:00:00 are 3479 whole minutes; and 144 hours.
    assert (row["restore_count"], row["restore_median_hours"]) == (2, pytest.approx((3479 / 60 + 144) / 2))


def test_what_is_open_at_the_end_of_a_period_is_counted_and_not_measured(recoveries: Build) -> None:
    rows = recoveries(TEXTS)
    weeks = ("2024-05-06", "2024-05-13", "2024-05-27")
    assert [of(rows, "pulse", "all", "week", week, columns=OPEN) for week in weeks] == [[2, 1], [1, 1], [1, 1]]
    assert [of(rows, "devlake", "all", "week", week, columns=OPEN) for week in weeks] == [[2, 2], [1, 1], [1, 1]]
    assert rows["fourkeys", "all", "week", "2024-05-06"]["restore_open_count"] == 2


def test_failure_that_is_not_known_yet_at_the_end_of_a_period_is_not_open(recoveries: Build) -> None:
    outcomes = """
        deployment_id  finished_at       is_counted  is_failure  first_incident_at  recovered_at
        1              2024-05-12 23:00  yes         yes         2024-05-13 00:00   2024-05-20 00:00
    """
    rows = recoveries({"deployment_outcomes": outcomes})
    weeks = [rows["pulse", "all", "week", start]["open_count"] for start in ("2024-05-06", "2024-05-13", "2024-05-20")]
    assert weeks == [0, 1, 0]


def test_what_was_resolved_at_the_very_end_of_a_period_was_open_before_it(recoveries: Build) -> None:
    reports = "number  opened_at         resolved_at\n1       2024-05-08 10:00  2024-05-13 00:00"
    rows = recoveries({"incident_reports": reports})
    opened = [rows["devlake", "all", "week", start]["restore_open_count"] for start in ("2024-05-06", "2024-05-13")]
    assert opened == [1, 0]


def test_period_under_way_is_open_up_to_the_collection(recoveries: Build) -> None:
    texts = TEXTS | {"repositories": "collected_at\n2024-05-10 08:30"}
    rows = recoveries(texts)
    assert of(rows, "pulse", "all", "week", "2024-05-06", columns=OPEN) == [1, 0]


def test_devlake_counts_no_report_before_the_first_deployment(recoveries: Build) -> None:
    reports = "number  opened_at         resolved_at\n1       2024-05-06 08:59  2024-05-06 10:00"
    rows = recoveries(TEXTS | {"incident_reports": reports})
    assert of(rows, "devlake", "all", "week", "2024-05-06", columns=(*COUNTS, *OPEN)) == [0, 1, 0, 0]


def test_devlake_measures_from_the_deployment_of_another_repository_of_the_scope(recoveries: Build) -> None:
    web = "deployment_id  finished_at       is_counted\n1              2024-05-06 09:30  yes"
    rows = recoveries(
        TEXTS,
        others={"acme/web": {"deployment_outcomes": web}},
        teams=Teams(repositories={"core": ("acme/api", "acme/web")}),
    )
    medians = {
        key[1]: row["recovery_median_hours"]
        for key, row in rows.items()
        if key[0::2] == ("devlake", "week") and row["row_count"]
    }
    assert medians == {"acme/api": 10.0, "core": 9.5, "all": 9.5}


def test_months_that_are_asked_alone_know_what_began_before_them(recoveries: Build) -> None:
    months = ["2024-05-01", "2024-06-01", "2024-07-01"]
    together = recoveries(TEXTS, months=months)
    alone = {key: row for month in months for key, row in recoveries(TEXTS, months=[month]).items()}
    assert together == alone
    assert of(alone, "pulse", "all", "month", "2024-07-01", columns=OPEN) == [1, 1]
