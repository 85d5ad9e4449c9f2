"""Rows through COPY."""

import datetime as dt
import math
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from pulse_assets.tables.contracts import TABLES, Kind
from pulse_assets.tables.frames import typed_batch
from pulse_assets_tests.tables.publishing.house import House

HARD_TEXTS = [
    "",
    " ",
    "\\",
    "\\N",
    "\\.",
    "a\n\\.\nb",
    "\t",
    "\r",
    "\r\n",
    "\n",
    '"',
    '""',
    "'",
    ",",
    "NULL",
    "é€😀",
    "%s",
]


VALUES: dict[Kind, st.SearchStrategy[Any]] = {
    "string": st.sampled_from(HARD_TEXTS)
    | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30),
    "integer": st.integers(-(2**63), 2**63 - 1),
    "float": st.floats(),
    "boolean": st.booleans(),
    "timestamp": st.datetimes(timezones=st.just(dt.UTC)),
    "date": st.dates(),
}


@st.composite
def rows_of(draw: st.DrawFn, name: str) -> list[dict[str, Any]]:
    """Rows of any values, without two of one key."""
    table = TABLES[name]
    rows = draw(
        st.lists(
            st.fixed_dictionaries(
                {
                    each.name: VALUES[each.kind] if each.name in table.key else st.none() | VALUES[each.kind]
                    for each in table.columns
                }
            ),
            max_size=8,
            unique_by=lambda row: tuple(row[name] for name in table.key if name != "repository"),
        )
    )
    return [row | {"repository": "acme/api"} for row in rows]


@pytest.mark.parametrize("name", ["deployment_outcomes", "repository_months", "commits"])
@hypothesis_settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_value_arrives_as_it_was(house: House, name: str, data: st.DataObject) -> None:
    table = TABLES[name]
    written = data.draw(rows_of(name))
    house.lake.write(table, "acme/api", [typed_batch(table, written)])
    house.publish(name)
    asked = sa.select(*map(sa.column, table.column_names)).select_from(sa.table(name, schema="pulse"))
    with house.engine.connect() as connection:
        connection.exec_driver_sql("SET TimeZone = 'UTC'")
        found = [dict(row._mapping) for row in connection.execute(asked)]
    assert by_key(table.key, found) == by_key(table.key, [without_nan(row) for row in written])


def without_nan(row: dict[str, Any]) -> dict[str, Any]:
    return {name: None if isinstance(value, float) and math.isnan(value) else value for name, value in row.items()}


def by_key(key: tuple[str, ...], rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: tuple(str(row[name]) for name in key))
