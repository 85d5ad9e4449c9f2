"""Rows into typed batches of Arrow, and these into pandas frames, by the contract of their table."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from pulse_assets.errors import ContractBroken
from pulse_assets.tables.schema import Kind, Table

if TYPE_CHECKING:
    import pandas as pd

ARROW_TYPES: Mapping[Kind, pa.DataType] = {
    "string": pa.string(),
    "integer": pa.int64(),
    "float": pa.float64(),
    "boolean": pa.bool_(),
    "timestamp": pa.timestamp("us", tz="UTC"),
    "date": pa.date32(),
}
#: The dtype of a column of a typed frame. A date column holds `datetime.date` objects.
PANDAS_TYPES: Mapping[Kind, str] = {
    "string": "string",
    "integer": "Int64",
    "float": "float64",
    "boolean": "boolean",
    "timestamp": "datetime64[us, UTC]",
    "date": "object",
}


def arrow_schema(table: Table) -> pa.Schema:
    """The table's columns as an Arrow schema, in their order."""
    return pa.schema([pa.field(column.name, ARROW_TYPES[column.kind]) for column in table.columns])


def typed_batch(table: Table, rows: Sequence[Mapping[str, Any]] = ()) -> pa.Table:
    """The rows with the table's columns and types; without rows, the empty table.

    Raises:
        ContractBroken: A value does not fit its column; names the column and the row's key.
    """
    schema = arrow_schema(table)
    try:
        columns = [pa.array([row[field.name] for row in rows], field.type) for field in schema]
    except (pa.ArrowException, OverflowError) as error:
        raise _misfit(table, rows) or ContractBroken(f"A row does not fit table {table.name}: {error}") from error
    return pa.table(columns, schema=schema)


def typed_frame(table: Table, rows: Sequence[Mapping[str, Any]] = ()) -> "pd.DataFrame":
    """`typed_batch` as a frame."""
    return to_frame(typed_batch(table, rows))


def to_frame(batch: pa.Table) -> "pd.DataFrame":
    """An Arrow table as a typed frame: nulls are `pd.NA`, `NaT`, and `NaN` in float columns."""
    import pandas as pd  # noqa: PLC0415 - half a second and 60 MB, which whoever only queries the lake is spared

    extension_types = {
        pa.string(): pd.StringDtype("python"),
        pa.int64(): pd.Int64Dtype(),
        pa.bool_(): pd.BooleanDtype(),
    }
    return batch.to_pandas(types_mapper=extension_types.get, date_as_object=True)


def conform(table: Table, batch: "pa.Table | pd.DataFrame") -> pa.Table:
    """The batch with exactly the table's columns, in their order and types.

    Raises:
        ContractBroken: A column is missing, unknown, or holds values of another kind.
    """
    names = batch.column_names if isinstance(batch, pa.Table) else [str(name) for name in batch.columns]
    if set(names) != set(table.column_names):
        missing = ", ".join(sorted(set(table.column_names) - set(names))) or "none"
        unknown = ", ".join(sorted(set(names) - set(table.column_names))) or "none"
        raise ContractBroken(f"A batch of {table.name} has other columns: missing {missing}; unknown {unknown}.")
    schema = arrow_schema(table)
    try:
        if isinstance(batch, pa.Table):
            return batch.select(list(table.column_names)).cast(schema)
        return pa.Table.from_pandas(batch, schema=schema, preserve_index=False).replace_schema_metadata()
    except (pa.ArrowException, OverflowError) as error:
        raise ContractBroken(f"A batch of {table.name} does not fit its types: {error}") from error


def frame_problems(table: Table, frame: "pd.DataFrame") -> list[str]:
    """What is wrong with a frame, as sentences; empty when it keeps the table's contract within itself.

    Columns, dtypes, nulls, allowed values, minima and the key are looked at; references are not.
    """
    missing = [name for name in table.column_names if name not in frame.columns]
    unknown = [str(name) for name in frame.columns if name not in table.by_name]
    problems = [f"column {name} is missing" for name in missing]
    problems += [f"column {name} is not part of {table.name}" for name in unknown]
    for column in table.columns:
        if column.name in missing:
            continue
        values = frame[column.name]
        if str(values.dtype) != PANDAS_TYPES[column.kind]:
            problems.append(f"column {column.name} is {values.dtype}, not {PANDAS_TYPES[column.kind]}")
            continue
        if column.is_required and (nulls := int(values.isna().sum())):
            problems.append(f"column {column.name} has {nulls} nulls")
        known = values.dropna()
        if column.allowed is not None and (strange := sorted(set(known) - set(column.allowed))):
            problems.append(f"column {column.name} holds {', '.join(map(repr, strange[:5]))}")
        if column.minimum is not None and (low := int((known < column.minimum).sum())):
            problems.append(f"column {column.name} is below {column.minimum:g} in {low} rows")
    if not set(table.key) & set(missing) and (repeated := int(frame.duplicated(list(table.key)).sum())):
        problems.append(f"{repeated} rows repeat the key ({', '.join(table.key)})")
    return problems


def _misfit(table: Table, rows: Iterable[Mapping[str, Any]]) -> ContractBroken | None:
    for row in rows:
        for column in table.columns:
            try:
                pa.scalar(row[column.name], ARROW_TYPES[column.kind])
            except (pa.ArrowException, OverflowError) as error:
                key = ", ".join(f"{name}={row.get(name)!r}" for name in table.key)
                return ContractBroken(f"{table.name}.{column.name} of the row {key} is no {column.kind}: {error}")
    return None
