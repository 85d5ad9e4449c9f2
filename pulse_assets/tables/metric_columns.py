"""The columns that every metric has, and the kinds of figures that they hold."""

from pulse_assets.tables.schema import Column, Family, Table, count, optional, required

#: A metric's row that counts fewer rows than this is marked `is_low_count`.
LOW_COUNT = 5
DEFINITIONS = ("pulse", "devlake", "fourkeys")
SCOPE_KINDS = ("repository", "project", "board", "sprint", "team", "all")

_KEY = (
    required("definition", "string", "Name of the definition.", allowed=DEFINITIONS),
    required("grain", "string", "Length of the period.", allowed=("week", "month", "sprint")),
    required(
        "period_start",
        "date",
        "First day of the period in `timezone`; a week begins on Monday, a sprint on the day it was started.",
    ),
    required("scope_kind", "string", "What the row is about.", allowed=SCOPE_KINDS),
    required(
        "scope", "string", "Full name of the repository, key of the project, number of board or sprint, team, or all."
    ),
)
_QUALITY = (
    count("row_count", "Rows that the headline figure is made of; null where withheld.", is_required=False),
    required("is_low_count", "boolean", f"row_count is below {LOW_COUNT}; false where withheld."),
    required("status", "string", "Whether the figures can be relied on.", allowed=("ok", "degraded", "withheld")),
    optional("status_reason", "string", "Why the status is not ok."),
)
#: The columns that every metric has.
METRIC_COLUMNS = tuple(column.name for column in (*_KEY, *_QUALITY))


def ratio(name: str, description: str) -> Column:
    """A part of a whole, or another number from 0; null where there is no whole."""
    return Column(name, "float", description, minimum=0)


def few(name: str, description: str) -> Column:
    """A count that is null where it is withheld."""
    return count(name, description, is_required=False)


def interval(name: str, of: str) -> tuple[Column, Column]:
    """The ends of a 95 % bootstrap interval; `{}` in the name is low or high."""
    low, high = (name.format(end) for end in ("low", "high"))
    return ratio(low, f"Lower end of the 95 % bootstrap interval of {of}."), ratio(high, "Upper end of it.")


def metric(
    name: str,
    description: str,
    values: tuple[Column, ...],
    *,
    key: tuple[Column, ...] = (),
    family: Family = "delivery",
) -> Table:
    """A metric; `key` tells rows of one scope and period apart."""
    columns = (*_KEY, *key)
    group = name.partition("_")[0]
    names = tuple(column.name for column in columns)
    return Table(name, description, "metrics", group, names, (*columns, *values, *_QUALITY), family=family)


def value_columns(table: Table) -> tuple[str, ...]:
    """The columns of a metric that hold figures: neither its key nor what every metric says of its quality."""
    quality = {column.name for column in _QUALITY}
    return tuple(name for name in table.column_names if name not in table.key and name not in quality)
