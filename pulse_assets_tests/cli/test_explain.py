import csv
import io
import json
from pathlib import Path

import pytest

from pulse_assets.errors import ExitCode
from pulse_assets.metrics.explanation.recipes import RECIPES
from pulse_assets.settings import Settings
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.lake import Lake
from pulse_assets_tests.cli.conftest import Pulse
from pulse_assets_tests.metrics.small_lake import TEXTS, build_small
from pulse_assets_tests.text_tables import fill, frame

#: Sets a terminal's title, rings its bell, turns the direction of text.
HOSTILE = "\x1b]0;owned\x07\u202eevil"
TEAMS = '[teams.payments]\nrepositories = ["acme/api"]\nmembers = ["ada"]\n'


@pytest.fixture
def lake(home: Path, monkeypatch: pytest.MonkeyPatch) -> Lake:
    home.mkdir()
    (home / "teams.toml").write_text(TEAMS)
    monkeypatch.setenv("PULSE_TEAMS_FILE", str(home / "teams.toml"))
    monkeypatch.setenv("PULSE_TIMEZONE", "UTC")
    settings = Settings.load()
    lake = Lake(settings.lake_path)
    titled = dict(TEXTS, pull_requests=TEXTS["pull_requests"].replace("Counted", HOSTILE))
    build_small(lake, settings, ["dora_lead_time", "team_review_load"], texts=titled)
    return lake


@pytest.mark.usefixtures("lake")
def test_figures_stand_above_the_rows_and_agree(pulse: Pulse) -> None:
    ended = pulse("explain", "lead_time", "--period", "2024-W19")
    assert ended.code == ExitCode.OK
    assert "Change lead time of all repositories: Week 19, 6 to 12 May 2024 (UTC)" in ended.out
    figures, agrees, counted, left_out = (
        ended.out.index(text)
        for text in ("lead_time_median_hours", "recomputed from the rows below: agrees", "Counted: 2", "Left out: 1")
    )
    assert figures < agrees < counted < left_out
    assert "merged into another branch than the default branch" in ended.out
    assert "Few rows (2)" in ended.out


@pytest.mark.usefixtures("lake")
@pytest.mark.parametrize("period", ["2024-W19", "2024-05-09"])
def test_a_week_is_named_by_its_number_or_by_a_day_of_it(pulse: Pulse, period: str) -> None:
    explanation = json.loads(pulse("explain", "dora_lead_time", "--period", period, "--json").out)
    assert (explanation["grain"], explanation["period_start"]) == ("week", "2024-05-06")


@pytest.mark.usefixtures("lake")
def test_json_has_the_figures_and_the_rows(pulse: Pulse) -> None:
    ended = pulse("explain", "lead-time", "--period", "2024-05", "--repository", "acme/api", "--json")
    explanation = json.loads(ended.out)
    assert (explanation["grain"], explanation["scope_kind"], explanation["scope"]) == (
        "month",
        "repository",
        "acme/api",
    )
    median = explanation["figures"][0]
    assert (median["name"], median["agrees"]) == ("lead_time_median_hours", True)
    assert median["stored"] == median["recomputed"]
    assert [row["item"] for row in explanation["counted"]] == ["#2", "#3", "#5"]
    assert explanation["counted"][0]["at"] == "2024-05-08T19:00:00.000000Z"


@pytest.mark.usefixtures("lake")
def test_a_team_is_the_repositories_that_the_user_lists(pulse: Pulse) -> None:
    explanation = json.loads(
        pulse("explain", "review_load", "--period", "2024-W19", "--team", "payments", "--json").out
    )
    assert (explanation["metric"], explanation["scope_kind"], explanation["agrees"]) == (
        "team_review_load",
        "team",
        True,
    )
    assert len(explanation["counted"]) == 3


@pytest.mark.usefixtures("lake")
def test_another_definition_tells_the_difference(pulse: Pulse) -> None:
    ended = pulse("explain", "lead_time", "--period", "2024-04", "--definition", "devlake")
    assert ended.code == ExitCode.OK
    assert "Rows that differ: 1" in ended.out
    assert "counted by Pulse only" in ended.out


@pytest.mark.usefixtures("lake")
def test_csv_has_a_row_for_each_row_and_no_formula(pulse: Pulse) -> None:
    rows = list(csv.DictReader(io.StringIO(pulse("explain", "lead_time", "--period", "2024-W19", "--csv").out)))
    assert [(row["place"], row["item"], row["reason"]) for row in rows] == [
        ("counted", "#2", ""),
        ("counted", "#3", ""),
        ("left_out", "#4", "other_base_branch"),
    ]
    assert rows[1]["title"] == "'=HYPERLINK"
    assert float(rows[1]["lead_time_hours"]) == 34.0
    assert rows[0]["used_by"].split()[0] == "lead_time_median_hours"


@pytest.mark.usefixtures("lake")
@pytest.mark.parametrize("output", [(), ("--csv",), ("--json",)])
def test_a_hostile_title_cannot_steer_the_terminal(pulse: Pulse, output: tuple[str, ...]) -> None:
    ended = pulse("explain", "lead_time", "--period", "2024-W19", *output)
    assert "owned" in ended.out
    assert not {"\x1b", "\x07"} & set(ended.out)
    if not output:
        assert "\\x1b]0;owned\\x07\\u202eevil" in ended.out


@pytest.mark.usefixtures("lake")
def test_limit_says_how_many_rows_are_not_shown(pulse: Pulse) -> None:
    text = pulse("explain", "lead_time", "--period", "2024-W19", "--limit", "1").out
    assert "Counted: 2" in text
    assert "1 more; --limit, --json and --csv print them" in text
    limited = json.loads(pulse("explain", "lead_time", "--period", "2024-W19", "--limit", "1", "--json").out)
    assert (len(limited["counted"]), limited["row_count"]) == (1, 2)


def test_a_stored_figure_that_does_not_agree_ends_with_the_quality_gate(pulse: Pulse, lake: Lake) -> None:
    table = TABLES["change_lead_times"]
    text = """
        number  merged_at         deployed_at       lead_time_hours  is_counted
        2       2024-05-07 09:00  2024-05-08 19:00  58               yes
    """
    lake.write(table, "acme/api", [frame("change_lead_times", text)])
    ended = pulse("explain", "lead_time", "--period", "2024-W19")
    assert ended.code == ExitCode.QUALITY_GATE
    assert "DIFFERS" in ended.out
    assert "lead_time_median_hours" in ended.err
    assert "pulse sync" in ended.err


@pytest.mark.usefixtures("lake")
@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("speed", "--period", "2024-W19"), ExitCode.CONFIGURATION, "no metric 'speed'. Metrics: dora_lead_time"),
        (("lead_time", "--period", "yesterday"), ExitCode.USAGE, "--period: 'yesterday' is not a period. Give a week"),
        (("lead_time", "--period", "2024-13"), ExitCode.USAGE, "'2024-13' is not a period"),
        (("lead_time", "--period", "2023-W19"), ExitCode.CONFIGURATION, "unknown, not zero. Its data reach from"),
        (("lead_time", "--period", "2025-05"), ExitCode.CONFIGURATION, "unknown, not zero. Its data reach from"),
        (
            ("lead_time", "--period", "2024-W19", "--repository", "acme/none"),
            ExitCode.CONFIGURATION,
            "no repository 'acme/none' in the tables. Known: acme/api.",
        ),
        (
            ("lead_time", "--period", "2024-W19", "--team", "shop"),
            ExitCode.CONFIGURATION,
            "no team 'shop' in the tables. Known: payments.",
        ),
        (
            ("rework_rate", "--period", "2024-W19", "--definition", "devlake"),
            ExitCode.CONFIGURATION,
            "dora_rework_rate has no definition 'devlake'. It has: pulse.",
        ),
        (
            ("lead_time", "--period", "2024-W19", "--team", "payments", "--repository", "acme/api"),
            ExitCode.USAGE,
            "--repository and --team exclude each other",
        ),
        (("lead_time", "--period", "2024-W19", "--json", "--csv"), ExitCode.USAGE, "--json and --csv exclude"),
        (("lead_time",), ExitCode.USAGE, "--period"),
    ],
)
def test_wrong_words_end_in_a_sentence_with_a_remedy(
    pulse: Pulse, words: tuple[str, ...], code: ExitCode, says: str
) -> None:
    ended = pulse("explain", *words)
    assert (ended.code, ended.out) == (code, "")
    assert says in ended.err


def test_tables_that_were_not_built_say_what_to_do(pulse: Pulse) -> None:
    ended = pulse("explain", "lead_time", "--period", "2024-W19")
    assert ended.code == ExitCode.CONFIGURATION
    assert "pulse sync" in ended.err


def test_a_metric_that_was_not_built_says_what_to_do(pulse: Pulse, lake: Lake) -> None:
    lake.drop_partition(TABLES["dora_lead_time"], "2024-05-01")
    ended = pulse("explain", "lead_time", "--period", "2024-W19")
    assert ended.code == ExitCode.CONFIGURATION
    assert "dora_lead_time has not been built for 2024-05-01. Run `pulse sync`." in ended.err


@pytest.mark.parametrize("metric", RECIPES)
def test_each_short_name_is_known(pulse: Pulse, metric: str) -> None:
    ended = pulse("explain", metric.partition("_")[2], "--period", "2024-W19")
    assert "no metric" not in ended.err


def test_a_clean_table_alone_is_not_enough(pulse: Pulse, home: Path) -> None:
    fill(Lake(home / "lake"), TEXTS)
    ended = pulse("explain", "lead_time", "--period", "2024-W19")
    assert ended.code == ExitCode.CONFIGURATION
    assert "pulse sync" in ended.err
