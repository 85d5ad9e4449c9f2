"""Brings the database to the newest schema, once, however many processes open it at the same time."""

import sqlalchemy as sa

from pulse_assets.errors import ConfigurationError
from pulse_assets.store.schema import HEAD, VERSION_TABLE

_ADVISORY_LOCK = 0x70756C7365  # "pulse"
_SCRIPTS = "pulse_assets.store:migrations"


def migrate(engine: sa.Engine, place: str) -> None:
    """Creates or upgrades the tables; only looks when they are up to date.

    Raises:
        ConfigurationError: The schema is newer than this code.
    """
    with engine.connect() as connection:
        if _revision(connection) == HEAD:
            return
    with engine.execution_options(sqlite_begin="BEGIN IMMEDIATE").begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_ADVISORY_LOCK)))
        revision = _revision(connection)
        if revision != HEAD:
            _upgrade(connection, revision, place)


def _revision(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table(VERSION_TABLE):
        return None
    return connection.scalar(sa.select(sa.column("version_num")).select_from(sa.table(VERSION_TABLE)))


def _upgrade(connection: sa.Connection, revision: str | None, place: str) -> None:
    # Alembic takes a tenth of a second to import, and is needed once in the life of a database.
    from alembic import command, config, script  # noqa: PLC0415

    settings = config.Config(attributes={"connection": connection})
    settings.set_main_option("script_location", _SCRIPTS)
    settings.set_main_option("path_separator", "os")
    known = {step.revision for step in script.ScriptDirectory.from_config(settings).walk_revisions()}
    if revision is not None and revision not in known:
        raise ConfigurationError(
            f"The store {place} has schema {revision}; this version of Pulse knows schemas up to {HEAD}.",
            hint="Install the newer version of pulse-assets, or point PULSE_DATABASE_URL to another database.",
        )
    command.upgrade(settings, "head")
