"""dagster-pandas types, built from the contracts of the tables and used on each batch before it is written.

They judge the shape: columns and their types. Values (nulls, allowed words, keys, references) are judged by the asset
checks, which count and show all offending rows where dagster-pandas stops at the first. This is the only place that
touches dagster-pandas: its functions are untyped and warn that they are beta.
"""

import warnings
from collections.abc import Iterable, Iterator
from functools import cache

import dagster as dg
import pandas as pd
from dagster_pandas import PandasColumn, StrictColumnsConstraint, create_dagster_pandas_dataframe_type
from dagster_pandas.constraints import ColumnDTypeInSetConstraint

from pulse_assets.errors import ContractBroken
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.frames import PANDAS_TYPES


@cache
def frame_type(name: str) -> dg.DagsterType:
    """The dagster-pandas type of a table."""
    table = TABLES[name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dg.BetaWarning)
        return create_dagster_pandas_dataframe_type(
            name=f"{name}_frame",
            description=table.description,
            columns=[
                PandasColumn(column.name, constraints=[ColumnDTypeInSetConstraint({PANDAS_TYPES[column.kind]})])
                for column in table.columns
            ],
            dataframe_constraints=[StrictColumnsConstraint(list(table.column_names))],
        )


def checked(name: str, batches: Iterable[pd.DataFrame]) -> Iterator[pd.DataFrame]:
    """Passes on the batches that fit the table's type.

    Raises:
        ContractBroken: A batch does not; names the column and what was expected of it.
    """
    kind = frame_type(name)
    for batch in batches:
        # The context is for types that ask for resources; these do not.
        check = kind.type_check(None, batch)  # pyright: ignore[reportArgumentType]
        if not check.success:
            raise ContractBroken(
                f"A batch of {name} does not fit its type: {check.description}",
                hint="Nothing was written; please report it with the log.",
            )
        yield batch
