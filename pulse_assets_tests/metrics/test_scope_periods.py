from collections.abc import Callable
from pathlib import Path

import pytest

from pulse_assets.errors import TableNotBuilt
from pulse_assets.metrics.session import opened
from pulse_assets.settings import Settings
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.lake import Lake
from pulse_assets.tables.teams import Teams
from pulse_assets_tests.text_tables import fill

NOT_OVER = "the period was not over when the data were collected"
Periods = Callable[..., dict[str, dict[str, str | None]]]


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


@pytest.fixture
def periods(lake: Lake, settings: Settings) -> Periods:
    """The first days of one grain by scope, with the reason why they are degraded."""

    def build(
        month: str, grain: str = "month", expected: list[str] | None = None, teams: Teams | None = None
    ) -> dict[str, dict[str, str | None]]:
        found: dict[str, dict[str, str | None]] = {}
        with opened([], lake, [month], settings, expected=expected, teams=teams) as session:
            rows = session.connection.execute(
                "SELECT scope, period_start, status_reason FROM scope_periods WHERE grain = ? "
                "ORDER BY scope_kind, scope, period_start",
                [grain],
            ).fetchall()
        for scope, period_start, reason in rows:
            found.setdefault(scope, {})[str(period_start)] = reason
        return found

    return build


def repository(collected_at: str) -> str:
    return f"default_branch  collected_at\nmain            {collected_at}"


def pull_requests(merged_at: str, created_at: str = "2024-01-01") -> str:
    return f"number  created_at    merged_at\n1       {created_at}  {merged_at}"


def deployments(finished_at: str) -> str:
    header = "deployment_id  is_production  status   created_at  finished_at"
    return f"{header}\n1  yes  success  2024-01-01  {finished_at}"


def test_periods_begin_with_the_first_merge_or_deployment(lake: Lake, periods: Periods) -> None:
    fill(lake, {"pull_requests": pull_requests("2024-05-20"), "deployments": deployments("2024-05-08")})
    assert list(periods("2024-04-01")) == []
    assert periods("2024-05-01") == {"acme/api": {"2024-05-01": None}, "all": {"2024-05-01": None}}
    assert list(periods("2024-05-01", "week")["acme/api"]) == ["2024-05-06", "2024-05-13", "2024-05-20", "2024-05-27"]


def test_staging_and_failed_deployments_begin_nothing(lake: Lake, periods: Periods) -> None:
    text = """
        deployment_id  is_production  status   finished_at
        1              no             success  2024-03-01
        2              yes            failure  2024-03-01
        3              yes            success  2024-05-01
    """
    fill(lake, {"deployments": text})
    assert periods("2024-03-01") == {}
    assert list(periods("2024-05-01")) == ["all", "acme/api"]


def test_week_belongs_to_the_month_of_its_monday(lake: Lake, periods: Periods) -> None:
    fill(lake, {"deployments": deployments("2024-05-01")})
    assert list(periods("2024-04-01", "week")["all"]) == ["2024-04-29"]
    assert "2024-04-29" not in periods("2024-05-01", "week")["all"]


def test_period_under_way_at_the_collection_is_degraded_and_the_last(lake: Lake, periods: Periods) -> None:
    fill(lake, {"repositories": repository("2024-05-14 12:00"), "deployments": deployments("2024-04-30")})
    assert periods("2024-04-01")["acme/api"] == {"2024-04-01": None}
    assert periods("2024-05-01")["acme/api"] == {"2024-05-01": NOT_OVER}
    assert periods("2024-05-01", "week")["acme/api"] == {"2024-05-06": None, "2024-05-13": NOT_OVER}
    assert periods("2024-06-01") == {}


def test_all_goes_on_to_the_newest_collection_and_names_who_is_behind(lake: Lake, periods: Periods) -> None:
    early = {"repositories": repository("2024-05-14 12:00"), "deployments": deployments("2024-05-01")}
    late = {"repositories": repository("2024-07-14 12:00"), "deployments": deployments("2024-03-01")}
    fill(lake, early, "acme/api")
    fill(lake, late, "acme/web")
    behind = "not collected to its end: 1 of 2 repositories (acme/api)"
    assert periods("2024-03-01") == {"acme/web": {"2024-03-01": None}, "all": {"2024-03-01": None}}
    assert periods("2024-05-01")["all"] == {"2024-05-01": behind}
    assert periods("2024-05-01")["acme/api"] == {"2024-05-01": NOT_OVER}
    assert periods("2024-05-01", "week")["all"] == {
        "2024-05-06": None,
        "2024-05-13": behind,
        "2024-05-20": behind,
        "2024-05-27": behind,
    }
    assert periods("2024-06-01") == {"acme/web": {"2024-06-01": None}, "all": {"2024-06-01": behind}}
    assert periods("2024-07-01")["all"] == {"2024-07-01": f"{NOT_OVER}; {behind}"}
    assert periods("2024-08-01") == {}


def test_collections_within_one_period_do_not_put_each_other_behind(lake: Lake, periods: Periods) -> None:
    fill(lake, {"repositories": repository("2024-05-14 12:00"), "deployments": deployments("2024-05-01")}, "acme/api")
    fill(lake, {"repositories": repository("2024-05-15 12:00"), "deployments": deployments("2024-05-01")}, "acme/web")
    assert periods("2024-05-01")["all"] == {"2024-05-01": NOT_OVER}


def test_repository_that_is_not_collected_any_more_is_history(lake: Lake, periods: Periods) -> None:
    gone = {"repositories": repository("2024-05-14 12:00"), "deployments": deployments("2024-04-01")}
    fill(lake, gone, "acme/gone")
    fill(lake, {"deployments": deployments("2024-05-01")}, "acme/api")
    expected = ["acme/api"]
    assert periods("2024-04-01", expected=expected) == {"acme/gone": {"2024-04-01": None}, "all": {"2024-04-01": None}}
    assert periods("2024-05-01", expected=expected)["all"] == {"2024-05-01": None}
    assert periods("2024-06-01", expected=expected) == {"acme/api": {"2024-06-01": None}, "all": {"2024-06-01": None}}


def test_history_stays_when_nothing_is_collected_any_more(lake: Lake, periods: Periods) -> None:
    gone = {"repositories": repository("2024-05-14 12:00"), "deployments": deployments("2024-04-01")}
    fill(lake, gone, "acme/gone")
    assert periods("2024-04-01", expected=[])["all"] == {"2024-04-01": None}
    assert periods("2024-05-01", expected=[])["all"] == {"2024-05-01": NOT_OVER}
    assert periods("2024-06-01", expected=[]) == {}


def test_at_most_three_repositories_are_named(lake: Lake, periods: Periods) -> None:
    fill(lake, {"deployments": deployments("2024-05-01")}, "acme/api")
    three, four = ([f"acme/{name}" for name in names] for names in ("abc", "abcd"))
    found = [periods("2024-05-01", expected=["acme/api", *names])["all"]["2024-05-01"] for names in (three, four)]
    assert found == [
        "not collected to its end: 3 of 4 repositories (acme/a, acme/b, acme/c)",
        "not collected to its end: 4 of 5 repositories (acme/a, acme/b, acme/c, …)",
    ]


def test_repository_without_pull_requests_and_deployments_has_no_rows(lake: Lake, periods: Periods) -> None:
    fill(lake, {"deployments": deployments("2024-05-01")}, "acme/api")
    fill(lake, {}, "acme/empty")
    assert periods("2024-05-01") == {"acme/api": {"2024-05-01": None}, "all": {"2024-05-01": None}}


def test_repository_without_a_merge_or_deployment_degrades_all_while_it_is_behind(lake: Lake, periods: Periods) -> None:
    fill(lake, {"deployments": deployments("2024-05-01")}, "acme/api")
    idle = {"repositories": repository("2024-05-20"), "pull_requests": pull_requests("-")}
    fill(lake, idle, "acme/idle")
    behind = "not collected to its end: 1 of 2 repositories (acme/idle)"
    assert periods("2024-05-01") == {"acme/api": {"2024-05-01": None}, "all": {"2024-05-01": behind}}


def test_repository_that_was_never_collected_completely_degrades_all(lake: Lake, periods: Periods) -> None:
    fill(lake, {"deployments": deployments("2024-05-01")}, "acme/api")
    fill(lake, {"repositories": repository("-"), "deployments": deployments("2024-05-01")}, "acme/partial")
    reason = "not collected to its end: 1 of 2 repositories (acme/partial)"
    assert periods("2024-05-01") == {"acme/api": {"2024-05-01": None}, "all": {"2024-05-01": reason}}


def test_expected_repository_that_is_not_in_the_lake_degrades_all(lake: Lake, periods: Periods) -> None:
    fill(lake, {"deployments": deployments("2024-05-01")}, "acme/api")
    reason = "not collected to its end: 1 of 2 repositories (acme/new)"
    assert periods("2024-05-01", expected=["acme/api", "acme/new"])["all"] == {"2024-05-01": reason}


def test_repository_with_half_of_its_tables_is_not_counted_and_degrades_all(lake: Lake, periods: Periods) -> None:
    fill(lake, {"deployments": deployments("2024-05-01")}, "acme/api")
    fill(lake, {"deployments": deployments("2024-05-01")}, "acme/half")
    lake.drop_partition(TABLES["pull_requests"], "acme/half")
    found = periods("2024-05-01")
    assert list(found) == ["all", "acme/api"]
    assert found["all"]["2024-05-01"] == "not collected to its end: 1 of 2 repositories (acme/half)"


def test_metric_of_an_empty_lake_says_what_to_do(periods: Periods) -> None:
    with pytest.raises(TableNotBuilt, match="pulse sync"):
        periods("2024-05-01")


def test_repository_of_which_nothing_is_known_yet_degrades_all(lake: Lake, periods: Periods) -> None:
    fill(lake, {"deployments": deployments("2024-05-01")}, "acme/api")
    fill(lake, {"repositories": repository("-")}, "acme/new")
    reason = "not collected to its end: 1 of 2 repositories (acme/new)"
    assert periods("2024-05-01")["all"] == {"2024-05-01": reason}
