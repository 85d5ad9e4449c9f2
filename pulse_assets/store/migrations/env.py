"""Runs the migrations on the connection, and in the transaction, that the caller brings."""

from alembic import context

from pulse_assets.store.schema import METADATA, VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    version_table=VERSION_TABLE,
    # SQLite can roll back DDL; Alembic assumes otherwise because the driver used to commit before it.
    transactional_ddl=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
