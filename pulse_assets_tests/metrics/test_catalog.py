import pytest

from pulse_assets.metrics.catalog import CATALOG
from pulse_assets.metrics.engine import inputs_of, tables_read
from pulse_assets.tables.contracts import TABLES


def test_every_fact_and_metric_has_an_entry_and_a_contract() -> None:
    assert list(CATALOG) == [table.name for table in TABLES.values() if table.layer != "clean"]
    assert all(entry.group == TABLES[name].group for name, entry in CATALOG.items())


@pytest.mark.parametrize("name", CATALOG)
def test_definition_stands_on_top_of_a_short_sql_file(name: str) -> None:
    entry = CATALOG[name]
    assert 10 <= len(entry.sql.splitlines()) <= 110
    assert len(entry.definition.splitlines()) >= 3
    assert ("definition `" in entry.definition) == (name not in {"repository_months", "project_months"})


def test_tables_that_are_read_come_from_the_sql_of_the_metric_its_rows_and_its_periods() -> None:
    assert tables_read("incidents") == (
        "change_lead_times",
        "commits",
        "deployments",
        "incident_reports",
        "jira_incidents",
        "pull_request_commits",
        "pull_requests",
    )
    assert tables_read("dora_rework_rate") == ("deployment_outcomes", "deployments", "pull_requests", "repositories")
    assert set(inputs_of("dora_rework_rate")) == {
        *tables_read("dora_rework_rate"),
        *tables_read("deployment_outcomes"),
        *tables_read("incidents"),
        *tables_read("jira_incidents"),
        *tables_read("issue_flow"),
        *tables_read("issue_status_spans"),
        *tables_read("change_lead_times"),
    }


def test_a_fact_reads_only_what_is_built_before_it() -> None:
    names = list(TABLES)
    facts = [name for name in names if TABLES[name].layer == "facts"]
    assert all(names.index(read) < names.index(fact) for fact in facts for read in tables_read(fact))
