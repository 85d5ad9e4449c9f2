"""Where Dagster keeps its state: under PULSE_HOME, or in Postgres when PULSE_DATABASE_URL names one.

`dagster.yaml` knows no "if"; these classes decide, so that one file serves a laptop and production. They read the
environment (or `.env`), because Dagster makes them anew in each process from nothing but their names.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from dagster._config.config_schema import UserConfigSchema
from dagster._core.storage.base_storage import DagsterStorage
from dagster._core.storage.local_compute_log_manager import LocalComputeLogManager
from dagster._core.storage.root import LocalArtifactStorage
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage
from dagster._serdes import ConfigurableClass, ConfigurableClassData
from dagster_postgres import DagsterPostgresStorage

from pulse_assets.settings import Settings


def dagster_folder() -> Path:
    """`PULSE_HOME/dagster`, whatever DAGSTER_HOME says: one place for the command line and the UI."""
    return Settings.load().home.resolve() / "dagster"


class PulseStorage(DagsterStorage, ConfigurableClass):
    """Runs, events and schedules. Dagster insists on both base classes, and never makes an instance of this one."""

    #: What is made where the store is no Postgres.
    sqlite: ClassVar[type[DagsterSqliteStorage]] = DagsterSqliteStorage

    @classmethod
    def config_type(cls) -> UserConfigSchema:
        return {}

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]) -> Any:
        """Makes the storage that the settings ask for."""
        del config_value
        url = Settings.load().store_url.get_secret_value()
        if url.startswith("postgresql"):
            return DagsterPostgresStorage(url, inst_data=inst_data)
        return cls.sqlite.from_local(str(dagster_folder() / "storage"), inst_data=inst_data)


class PulseArtifactStorage(LocalArtifactStorage):
    """What assets hand to each other through the default IO manager; Pulse's own assets store themselves."""

    @classmethod
    def config_type(cls) -> UserConfigSchema:
        return {}

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]) -> Any:
        del config_value
        return cls(str(dagster_folder()), inst_data=inst_data)


class PulseComputeLogs(LocalComputeLogManager):
    """What runs print."""

    @classmethod
    def config_type(cls) -> UserConfigSchema:
        return {}

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]) -> Any:
        del config_value
        return cls(str(dagster_folder() / "compute_logs"), inst_data=inst_data)
