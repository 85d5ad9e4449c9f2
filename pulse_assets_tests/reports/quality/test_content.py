"""What the report says: what suffers from a failure, shares, lines, rows and ages."""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from pulse_assets.metrics.catalog import CATALOG
from pulse_assets.reports.quality import QualityContent, Standing, quality_content
from pulse_assets.reports.quality.content import METRICS
from pulse_assets.reports.quality.words import advice
from pulse_assets.settings import Settings
from pulse_assets.store import CheckTrend
from pulse_assets.tables.contracts import TABLES
from pulse_assets_tests.reports.quality.recorded import AT, results
from pulse_assets_tests.text_tables import instant

EVERY = tuple(CATALOG[name].title for name in METRICS if TABLES[name].family == "delivery")
OF_PROJECTS = tuple(CATALOG[name].title for name in METRICS if TABLES[name].family == "planning")
#: Deployments are counted without pull requests.
OF_PULL_REQUESTS = tuple(title for title in EVERY if title != "Deployment frequency")


def content(
    text: str,
    tmp_path: Path,
    *,
    trends: Mapping[tuple[str, str], CheckTrend] | None = None,
    collected_at: Mapping[str, dt.datetime | None] | None = None,
    **settings: Any,
) -> QualityContent:
    ages = collected_at or {}
    found = Standing(results(text), trends or {}, {}, ages, frozenset(name for name in ages if name != "acme/gone"))
    return quality_content(found, Settings(home=tmp_path, **settings), AT)


def consequences(found: QualityContent) -> list[tuple[str, tuple[str, ...], tuple[str, ...], tuple[str, ...]]]:
    return [(each.level, each.metrics, each.repositories, each.checks) for each in found.consequences]


def test_where_all_pass_nothing_suffers(tmp_path: Path) -> None:
    found = content(
        """
        table    partition  kind          passed  failed
        commits  acme/api   key           yes     0
        commits  acme/api   plausibility  yes     1
        """,
        tmp_path,
    )
    assert (found.status, found.summary) == ("passing", "All 2 checks pass.")
    assert found.consequences == found.failures == ()


def test_what_fails_in_a_project_holds_back_metrics_of_projects_and_no_others(tmp_path: Path) -> None:
    found = content("table  partition  kind  passed\nissues  PAY  key  no", tmp_path)
    (each,) = found.consequences
    assert (each.level, each.metrics, each.is_every_metric, each.repositories) == (
        "withheld",
        OF_PROJECTS,
        True,
        ("PAY",),
    )
    assert found.status == "withheld"


def test_a_blocking_failure_withholds_the_metrics_that_rest_on_the_table_and_no_others(tmp_path: Path) -> None:
    found = content("table  partition  kind  passed\ncommits  acme/api  structure  no", tmp_path)
    ((level, metrics, repositories, checks),) = consequences(found)
    assert (level, repositories, checks) == ("withheld", ("acme/api",), ("commits_have_one_head",))
    assert "Change lead time" in metrics
    assert "Review time" not in metrics
    assert found.status == "withheld"
    assert found.summary == "1 of 1 check fails. Figures of 1 repository are withheld."


def test_missing_rows_degrade_and_other_warnings_change_no_figure(tmp_path: Path) -> None:
    found = content(
        """
        table          partition  kind          passed
        pull_requests  acme/api   completeness  no
        pull_requests  acme/web   plausibility  no
        repositories   acme/web   timeliness    no
        """,
        tmp_path,
    )
    assert consequences(found) == [("degraded", OF_PULL_REQUESTS, ("acme/api",), ("pull_requests_are_complete",))]
    assert not found.consequences[0].is_every_metric
    assert found.status == "degraded"


def test_warnings_alone_are_said_to_change_no_figure(tmp_path: Path) -> None:
    found = content("table  partition  kind  passed\nrepositories  acme/web  timeliness  no", tmp_path)
    assert (found.status, found.summary) == ("failing", "1 of 1 check fails. No figure suffers.")


def test_repositories_with_the_same_fate_are_told_together_and_withheld_wins_over_degraded(tmp_path: Path) -> None:
    found = content(
        """
        table          partition    kind          passed
        pull_requests  acme/api     completeness  no
        pull_requests  acme/api     key           no
        pull_requests  acme/web     completeness  no
        pull_requests  acme/worker  completeness  no
        pull_requests  acme/docs    completeness  yes
        """,
        tmp_path,
    )
    assert consequences(found) == [
        ("withheld", OF_PULL_REQUESTS, ("acme/api",), ("pull_requests_are_unique",)),
        ("degraded", OF_PULL_REQUESTS, ("acme/web", "acme/worker"), ("pull_requests_are_complete",)),
    ]
    assert found.summary == (
        "4 of 5 checks fail. Figures of 1 repository are withheld, and of 2 repositories are marked as provisional."
    )


def test_what_fails_in_a_metrics_own_table_holds_back_no_repository(tmp_path: Path) -> None:
    found = content("table  partition  kind  passed\ndora_lead_time  2024-05-01  key  no", tmp_path)
    assert found.consequences == ()
    assert found.failures[0].effect is None
    assert "report" in (found.failures[0].advice or "")


def test_the_gravest_failure_comes_first(tmp_path: Path) -> None:
    found = content(
        """
        table           partition   kind          passed
        commits         acme/api    key           yes
        repositories    acme/api    timeliness    no
        pull_requests   acme/api    completeness  no
        dora_lead_time  2024-05-01  key           no
        commits         acme/api    structure     no
        """,
        tmp_path,
    )
    assert [check.kind for check in found.checks] == ["structure", "key", "completeness", "timeliness", "key"]
    assert [check.table for check in found.failures][1] == "dora_lead_time"


def test_shares_by_dimension_count_results_and_name_the_thresholds_in_force(tmp_path: Path) -> None:
    found = content(
        """
        table          partition  kind            passed
        pull_requests  acme/api   required        yes
        pull_requests  acme/api   completeness    no
        pull_requests  acme/web   completeness    yes
        pull_requests  acme/api   references      yes
        commits        acme/api   reconciliation  no
        commits        acme/api   types           yes
        """,
        tmp_path,
        max_missing_ratio=0.025,
        census_days=0,
    )
    shares = {each.name: each for each in found.dimensions}
    assert {name: (each.passed_count, each.failed_count) for name, each in shares.items()} == {
        "completeness": (2, 1),
        "consistency": (1, 1),
        "accuracy": (1, 0),
        "timeliness": (0, 0),
    }
    assert shares["consistency"].passed_ratio == 0.5
    assert shares["timeliness"].passed_ratio is None
    values = {bound.setting: bound.value for each in found.dimensions for bound in each.thresholds}
    assert values["PULSE_MAX_MISSING_RATIO"] == "2.5 %"
    assert values["PULSE_MAX_IMPLAUSIBLE_RATIO"] == "5 %"
    assert values["PULSE_CENSUS_DAYS"] == "never"
    assert values["PULSE_FRESH_HOURS"] == "36 h"


def test_a_line_counts_partitions_and_shows_how_they_went(tmp_path: Path) -> None:
    trend = CheckTrend("commits", "commits_are_plausible", (2, 1), (0, 2))
    found = content(
        """
        table    partition  kind          passed  failed  checked
        commits  acme/api   plausibility  yes     1       100
        commits  acme/web   plausibility  no      9       10
        commits  acme/docs  plausibility  yes     0       5
        """,
        tmp_path,
        trends={("commits", "commits_are_plausible"): trend},
    )
    (line,) = found.lines
    assert (line.passed_count, line.failed_count, line.tolerated_count) == (2, 1, 1)
    assert (line.passed_trend, line.failed_trend) == ((2, 1), (0, 2))
    (table,) = found.tables
    assert (table.name, table.partition_count, table.row_count, table.failed_count) == ("commits", 3, 115, 1)


def test_rows_are_counted_once_however_many_checks_looked_at_them(tmp_path: Path) -> None:
    found = content(
        """
        table    partition  kind          passed  failed  checked
        commits  acme/api   plausibility  yes     0       7
        commits  acme/api   key           yes     0       7
        """,
        tmp_path,
    )
    assert found.tables[0].row_count == 7


def test_ages_count_from_the_time_of_the_report_and_the_oldest_is_first(tmp_path: Path) -> None:
    found = content(
        "table  partition  kind  passed\nrepositories  acme/api  key  yes",
        tmp_path,
        collected_at={
            "acme/api": instant("2024-05-03 08:30"),
            "acme/gone": instant("2024-01-01"),
            "acme/never": None,
            "acme/web": instant("2024-05-01 10:00"),
        },
    )
    assert [(row.repository, row.age_hours, row.is_fresh) for row in found.freshness] == [
        ("acme/never", None, False),
        ("acme/web", 48.0, False),
        ("acme/api", 1.5, True),
        ("acme/gone", 2962.0, False),
    ]
    assert not found.freshness[-1].is_collected


@pytest.mark.parametrize(
    ("partitions", "command"),
    [
        (["a/b"], "Read the repository again with `pulse sync --full --repository a/b`"),
        (["a/b", "a/c"], "Read the repositories again with `pulse sync --full --repository a/b --repository a/c`"),
        (["a/b", "a/c", "a/d", "a/e"], "Read everything again with `pulse sync --full`"),
    ],
)
def test_advice_gives_the_command_to_type(partitions: list[str], command: str) -> None:
    assert command in advice("references", "pull_requests", partitions)
