"""The database that tables are published to: one connection, one publisher at a time, errors in Pulse's own words."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, cast

import psycopg2
import psycopg2.errors
import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy import exc

from pulse_assets.errors import ConfigurationError, LeaseHeld, PulseError, QualityGateFailed
from pulse_assets.settings import Settings
from pulse_assets.store import connections
from pulse_assets.store.problems import Place, translated_errors
from pulse_assets.tables.publishing.layout import quoted
from pulse_assets.tables.publishing.rows import CopyText
from pulse_assets.tables.schema import Table

_COPY_BYTES = 1 << 20
_LOCK_NOT_AVAILABLE = psycopg2.errors.lookup("55P03")
_ADDRESS = "postgresql://USER:PASSWORD@HOST:PORT/NAME"


class Target:
    """A schema that Pulse publishes to, held by an advisory lock until the end.

    Attributes:
        place: Host, port and name of the database.
        schema: Its name.
    """

    def __init__(self, connection: sa.Connection, place: Place, schema: str) -> None:
        self.place, self.schema = place, schema
        self._connection = connection

    @contextmanager
    def transaction(self, table: str | None = None) -> Iterator[None]:
        """One transaction.

        Args:
            table: What it is about, for messages.

        Raises:
            StoreUnavailable: The database is away, crowded, out of space, or somebody keeps a table locked.
            ConfigurationError: The rights do not suffice, or something depends on what has to go.
            QualityGateFailed: Two rows have the same key.
        """
        with _translated(self.place, self.schema, table), self._connection.begin():
            yield

    def run(self, statement: str | sa.Executable, parameters: Sequence[Any] = ()) -> sa.CursorResult[Any]:
        """One statement; in a text with parameters they are `%s`, without them `%` means itself."""
        if not isinstance(statement, str):
            return self._connection.execute(statement)
        if not parameters:
            return self._connection.exec_driver_sql(statement.replace("%", "%%"))
        return self._connection.exec_driver_sql(statement, tuple(parameters))

    def copy(self, place: str, columns: Sequence[str], batches: Iterable[pa.RecordBatch], *, freeze: bool) -> int:
        """Appends rows; gives their number.

        Args:
            place: Schema and name of the table, quoted.
            columns: In the order of the batches.
            batches: Read one by one.
            freeze: The table was made in this transaction: its rows need no later visit of the vacuum.
        """
        text = CopyText(batches)
        names = ", ".join(map(quoted, columns))
        options = "FORMAT csv, ENCODING 'UTF8'" + (", FREEZE" if freeze else "")
        statement = f"COPY {place} ({names}) FROM STDIN WITH ({options})"
        driver = cast("Any", self._connection.connection)
        try:
            with driver.cursor() as cursor:
                cursor.copy_expert(statement, text, _COPY_BYTES)
                return cursor.rowcount
        except psycopg2.Error as error:
            if text.error is not None:
                raise text.error from None
            raise exc.DBAPIError.instance(statement, None, error, psycopg2.Error, hide_parameters=True) from error

    def table(self, table: Table) -> sa.TableClause:
        """A table of the schema, to make statements of."""
        return sa.table(table.name, *map(sa.column, table.column_names), schema=self.schema)

    def at(self, name: str) -> str:
        """A table of the schema, quoted."""
        return f"{quoted(self.schema)}.{quoted(name)}"


@contextmanager
def opened(settings: Settings) -> Iterator[Target]:
    """The target that the settings name; waits for another publisher, as long as for any lock.

    Raises:
        ConfigurationError: `publish_url` is not set, cannot be reached or does not hold UTF-8.
        LeaseHeld: Another publisher holds the schema.
        StoreUnavailable: The database is starting, crowded or out of space.
    """
    url = _url(settings)
    place = Place(connections.place(url), "database", "PULSE_PUBLISH_URL")
    engine = connections.create_engine(url)
    try:
        with translated_errors(place, at_open=True):
            connection = engine.connect()
        with connection:
            target = Target(connection, place, settings.publish_schema)
            with target.transaction():
                encoding = target.run("SHOW server_encoding").scalar_one()
            if encoding != "UTF8":
                raise ConfigurationError(
                    f"PULSE_PUBLISH_URL: the database {place.name} holds text as {encoding}, not as UTF8.",
                    hint="Publish to a database that was created with ENCODING 'UTF8'.",
                )
            _hold(target)
            yield target
    finally:
        engine.dispose()


def place_of(settings: Settings) -> str:
    """Host, port and name of the database; never user or password.

    Raises:
        ConfigurationError: `publish_url` is not set, or is no address.
    """
    return connections.place(_url(settings))


def _url(settings: Settings) -> sa.URL:
    if settings.publish_url is None:
        raise ConfigurationError(
            "PULSE_PUBLISH_URL is not set: there is no database to publish to.", hint=f"Set it to {_ADDRESS}."
        )
    try:
        return sa.make_url(settings.publish_url.get_secret_value()).set(drivername="postgresql+psycopg2")
    except (exc.ArgumentError, ValueError):
        raise ConfigurationError(
            "PULSE_PUBLISH_URL is not a database address.", hint=f"Set it to {_ADDRESS}."
        ) from None


def _hold(target: Target) -> None:
    lock = f"pulse publishes to {target.schema}"
    try:
        with target.transaction():
            target.run("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [lock])
    except PulseError as error:
        if isinstance(getattr(error.__cause__, "orig", None), _LOCK_NOT_AVAILABLE):
            raise LeaseHeld(
                f"Another process publishes to schema {target.schema} of {target.place.name} for more than "
                f"{connections.LOCK_TIMEOUT_SECONDS} seconds.",
                hint="Wait until it has finished, then run again.",
            ) from error
        raise


@contextmanager
def _translated(place: Place, schema: str, table: str | None) -> Iterator[None]:
    try:
        with translated_errors(place):
            yield
    except exc.DBAPIError as error:
        problem = _lasting(error, place, schema, table)
        if problem is None:
            raise
        raise problem from error


def _lasting(error: exc.DBAPIError, place: Place, schema: str, table: str | None) -> PulseError | None:
    cause = error.orig
    subject = f"Table {schema}.{table} of {place.name}"
    if isinstance(cause, psycopg2.errors.InsufficientPrivilege):
        what = f"table {schema}.{table}" if table else f"schema {schema}"
        return ConfigurationError(
            f"PULSE_PUBLISH_URL: the user may not write {what} of the database {place.name}.",
            hint=f"As its owner: GRANT CREATE ON DATABASE … TO the user, or CREATE SCHEMA {schema} AUTHORIZATION the "
            "user; tables that are there must belong to the user.",
        )
    if isinstance(cause, psycopg2.errors.DependentObjectsStillExist):
        views = ", ".join(line for line in (cause.diag.message_detail or "").splitlines() if line)
        return ConfigurationError(
            f"{subject} has to be made anew, because its columns are others now, but something depends on it: {views}.",
            hint="Drop it, publish, and create it again.",
        )
    if isinstance(cause, psycopg2.errors.DuplicateTable):
        return ConfigurationError(
            f"{subject} cannot be made: {cause.diag.message_primary}.",
            hint="Rename or drop it, or set PULSE_PUBLISH_SCHEMA to a schema of Pulse's own.",
        )
    if isinstance(cause, psycopg2.errors.UniqueViolation):
        return QualityGateFailed(
            f"{subject} was left as it was: two of its new rows have the same key ({cause.diag.message_detail}).",
            hint="`pulse checks --failed` names such rows; once they are mended, the next sync publishes the table.",
        )
    if isinstance(cause, psycopg2.DataError | psycopg2.errors.NotNullViolation):
        return QualityGateFailed(
            f"{subject} was left as it was: Postgres refuses a value ({cause.diag.message_primary}).",
            hint="`pulse checks --failed` may name the row.",
        )
    return None
