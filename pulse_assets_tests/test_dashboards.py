"""Every query of every dashboard on a Postgres that a generated organization was published to."""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations, product
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import yaml

from pulse_assets.metrics.engine import build_metrics
from pulse_assets.sandbox.generator import generate
from pulse_assets.tables.check_history import Gate
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.lake import Lake
from pulse_assets.tables.publishing import publish, published_names
from pulse_assets.tables.teams import Teams
from pulse_assets_tests.collected import collected
from pulse_assets_tests.grafana import FOLDER, Question, Span, dashboards, expanded, panels, questions
from pulse_assets_tests.test_truth import teams_file

DEFINITIONS, GRAINS = ("pulse", "devlake", "fourkeys"), ("month", "week")
SCOPES = (("all", "all"), ("team", "shop"), ("repository", "acme/web"), ("repository", "acme/docs"))
WITHHELD = "acme/docs"
UNTIL = dt.datetime(2025, 4, 28, 12, tzinfo=dt.UTC)
SPAN = Span(UNTIL - dt.timedelta(days=150), UNTIL)
#: What a panel shows where there is no figure: never a zero.
NOTHING = "\N{EN DASH}"
BASE = {"schema": "pulse", "scope_kind": "all", "scope": "all", "grain": "month", "definition": "pulse"}
#: Postgres' types that Grafana draws as instants, and as numbers.
INSTANTS, NUMBERS = (dt.datetime, dt.date), (int, float, Decimal)
#: Headline panels: what they show, by dashboard and title.
HEADLINES = {
    ("pulse-dora", "Change lead time"): ("dora_lead_time", "lead_time_median_hours"),
    ("pulse-dora", "Deployment frequency"): ("dora_deployment_frequency", "deployment_count"),
    ("pulse-dora", "Change failure rate"): ("dora_change_failure_rate", "change_failure_ratio"),
    ("pulse-dora", "Failed deployment recovery time"): ("dora_recovery_time", "recovery_median_hours"),
    ("pulse-dora", "Deployment rework rate"): ("dora_rework_rate", "rework_ratio"),
    ("pulse-lead-time", "Median"): ("dora_lead_time", "lead_time_median_hours"),
    ("pulse-lead-time", "90th percentile"): ("dora_lead_time", "lead_time_p90_hours"),
    ("pulse-lead-time", "Waiting for review"): ("dora_lead_time", "pickup_median_hours"),
    ("pulse-lead-time", "Waiting for deployment"): ("dora_lead_time", "deploy_median_hours"),
    ("pulse-failures", "Change failure rate"): ("dora_change_failure_rate", "change_failure_ratio"),
    ("pulse-failures", "Recovery time"): ("dora_recovery_time", "recovery_median_hours"),
    ("pulse-failures", "Time to restore"): ("dora_recovery_time", "restore_median_hours"),
    ("pulse-failures", "Rework rate"): ("dora_rework_rate", "rework_ratio"),
    ("pulse-team", "Waiting for review"): ("team_review_time", "pickup_median_hours"),
    ("pulse-team", "In review"): ("team_review_time", "review_median_hours"),
    ("pulse-team", "Balance of reviews"): ("team_review_load", "balance_ratio"),
    ("pulse-team", "Contributors"): ("team_contribution", "contributor_count"),
}
#: Of repositories: there are no dashboards of projects yet.
METRICS = tuple(table for table in TABLES.values() if (table.layer, table.family) == ("metrics", "delivery"))


@dataclass
class Published:
    """A lake and the database that it was published to."""

    lake: Lake
    connection: sa.Connection

    def ask(self, question: Question, variables: dict[str, str]) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Columns and rows, as Grafana gets them: without a parameter, in the server's time zone."""
        sql = expanded(question.sql, variables, SPAN)
        result = self.connection.exec_driver_sql(sql.replace("%", "%%"))
        return list(result.keys()), [tuple(row) for row in result]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory, postgres_database: sa.URL) -> Iterator[Published]:
    folder = tmp_path_factory.mktemp("dashboards")
    start = UNTIL - dt.timedelta(days=100)
    organization = generate(3, start=start, until=UNTIL, pull_requests_per_month=14, people=6, has_deletions=True)
    url = postgres_database.render_as_string(hide_password=False)
    chosen = {"teams_file": teams_file(folder), "publish_url": url.replace("+psycopg2", "")}
    engine = sa.create_engine(postgres_database, poolclass=sa.NullPool)
    with collected(folder, organization, **chosen) as found:
        write_metrics(found.lake, found.settings, found.repositories)
        publish(found.lake, found.settings)
        try:
            with engine.connect() as connection:
                connection.exec_driver_sql("SET search_path = ''")
                yield Published(found.lake, connection)
        finally:
            with engine.begin() as connection:
                connection.exec_driver_sql("DROP SCHEMA pulse CASCADE")


def write_metrics(lake: Lake, settings: Any, repositories: Any) -> None:
    """Every metric of the history; what is known of one repository is withheld."""
    months = [dt.date(2024 + (12 + n) // 12 - 1, (12 + n) % 12 + 1, 1) for n in range(11, 17)]
    tables = ("pull_requests", "deployments")
    gates = [Gate(WITHHELD, table, f"{table}_are_unique", "withheld", "two rows have one key") for table in tables]
    metrics = [table.name for table in METRICS]
    built = build_metrics(
        metrics, lake, months, settings, expected=repositories, teams=Teams.load(settings), gates=gates
    )
    for name, rows in built:
        lake.write_all(TABLES[name], ((month.isoformat(), [batch]) for month, batch in rows.items()))


@pytest.mark.parametrize("question", questions(), ids=lambda question: question.place)
def test_every_query_gives_the_columns_that_its_panel_shows(published: Published, question: Question) -> None:
    names, rows = published.ask(question, BASE)
    assert rows, "a panel that never shows anything is not tested"
    assert len(set(names)) == len(names)
    if question.format == "time_series":
        assert names[0] == "time"
        assert all(isinstance(row[0], INSTANTS) for row in rows)
        assert [row[0] for row in rows] == sorted(row[0] for row in rows)
        assert len({row[0] for row in rows}) == len(rows)
        assert all(isinstance(cell, NUMBERS) for row in rows for cell in row[1:] if cell is not None)
    assert columns_used(question.panel) <= set(names)


@pytest.mark.parametrize("question", questions(), ids=lambda question: question.place)
def test_every_query_holds_for_every_choice(published: Published, question: Question) -> None:
    expected, _ = published.ask(question, BASE)
    for definition, grain, (kind, scope) in product(DEFINITIONS, GRAINS, SCOPES):
        chosen = BASE | {"definition": definition, "grain": grain, "scope_kind": kind, "scope": scope}
        assert published.ask(question, chosen)[0] == expected
    hostile = BASE | {"scope_kind": "' OR true --", "scope": "it's"}
    assert published.ask(question, hostile) == published.ask(question, BASE | {"scope_kind": "no", "scope": "no"})


def columns_used(panel: dict[str, Any]) -> set[str]:
    """The columns that a panel's options name."""
    overrides = panel.get("fieldConfig", {}).get("overrides", [])
    used = {each["matcher"]["options"] for each in overrides if each["matcher"]["id"] == "byName"}
    for override in overrides:
        used |= {each["value"] for each in override["properties"] if each["id"] == "custom.fillBelowTo"}
    return used | ({panel["options"]["xField"]} if "xField" in panel.get("options", {}) else set())


@pytest.mark.parametrize(("place", "figure"), HEADLINES.items(), ids=" ".join)
@pytest.mark.parametrize("scope", SCOPES, ids=lambda scope: scope[1])
@pytest.mark.parametrize("grain", GRAINS)
def test_a_headline_is_the_figure_of_the_last_whole_period_in_the_lake(
    published: Published, place: tuple[str, str], figure: tuple[str, str], scope: tuple[str, str], grain: str
) -> None:
    table, column = figure
    (question,) = (each for each in questions() if is_headline(each, place))
    definitions = DEFINITIONS if "definition:sqlstring" in question.sql else ("pulse",)
    for definition in definitions:
        chosen = BASE | {"grain": grain, "definition": definition, "scope_kind": scope[0], "scope": scope[1]}
        _, rows = published.ask(question, chosen)
        expected = last_whole(published.lake, table, column, (definition, grain, *scope))
        assert [(row[0], row[2]) for row in rows] == [(value, day) for value, day, _ in expected]
        if expected and expected[0][2] == "withheld":
            assert rows[0][0] is None
            assert rows[0][1].startswith("withheld: ")


def is_headline(question: Question, place: tuple[str, str]) -> bool:
    dashboard, title = place
    return (
        question.panel["type"] == "stat"
        and question.place.endswith(title)
        and question.place.startswith(f"{dashboard}: ")
    )


def last_whole(lake: Lake, table: str, column: str, key: tuple[str, str, str, str]) -> list[tuple[Any, str, str]]:
    """Figure, first day and status of the newest period that is over, from the lake.

    Args:
        lake: The lake.
        table: The metric.
        column: The figure.
        key: Definition, grain, kind of scope and scope.
    """
    names = ("definition", "grain", "scope_kind", "scope")
    with lake.connect([table]) as connection:
        rows = connection.table(table).to_arrow_table().to_pylist()
    first, last = SPAN.begins_at.date(), SPAN.ends_at.date()
    over = [
        row
        for row in rows
        if tuple(row[name] for name in names) == key
        and row["period_start"] >= first
        and end_of(row["period_start"], key[1]) <= last
    ]
    newest = sorted(over, key=lambda row: row["period_start"])[-1:]
    return [(row[column], row["period_start"].isoformat(), row["status"]) for row in newest]


def end_of(day: dt.date, grain: str) -> dt.date:
    return (
        day + dt.timedelta(days=7) if grain == "week" else (day.replace(day=28) + dt.timedelta(days=4)).replace(day=1)
    )


def test_a_trend_has_a_gap_where_a_figure_is_withheld(published: Published) -> None:
    chosen = BASE | {"scope_kind": "repository", "scope": WITHHELD}
    trends = [each for each in questions() if each.panel.get("title") == "Deployment frequency" and is_trend(each)]
    assert trends
    for question in trends:
        _, rows = published.ask(question, chosen)
        assert rows
        assert {cell for row in rows for cell in row[1:]} == {None}


def is_trend(question: Question) -> bool:
    return question.panel["type"] == "timeseries"


def test_every_headline_panel_is_compared() -> None:
    found = {
        (each.place.partition(":")[0], each.panel["title"])
        for each in questions()
        if each.panel["type"] == "stat" and not each.place.startswith("pulse-data-quality")
    }
    assert found == set(HEADLINES)


@pytest.mark.parametrize("name", dashboards())
class TestEveryDashboard:
    def test_is_one_that_grafana_takes(self, name: str) -> None:
        dashboard = dashboards()[name]
        assert dashboard["uid"] == name
        assert len(name) <= 40
        assert dashboard["id"] is None
        assert dashboard["schemaVersion"] == 42  # the last one of the classic model
        assert dashboard["title"]
        assert dashboard["description"]
        assert dashboard["timezone"] == "utc"
        ids = [panel["id"] for panel in panels(dashboard)]
        assert len(set(ids)) == len(ids)

    def test_has_no_panel_on_another(self, name: str) -> None:
        places = [panel["gridPos"] for panel in dashboards()[name]["panels"]]
        for place in places:
            assert place["x"] >= 0
            assert place["y"] >= 0
            assert place["w"] > 0
            assert place["x"] + place["w"] <= 24
            assert place["h"] > 0
        for one, other in combinations(places, 2):
            is_apart = (
                one["x"] + one["w"] <= other["x"]
                or other["x"] + other["w"] <= one["x"]
                or one["y"] + one["h"] <= other["y"]
                or other["y"] + other["h"] <= one["y"]
            )
            assert is_apart, (one, other)

    def test_asks_the_chosen_data_source_only(self, name: str) -> None:
        dashboard = dashboards()[name]
        chosen = {"type": "grafana-postgresql-datasource", "uid": "${datasource}"}
        for panel in panels(dashboard):
            if panel["type"] == "row":
                continue
            assert panel["datasource"] == chosen
            assert [target["refId"] for target in panel["targets"]] == ["A"]
            assert all(target["datasource"] == chosen and target["rawQuery"] for target in panel["targets"])
        variables = {each["name"]: each for each in dashboard["templating"]["list"]}
        assert variables["datasource"]["query"] == chosen["type"]
        assert all(each["datasource"] == chosen for each in variables.values() if each["type"] == "query")

    def test_says_what_each_panel_means_and_in_which_unit(self, name: str) -> None:
        for panel in panels(dashboards()[name]):
            if panel["type"] == "row":
                continue
            assert panel["description"].endswith((".", "?"))
            assert panel["fieldConfig"]["defaults"]["noValue"] == NOTHING
            if panel["type"] in {"stat", "timeseries", "barchart"}:
                assert panel["fieldConfig"]["defaults"]["unit"]
            if panel["type"] == "timeseries":
                assert panel["fieldConfig"]["defaults"]["custom"]["spanNulls"] is False

    def test_holds_no_address(self, name: str) -> None:
        text = (FOLDER / f"{name}.json").read_text(encoding="utf-8")
        assert not re.search(r"\w+://|localhost|127\.0\.0\.1", text)

    def test_reads_only_what_is_published(self, name: str) -> None:
        queries = [each.sql for each in questions() if each.place.startswith(f"{name}:")]
        read = {table for sql in queries for table in re.findall(r"\$\{schema:raw\}\.(\w+)", sql)}
        assert read
        assert read <= {*published_names(), "published_tables"}

    def test_uses_every_variable_and_no_other(self, name: str) -> None:
        dashboard = dashboards()[name]
        declared = {each["name"] for each in dashboard["templating"]["list"]}
        queries = [each for each in questions() if each.place.startswith(f"{name}:")]
        used = {variable for each in queries for variable in re.findall(r"\$\{(\w+)", each.sql)}
        assert declared == used | {"datasource"}


def test_every_figure_of_every_metric_is_shown_or_left_out_on_purpose() -> None:
    asked = " ".join(each.sql for each in questions())
    assert {table.name for table in METRICS if f".{table.name}" not in asked} == set()


def test_the_provisioning_names_the_data_source_that_the_dashboards_choose() -> None:
    source = provisioned("datasources")["datasources"][0]
    assert {each["uid"] for each in [source]} == {
        variable["current"]["value"]
        for dashboard in dashboards().values()
        for variable in dashboard["templating"]["list"]
        if variable["type"] == "datasource"
    }
    assert source["type"] == "grafana-postgresql-datasource"
    assert source["secureJsonData"]["password"].startswith("$")
    provider = provisioned("dashboards")["providers"][0]
    assert provider["type"] == "file"
    assert provider["options"]["path"].startswith("$")


def provisioned(kind: str) -> dict[str, Any]:
    path: Path = FOLDER / "provisioning" / kind / "pulse.yaml"
    return yaml.safe_load(path.read_text(encoding="utf-8"))
