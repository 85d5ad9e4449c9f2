"""Whose tables stand in a schema: those of another lake must not be replaced by mistake, as by the demo's."""

import pyarrow.parquet as pq
import sqlalchemy as sa

from pulse_assets.errors import ConfigurationError
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.lake import Lake
from pulse_assets.tables.publishing.ledger import Ledger
from pulse_assets.tables.publishing.target import Target

_REPOSITORIES = TABLES["repositories"]
#: Survives a rename, so that one repository under a new name is not taken for another lake.
_ID = "repository_id"


def refuse_another_lake(target: Target, ledger: Ledger, lake: Lake) -> None:
    """Looks at the repositories that are published, and at those of the lake.

    Raises:
        ConfigurationError: Not one of them is the same.
    """
    standing = ledger.standing(_REPOSITORIES.name)
    if _ID not in standing.columns:
        return
    with target.transaction(_REPOSITORIES.name):
        published = set(target.run(sa.select(target.table(_REPOSITORIES).c[_ID])).scalars())
    files = [lake.file(_REPOSITORIES, partition) for partition in lake.partitions(_REPOSITORIES)]
    here = {number for file in files for number in pq.read_table(file, columns=[_ID])[_ID].to_pylist()}
    if published and here and not published & here:
        raise ConfigurationError(
            f"Schema {target.schema} of {target.place.name} holds the tables of another lake: none of its "
            f"{len(published)} repositories is in {lake.path}.",
            hint=f"Set PULSE_PUBLISH_SCHEMA to another schema; or, to replace them, DROP SCHEMA {target.schema} "
            "CASCADE and publish again.",
        )
