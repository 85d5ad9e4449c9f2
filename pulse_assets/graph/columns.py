"""Column schemas of assets, from the contracts of the tables; Dagster shows them in the catalogue."""

import types
import typing
from collections.abc import Mapping
from typing import Any

import dagster as dg

from pulse_assets.tables.schema import Column, Table

COLUMN_SCHEMA = "dagster/column_schema"
_TYPES = {"timestamp": "timestamp (UTC)"}


def column_schema(table: Table) -> dg.TableSchema:
    """The columns of a table, with what its contract promises."""
    promises = [f"unique ({', '.join(table.key)})"]
    promises += [
        f"({', '.join(reference.columns)}) is in {reference.table} ({', '.join(reference.to_columns)})"
        for reference in table.references
    ]
    return dg.TableSchema(
        columns=[_column(column, is_key=table.key == (column.name,)) for column in table.columns],
        constraints=dg.TableConstraints(other=promises),
    )


def record_schema(shape: type, *, key: str) -> dg.TableSchema:
    """The fields of a landed record, from its TypedDict."""
    hints: Mapping[str, Any] = typing.get_type_hints(shape)
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                name=name,
                type=_type_name(hint),
                description="Key of the record." if name == key else None,
                constraints=dg.TableColumnConstraints(nullable=_is_optional(hint), unique=name == key),
            )
            for name, hint in hints.items()
        ]
    )


def _column(column: Column, *, is_key: bool) -> dg.TableColumn:
    promises = []
    if column.allowed is not None:
        promises.append("one of " + ", ".join(column.allowed))
    if column.minimum is not None:
        promises.append(f"at least {column.minimum:g}")
    return dg.TableColumn(
        name=column.name,
        type=_TYPES.get(column.kind, column.kind),
        description=column.description,
        constraints=dg.TableColumnConstraints(nullable=not column.is_required, unique=is_key, other=promises),
    )


def _is_optional(hint: Any) -> bool:
    return isinstance(hint, types.UnionType) and types.NoneType in typing.get_args(hint)


def _type_name(hint: Any) -> str:
    if _is_optional(hint):
        return " | ".join(_type_name(part) for part in typing.get_args(hint) if part is not types.NoneType)
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Literal:
        return "str"
    if origin is list:
        return f"list of {_type_name(arguments[0])}"
    return hint.__name__
