"""`pulse checks`: what is printed, and how it ends."""

import csv
import io
import json
from pathlib import Path

import pytest

from pulse_assets.errors import ExitCode
from pulse_assets.settings import Settings
from pulse_assets.store import Record, Store
from pulse_assets.tables.check_history import record_results
from pulse_assets_tests.cli.conftest import Pulse
from pulse_assets_tests.reports.quality.recorded import AT, collected, record, result

HOSTILE = "\x1b]52;c;aGk=\x07\u202e=HYPERLINK(1)"
RESULTS = """
    table          partition  kind          passed
    commits        acme/api   structure     no
    commits        acme/web   structure     yes
    pull_requests  acme/web   completeness  no
    pull_requests  acme/web   types         yes
    repositories   acme/web   timeliness    yes
"""


@pytest.fixture
def recorded(home: Path) -> None:
    with Store.open(Settings.load(home=home).store_url) as store:
        record(store, RESULTS)
        collected(store, "acme/web", "2024-05-03T10:00:00")
        with store.transaction() as connection:
            store.landing.upsert(connection, "acme/web", [Record("raw_github_repositories", "1", {})], seen_at=AT)
        hostile = result(
            "deployments", "production", passed=False, description=HOSTILE, sample=[{"environment": HOSTILE}]
        )
        record_results(store, {("deployments", "acme/docs"): [hostile]}, AT)


def test_before_the_first_check_it_says_what_to_run(pulse: Pulse) -> None:
    ended = pulse("checks")
    assert ended.code == ExitCode.CONFIGURATION
    assert "No check has been recorded yet" in ended.err
    assert "pulse sync" in ended.err
    assert ended.out == ""


@pytest.mark.usefixtures("recorded")
@pytest.mark.parametrize(
    ("words", "code", "names"),
    [
        ((), 8, ["commits_have_one_head", "deployments_reach_production", "pull_requests_are_complete"]),
        (("--table", "commits"), 8, ["commits_have_one_head"]),
        (("--repository", "acme/web"), 0, ["pull_requests_are_complete"]),
        (("--table", "commits", "--repository", "acme/web"), 0, []),
        (("--dimension", "completeness"), 0, ["pull_requests_are_complete"]),
        (("--dimension", "consistency"), 8, ["commits_have_one_head", "deployments_reach_production"]),
    ],
)
def test_the_choice_decides_what_is_listed_and_how_it_ends(
    pulse: Pulse, words: tuple[str, ...], code: int, names: list[str]
) -> None:
    ended = pulse("checks", *words, "--failed", "--json", PULSE_FRESH_HOURS="1000000")
    assert ended.code == code
    found = json.loads(ended.out)
    assert sorted(check["name"] for check in found["checks"]) == names
    assert found["failed_count"] == len(names)


@pytest.mark.usefixtures("recorded")
def test_passing_checks_are_listed_unless_only_failures_are_asked_for(pulse: Pulse) -> None:
    every = json.loads(pulse("checks", "--json", PULSE_FRESH_HOURS="1000000").out)
    assert (every["check_count"], every["failed_count"], every["blocking_count"]) == (6, 3, 1)
    assert len(every["checks"]) == 6


@pytest.mark.usefixtures("recorded")
def test_data_that_grew_old_are_stale_without_a_new_check(pulse: Pulse) -> None:
    words = ("checks", "--dimension", "timeliness", "--json")
    assert json.loads(pulse(*words, PULSE_FRESH_HOURS="1000000").out)["failed_count"] == 0
    assert json.loads(pulse(*words, PULSE_FRESH_HOURS="36").out)["failed_count"] == 1


@pytest.mark.usefixtures("recorded")
def test_text_says_what_failed_what_that_does_and_what_to_do(pulse: Pulse) -> None:
    out = pulse("checks", "--table", "commits", COLUMNS="120").out
    assert "BLOCKS" in out
    assert "withholds change lead time" in out
    assert "pulse sync --full --repository acme/api" in out
    assert out.rstrip().endswith("1 of 2 checks fails, 1 blocking.")
    assert pulse("checks", "--table", "commits", "--repository", "acme/web").out.rstrip().endswith("pass.")


@pytest.mark.usefixtures("recorded")
def test_the_last_line_counts_what_withholds_figures_without_blocking(pulse: Pulse) -> None:
    def last_line(*words: str) -> str:
        return pulse("checks", *words, PULSE_FRESH_HOURS="1000000").out.splitlines()[-1]

    assert last_line() == "3 of 6 checks fail, 1 blocking; 1 withholds figures without blocking."
    assert last_line("--table", "pull_requests") == "1 of 2 checks fails, 0 blocking."


@pytest.mark.usefixtures("recorded")
def test_names_of_tables_and_checks_stay_whole_on_a_narrow_terminal(pulse: Pulse) -> None:
    lines = pulse("checks", "--table", "pull_requests", COLUMNS="40").out.splitlines()
    (line,) = (line for line in lines if line.startswith("failed"))
    cells = ["failed", "pull_requests", "acme/web", "pull_requests_are_complete", "completeness", "1"]
    assert line.split() == cells


@pytest.mark.usefixtures("recorded")
@pytest.mark.parametrize("output", [(), ("--csv",), ("--json",)])
def test_foreign_text_cannot_steer_the_terminal(pulse: Pulse, output: tuple[str, ...]) -> None:
    out = pulse("checks", "--table", "deployments", *output).out
    assert "HYPERLINK" in out
    assert not {"\x1b", "\x07"} & set(out)


@pytest.mark.usefixtures("recorded")
def test_csv_has_a_row_for_each_result_and_no_formula(pulse: Pulse) -> None:
    rows = list(csv.DictReader(io.StringIO(pulse("checks", "--csv").out)))
    assert len(rows) == 6
    assert not [cell for row in rows for cell in row.values() if cell.lstrip("\u2068").startswith(("=", "+", "@", "-"))]


@pytest.mark.usefixtures("recorded")
@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("--table", "nowhere"), ExitCode.USAGE, "pull_requests"),
        (("--dimension", "beauty"), ExitCode.USAGE, "timeliness"),
        (("--json", "--csv"), ExitCode.USAGE, "exclude each other"),
        (("--repository", "acme/nowhere"), ExitCode.CONFIGURATION, "acme/api, acme/docs, acme/web"),
        (("--table", "releases"), ExitCode.CONFIGURATION, "No check of that choice"),
    ],
)
def test_a_choice_that_is_none_says_what_there_is(pulse: Pulse, words: tuple[str, ...], code: int, says: str) -> None:
    ended = pulse("checks", *words)
    assert ended.code == code
    assert says in ended.err
