from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from pulse_assets.tables.teams import Teams
from pulse_assets_tests.metrics.dora_figures import Figures, dora_figures

Build = Callable[..., Figures]
QUANTILES = ("lead_time_median_hours", "lead_time_p75_hours", "lead_time_p90_hours")
INTERVAL = ("lead_time_median_low_hours", "lead_time_median_high_hours")
STAGES = ("coding_median_hours", "pickup_median_hours", "review_median_hours", "deploy_median_hours")
CHANGES = """
    number  merged_at         deployed_at       lead_time_hours  is_counted  reason
    1       2024-05-06 10:00  2024-05-07 10:00  10               yes         -
    2       2024-05-06 10:00  2024-05-08 10:00  20               yes         -
    3       2024-05-07 10:00  2024-05-13 10:00  60               yes         -
    4       2024-05-08 10:00  -                 -                no          not_deployed
    5       2024-04-30 10:00  2024-05-06 10:00  40               yes         -
"""


@pytest.fixture
def lead_times(tmp_path: Path) -> Build:
    return partial(dora_figures, tmp_path, "dora_lead_time")


def of(rows: Figures, *key: str, columns: tuple[str, ...] = QUANTILES) -> list[float | None]:
    definition, scope, grain, start = key
    return [rows[definition, scope, grain, start][column] for column in columns]


def test_change_belongs_to_the_week_and_month_in_which_it_was_deployed(lead_times: Build) -> None:
    rows = lead_times({"change_lead_times": CHANGES})
    counts = {key[2:]: row["row_count"] for key, row in rows.items() if key[:2] == ("pulse", "acme/api")}
    assert counts == {
        ("month", "2024-05-01"): 4,
        ("week", "2024-05-06"): 3,
        ("week", "2024-05-13"): 1,
        ("week", "2024-05-20"): 0,
        ("week", "2024-05-27"): 0,
    }


def test_every_period_has_a_row_for_each_definition(lead_times: Build) -> None:
    rows = lead_times({"change_lead_times": CHANGES})
    definitions = {key[0]: sum(other[0] == key[0] for other in rows) for key in rows}
    assert definitions == {"pulse": 10, "devlake": 10, "fourkeys": 10}
    assert rows["fourkeys", "acme/api", "week", "2024-05-06"]["row_count"] == 0


def test_pulse_interpolates_between_the_nearest_values(lead_times: Build) -> None:
    rows = lead_times({"change_lead_times": CHANGES})
    assert of(rows, "pulse", "acme/api", "month", "2024-05-01") == pytest.approx([30.0, 45.0, 54.0])


def test_devlake_takes_measured_values_and_of_an_even_number_the_lower_median(lead_times: Build) -> None:
    text = """
        number  deployed_at       cycle_minutes  is_counted
        1       2024-05-07 10:00  600            yes
        2       2024-05-07 10:00  1200           yes
        3       2024-05-07 10:00  3600           yes
        4       2024-05-07 10:00  2400           yes
    """
    rows = lead_times({"devlake_changes": text})
    week = rows["devlake", "acme/api", "week", "2024-05-06"]
    assert [week[column] for column in QUANTILES] == [20.0, 40.0, 40.0]
    assert [week[column] for column in INTERVAL] == [None, None]
    assert week["row_count"] == 4


def test_devlake_median_of_equal_values_is_that_value(lead_times: Build) -> None:
    text = """
        number  deployed_at       cycle_minutes  is_counted
        1       2024-05-07 10:00  60             yes
        2       2024-05-07 10:00  120            yes
        3       2024-05-07 10:00  120            yes
        4       2024-05-07 10:00  120            yes
        5       2024-05-07 10:00  900            yes
    """
    assert of(lead_times({"devlake_changes": text}), "devlake", "all", "week", "2024-05-06") == [2.0, 2.0, 2.0]


def test_fourkeys_counts_commits_in_whole_minutes_and_leaves_machines_out(lead_times: Build) -> None:
    text = """
        deployment_id  sha  deployed_at       minutes  is_counted  reason
        1              a    2024-05-07 10:00  30       yes         -
        1              b    2024-05-07 10:00  90       yes         -
        1              c    2024-05-07 10:00  0        no          not_positive
        2              a    2024-05-14 10:00  60       yes         -
    """
    rows = lead_times({"fourkeys_changes": text})
    month = rows["fourkeys", "acme/api", "month", "2024-05-01"]
    assert [month[column] for column in QUANTILES] == pytest.approx([1.0, 1.25, 1.4])
    assert [month[column] for column in (*INTERVAL, *STAGES)] == [None] * 6
    assert (month["row_count"], month["left_out_count"]) == (3, 1)


def test_change_that_is_not_counted_is_left_out_of_the_period_of_its_merge(lead_times: Build) -> None:
    devlake = """
        number  merged_at         deployed_at  is_counted  reason
        1       2024-05-14 10:00  -            no          first_deployment
    """
    rows = lead_times({"change_lead_times": CHANGES, "devlake_changes": devlake})
    left_out = {key[3]: row["left_out_count"] for key, row in rows.items() if key[:3] == ("pulse", "acme/api", "week")}
    assert left_out == {"2024-05-06": 1, "2024-05-13": 0, "2024-05-20": 0, "2024-05-27": 0}
    assert rows["devlake", "acme/api", "week", "2024-05-13"]["left_out_count"] == 1


def test_period_without_changes_has_no_figure_and_is_low(lead_times: Build) -> None:
    row = lead_times({"change_lead_times": CHANGES})["pulse", "acme/api", "week", "2024-05-20"]
    assert [row[column] for column in (*QUANTILES, *INTERVAL, *STAGES)] == [None] * 9
    assert (row["row_count"], row["left_out_count"], row["is_low_count"], row["status"]) == (0, 0, True, "ok")


@pytest.mark.parametrize(("number", "is_low"), [(4, True), (5, False)])
def test_fewer_than_five_changes_are_low(lead_times: Build, number: int, *, is_low: bool) -> None:
    header, first, *_ = CHANGES.strip().splitlines()
    text = "\n".join([header, *[first.replace("1  ", f"{place}  ", 1) for place in range(1, number + 1)]])
    row = lead_times({"change_lead_times": text})["pulse", "acme/api", "week", "2024-05-06"]
    assert row["is_low_count"] is is_low


def test_stage_medians_ignore_changes_without_the_stage(lead_times: Build) -> None:
    pulse = """
        number  deployed_at       lead_time_hours  coding_hours  pickup_hours  review_hours  deploy_hours  is_counted
        1       2024-05-07 10:00  10               1             2             3             4             yes
        2       2024-05-07 10:00  10               3             -             -             8             yes
    """
    devlake = """
        deployed_at       cycle_minutes  coding_minutes  pickup_minutes  review_minutes  deploy_minutes  is_counted
        2024-05-07 10:00  10             60              120             180             240             yes
        2024-05-07 10:00  10             180             -               -               480             yes
    """
    rows = lead_times({"change_lead_times": pulse, "devlake_changes": devlake})
    assert of(rows, "pulse", "acme/api", "week", "2024-05-06", columns=STAGES) == [2.0, 2.0, 3.0, 6.0]
    assert of(rows, "devlake", "acme/api", "week", "2024-05-06", columns=STAGES) == [1.0, 2.0, 3.0, 4.0]


def many(hours: list[int]) -> str:
    lines = [f"{place}  2024-05-07 10:00  {value}  yes" for place, value in enumerate(hours)]
    return "\n".join(["number  deployed_at  lead_time_hours  is_counted", *lines])


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (1, [1, 1]),
        (2, [1, 2]),
        (10, [2, 9]),
        (11, [3, 9]),
        (200, [86, 115]),
        (201, [86, 115]),  # 100.5 -+ 0.98 * sqrt(201) = 86.6, 114.4
        (400, [180, 220]),  # 200 -+ 19.6
    ],
)
def test_interval_of_the_median_has_the_values_of_its_ranks(
    lead_times: Build, number: int, expected: list[int]
) -> None:
    rows = lead_times({"change_lead_times": many(list(range(number, 0, -1)))})
    assert of(rows, "pulse", "all", "month", "2024-05-01", columns=INTERVAL) == expected


def test_scope_of_several_repositories_is_made_of_changes_and_not_of_figures(lead_times: Build) -> None:
    web = """
        number  deployed_at       lead_time_hours  is_counted
        1       2024-05-07 10:00  100              yes
    """
    lib = """
        number  deployed_at       lead_time_hours  is_counted
        1       2024-05-07 10:00  1000             yes
    """
    rows = lead_times(
        {"change_lead_times": CHANGES},
        others={"acme/web": {"change_lead_times": web}, "acme/lib": {"change_lead_times": lib}},
        teams=Teams(repositories={"core": ("acme/api", "acme/web"), "edge": ("acme/web",)}),
    )
    weeks = {key[1]: row for key, row in rows.items() if (key[0], *key[2:]) == ("pulse", "week", "2024-05-06")}
    figures = {
        scope: (row["scope_kind"], row["row_count"], row["lead_time_median_hours"]) for scope, row in weeks.items()
    }
    assert figures == {
        "acme/api": ("repository", 3, 20.0),
        "acme/web": ("repository", 1, 100.0),
        "acme/lib": ("repository", 1, 1000.0),
        "core": ("team", 4, 30.0),
        "edge": ("team", 1, 100.0),
        "all": ("all", 5, 40.0),
    }


@pytest.mark.parametrize(
    ("zone", "week"), [("UTC", "2024-05-06"), ("America/New_York", "2024-05-06"), ("Europe/Berlin", "2024-05-13")]
)
def test_weeks_begin_on_local_monday(lead_times: Build, zone: str, week: str) -> None:
    text = """
        number  deployed_at       lead_time_hours  is_counted
        1       2024-05-12 22:30  10               yes
    """
    rows = lead_times({"change_lead_times": text}, zone=zone)
    found = [key[3] for key, row in rows.items() if key[:3] == ("pulse", "acme/api", "week") and row["row_count"]]
    assert found == [week]


def test_months_begin_and_end_at_local_midnight(lead_times: Build) -> None:
    text = """
        number  deployed_at       lead_time_hours  is_counted
        1       2024-05-31 21:59  10               yes
        2       2024-05-31 22:00  20               yes
        3       2024-06-30 21:59  30               yes
        4       2024-06-30 22:00  40               yes
    """
    june = lead_times({"change_lead_times": text}, months=["2024-06-01"], zone="Europe/Berlin")
    row = june["pulse", "acme/api", "month", "2024-06-01"]
    assert (row["row_count"], row["lead_time_median_hours"]) == (2, 25.0)


def test_week_that_ends_in_the_next_month_has_all_of_its_changes(lead_times: Build) -> None:
    text = """
        number  deployed_at       lead_time_hours  is_counted
        1       2024-05-27 10:00  10               yes
        2       2024-06-02 23:59  20               yes
        3       2024-06-03 00:00  30               yes
    """
    row = lead_times({"change_lead_times": text})["pulse", "acme/api", "week", "2024-05-27"]
    assert (row["row_count"], row["lead_time_median_hours"]) == (2, 15.0)


def test_months_that_are_asked_together_are_those_that_are_asked_alone(lead_times: Build) -> None:
    texts = {"change_lead_times": CHANGES}
    together = lead_times(texts, months=["2024-05-01", "2024-06-01", "2024-07-01"])
    alone = {
        key: row for month in ("05", "06", "07") for key, row in lead_times(texts, months=[f"2024-{month}-01"]).items()
    }
    assert together == alone
