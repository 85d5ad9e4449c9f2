"""One small repository by hand: what is told of each figure."""

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from pulse_assets.errors import NotFound, TableNotBuilt, UsageError
from pulse_assets.metrics.explanation import Explanation, explain
from pulse_assets.settings import Settings
from pulse_assets.tables.check_history import Gate
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.lake import Lake
from pulse_assets.tables.teams import Teams
from pulse_assets_tests.metrics.built import write_facts
from pulse_assets_tests.metrics.small_lake import TEXTS, build_small
from pulse_assets_tests.text_tables import fill, records

WEEK = ("week", dt.date(2024, 5, 6))
MAY = ("month", dt.date(2024, 5, 1))
Explain = Callable[..., Explanation]


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    lake = Lake(tmp_path_factory.mktemp("explained") / "lake")
    build_small(lake, chosen(lake))
    return lake


def chosen(lake: Lake) -> Settings:
    return Settings.load(home=lake.path.parent, timezone="UTC", teams_file=None)


@pytest.fixture
def of(lake: Lake) -> Explain:
    def explained(metric: str, period: Any = WEEK, **more: Any) -> Explanation:
        return explain(metric, lake, chosen(lake), period=period, teams=Teams(), **more)

    return explained


def items(rows: Sequence[Any]) -> list[str]:
    return [row.item for row in rows]


def test_counted_rows_give_the_figures(of: Explain) -> None:
    explanation = of("dora_lead_time")
    assert {row.item: row.values["lead_time_hours"] for row in explanation.counted} == {"#2": 58.0, "#3": 34.0}
    median = explanation.figure("lead_time_median_hours")
    assert (median.stored, median.recomputed, median.agrees) == (46.0, 46.0, True)
    assert (explanation.row_count, explanation.is_low_count, explanation.agrees) == (2, True, True)


def test_left_out_rows_say_why_in_words(of: Explain) -> None:
    (row,) = of("dora_lead_time").left_out
    assert (row.item, row.reason) == ("#4", "other_base_branch")
    assert row.reason_words == "merged into another branch than the default branch"


def test_titles_stand_beside_the_rows(of: Explain) -> None:
    assert [row.title for row in of("dora_lead_time").counted] == ["Counted", "=HYPERLINK"]
    rows = of("dora_recovery_time", MAY).rows
    assert {row.item: row.title for row in rows}["issue-51"] == "Still"


def test_the_definition_its_formula_and_its_sources_are_told(of: Explain) -> None:
    explanation = of("dora_lead_time")
    assert explanation.definition_text.startswith("Change lead time (DORA)")
    assert "The rows of change lead time" in explanation.definition_text
    assert "--" not in explanation.definition_text
    assert "median of lead_time_hours" in explanation.formula
    sources = {source.table: source.partitions for source in explanation.sources}
    assert sources["change_lead_times"] == ("acme/api",)
    assert sources["dora_lead_time"] == ("2024-05-01",)
    assert explanation.deployments_from is not None
    assert "production (5)" in explanation.deployments_from
    (fresh,) = explanation.freshness
    assert (fresh.repository, fresh.collected_at) == ("acme/api", dt.datetime(2024, 6, 4, 12, tzinfo=dt.UTC))


def test_days_of_a_week_that_ends_in_the_next_month_are_used_by_one_figure_only(of: Explain) -> None:
    explanation = of("dora_deployment_frequency", MAY)
    assert items(explanation.counted) == ["101", "103"]
    assert items(explanation.left_out) == ["102"]
    (june,) = explanation.others
    assert (june.item, june.used_by) == ("105", ("deployment_days_per_week_median",))
    assert explanation.figure("deployment_days_per_week_median").recomputed == 0.5
    assert explanation.agrees


def test_failures_that_are_open_at_the_end_are_used_by_one_figure_only(of: Explain) -> None:
    explanation = of("dora_recovery_time", MAY)
    assert items(explanation.counted) == ["101"]
    still = {row.item: row.used_by for row in explanation.others if "open" in str(row.used_by)}
    assert still == {"103": ("open_count",), "issue-51": ("restore_open_count",)}
    assert explanation.figure("open_count").recomputed == 1
    assert explanation.agrees


def test_incidents_without_a_deployment_are_told(of: Explain) -> None:
    explanation = of("dora_change_failure_rate", ("month", dt.date(2024, 4, 1)))
    assert [(row.item, row.reason) for row in explanation.left_out] == [("issue-52", "no_deployment_before")]
    assert explanation.figure("unattributed_incident_count").recomputed == 1


def test_devlake_says_change_by_change_how_it_differs(of: Explain) -> None:
    explanation = of("dora_lead_time", ("month", dt.date(2024, 4, 1)), definition="devlake")
    assert explanation.difference is not None
    (row,) = explanation.difference.rows
    assert (row.item, row.pulse, row.other) == ("#1", 27.0, None)
    assert "only the first deployment holds it" in row.why
    assert "1 change of the period differs: 1 counted by Pulse only." in explanation.difference.sentence


def test_fourkeys_says_that_it_counts_commits(of: Explain) -> None:
    explanation = of("dora_lead_time", definition="fourkeys")
    assert items(explanation.counted) == ["m1", "m2"]
    assert explanation.difference is not None
    assert "2 commits and 2 changes in 1 deployment" in explanation.difference.sentence


@pytest.mark.parametrize(
    ("definition", "expected"),
    [
        ("devlake", {"revert-5": ("deployment 101 by Pulse (by link); a revert is no incident to DevLake", 101, None)}),
        (
            "fourkeys",
            {
                "issue-50": ("deployment 101 by Pulse (by time), none by Four Keys", 101, None),
                "issue-51": ("deployment 103 by Pulse (by time), none by Four Keys", 103, None),
                "revert-5": ("deployment 101 by Pulse (by link); a revert is no incident to Four Keys", 101, None),
            },
        ),
    ],
)
def test_incidents_that_are_attributed_elsewhere_are_told(
    of: Explain, definition: str, expected: dict[str, Any]
) -> None:
    difference = of("dora_change_failure_rate", MAY, definition=definition).difference
    assert difference is not None
    assert {row.item: (row.why, row.pulse, row.other) for row in difference.rows} == expected


def test_pulse_has_no_difference_to_itself(of: Explain) -> None:
    assert of("dora_lead_time").difference is None


def test_persons_are_pseudonyms(of: Explain) -> None:
    explanation = of("team_review_load")
    assert [(row.item, row.values["reviewer"]) for row in explanation.counted] == [
        ("#2 review 21", "reviewer 1"),
        ("#3 review 31", "reviewer 2"),
        ("#3 review 32", "reviewer 3"),
    ]
    assert explanation.figure("balance_ratio").agrees
    assert not {"ada", "ben", "cy"} & set(str(explanation.to_plain()).replace("'", " ").split())


def test_figures_by_team_have_a_key(of: Explain) -> None:
    explanation = of("team_collaboration")
    figure = explanation.figure("review_count", ("others", "others"))
    assert (figure.stored, figure.recomputed) == (3, 3)
    with pytest.raises(KeyError):
        explanation.figure("review_count")


def test_a_figure_that_was_stored_before_its_rows_changed_does_not_agree(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    build_small(lake, chosen(lake), ["dora_lead_time"])
    later = dict(TEXTS, deployments=TEXTS["deployments"].replace("2024-05-08 19:00", "2024-05-08 21:00"))
    fill(lake, later)
    write_facts(lake, "dora_lead_time", chosen(lake))
    explanation = explain("dora_lead_time", lake, chosen(lake), period=WEEK, teams=Teams())
    median = explanation.figure("lead_time_median_hours")
    assert (median.stored, median.recomputed, median.agrees) == (46.0, 48.0, False)
    assert explanation.figure("left_out_count").agrees
    assert not explanation.agrees


def test_a_withheld_figure_is_shown_on_neither_side_but_its_rows_are(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    gate = Gate("acme/api", "change_lead_times", "keys_are_unique", "withheld", "keys are repeated")
    build_small(lake, chosen(lake), ["dora_lead_time"], gates=[gate])
    explanation = explain("dora_lead_time", lake, chosen(lake), period=WEEK, teams=Teams())
    median = explanation.figure("lead_time_median_hours")
    assert (median.stored, median.recomputed, explanation.agrees) == (None, None, True)
    rows = explanation.figure("row_count")
    assert (rows.stored, rows.recomputed, explanation.row_count, explanation.is_low_count) == (None, None, None, False)
    assert explanation.status == "withheld"
    assert "keys are repeated" in (explanation.status_reason or "")
    assert items(explanation.counted) == ["#2", "#3"]


@pytest.mark.parametrize("start", [dt.date(2024, 4, 22), dt.date(2024, 6, 10)])
def test_a_period_without_data_is_unknown_and_not_zero(of: Explain, start: dt.date) -> None:
    with pytest.raises(NotFound, match=r"unknown, not zero.* from 2024-04-29 to 2024-06-04"):
        of("dora_lead_time", ("week", start))


@pytest.mark.parametrize(
    ("metric", "more", "says"),
    [
        ("dora_speed", {}, r"no metric 'dora_speed'.*dora_lead_time"),
        ("dora_rework_rate", {"definition": "devlake"}, r"no definition 'devlake'.*It has: pulse"),
        ("dora_lead_time", {"scope": ("repository", "acme/none")}, r"no repository 'acme/none'.*Known: acme/api"),
        ("dora_lead_time", {"scope": ("team", "shop")}, r"no team 'shop'.*Known: none"),
    ],
)
def test_an_unknown_name_is_an_error_that_says_which_are_known(
    of: Explain, metric: str, more: dict[str, Any], says: str
) -> None:
    with pytest.raises(NotFound, match=says):
        of(metric, **more)


def test_a_day_that_begins_no_period_is_refused(of: Explain) -> None:
    with pytest.raises(UsageError, match="No week begins on 2024-05-07"):
        of("dora_lead_time", ("week", dt.date(2024, 5, 7)))


def test_tables_that_were_not_built_are_an_error(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    with pytest.raises(TableNotBuilt, match="pulse sync"):
        explain("dora_lead_time", lake, chosen(lake), period=WEEK, teams=Teams())
    fill(lake, TEXTS)
    write_facts(lake, "dora_lead_time", chosen(lake))
    with pytest.raises(TableNotBuilt, match="dora_lead_time has not been built for 2024-05-01"):
        explain("dora_lead_time", lake, chosen(lake), period=WEEK, teams=Teams())


def test_a_period_before_the_history_names_the_setting(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    fill(lake, TEXTS)
    write_facts(lake, "dora_lead_time", chosen(lake))
    later = chosen(lake).model_copy(update={"history_start": dt.date(2024, 6, 15)})
    with pytest.raises(TableNotBuilt, match=r"before PULSE_HISTORY_START \(2024-06-15\)") as raised:
        explain("dora_lead_time", lake, later, period=WEEK, teams=Teams())
    assert "pulse sync" not in str(raised.value)
    with pytest.raises(TableNotBuilt, match="has not been built for 2024-06-01"):
        explain("dora_lead_time", lake, later, period=("month", dt.date(2024, 6, 1)), teams=Teams())


def test_the_stored_row_is_read_from_the_table(lake: Lake, of: Explain) -> None:
    frame = lake.read(TABLES["dora_rework_rate"], "2024-05-01")
    (row,) = (row for row in records(frame) if (row["grain"], row["scope"]) == ("month", "acme/api"))
    explanation = of("dora_rework_rate", MAY, scope=("repository", "acme/api"))
    assert {figure.name: figure.stored for figure in explanation.figures if figure.name != "row_count"} == {
        name: row[name] for name in row if name.startswith(("rework_", "left_out"))
    }
    assert explanation.figure("rework_ratio").recomputed == 0.5
