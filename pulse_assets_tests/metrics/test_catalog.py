import pytest

from pulse_assets.metrics.catalog import CATALOG
from pulse_assets.metrics.engine import tables_read
from pulse_assets.tables.contracts import LOW_COUNT, METRIC_COLUMNS, TABLES


def test_every_fact_and_metric_has_an_entry_and_a_contract() -> None:
    assert list(CATALOG) == [table.name for table in TABLES.values() if table.layer != "clean"]
    assert all(entry.group == TABLES[name].group for name, entry in CATALOG.items())


@pytest.mark.parametrize("name", CATALOG)
def test_definition_stands_on_top_of_a_short_sql_file(name: str) -> None:
    entry = CATALOG[name]
    assert 10 <= len(entry.sql.splitlines()) <= 80
    assert "definition `pulse`" in entry.definition
    assert len(entry.definition.splitlines()) >= 4


@pytest.mark.parametrize("name", CATALOG)
def test_value_columns_are_the_figures_of_the_table(name: str) -> None:
    table = TABLES[name]
    assert set(CATALOG[name].value_columns) <= set(table.column_names)
    if table.layer == "metrics":
        assert set(CATALOG[name].value_columns) == set(table.column_names) - set(METRIC_COLUMNS)


def test_tables_that_are_read_come_from_the_sql() -> None:
    assert {name: tables_read(name) for name in CATALOG} == {
        "change_lead_times": ("commits", "deployments", "pull_request_commits", "pull_requests", "repositories"),
        "dora_lead_time": ("change_lead_times", "deployments", "pull_requests", "repositories"),
        "dora_deployment_frequency": ("deployments", "pull_requests", "repositories"),
    }


def test_sql_and_contract_agree_on_what_is_low() -> None:
    metrics = [entry.sql for name, entry in CATALOG.items() if TABLES[name].layer == "metrics"]
    assert all(f"< {LOW_COUNT} AS is_low_count" in sql for sql in metrics)
