from pathlib import Path

import pytest
import yaml
from dagster import DagsterInstance
from dagster_postgres import PostgresEventLogStorage

from pulse_assets.errors import ConfigurationError
from pulse_assets.graph.instance import lasting_instance, prepare_home
from pulse_assets.graph.quick_storage import QuickEventLog
from pulse_assets.graph.storage import PulseComputeLogs
from pulse_assets.settings import Settings


def test_everything_lies_under_the_home(tmp_path: Path) -> None:
    with lasting_instance(Settings(home=tmp_path)) as instance:
        assert isinstance(instance.event_log_storage, QuickEventLog)
        assert instance.event_log_storage._base_dir == str(tmp_path / "dagster" / "storage" / "history" / "runs")
        assert instance.storage_directory() == str(tmp_path / "dagster" / "storage")
        assert not instance.telemetry_enabled
        assert not instance.nux_enabled


def test_what_dagster_knows_outlives_the_process(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    with lasting_instance(settings) as instance:
        instance.add_dynamic_partitions("github_repositories", ["acme/api"])
    with lasting_instance(settings) as instance:
        assert instance.get_dynamic_partitions("github_repositories") == ["acme/api"]


def test_the_environment_decides_for_a_process_that_dagster_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = prepare_home(Settings(home=tmp_path))
    monkeypatch.setenv("PULSE_HOME", str(tmp_path))
    with DagsterInstance.from_config(str(home)) as instance:
        assert Path(instance.storage_directory()) == tmp_path / "dagster" / "storage"
        assert isinstance(instance.compute_log_manager, PulseComputeLogs)
        logs = instance.compute_log_manager.get_captured_local_path(["run", "step"], ".out")
        assert Path(logs).is_relative_to(tmp_path / "dagster" / "compute_logs")


def test_postgres_is_used_when_the_settings_name_it(tmp_path: Path, postgres_url: str) -> None:
    with lasting_instance(Settings.load(home=tmp_path, database_url=postgres_url)) as instance:
        assert isinstance(instance.event_log_storage, PostgresEventLogStorage)
        instance.add_dynamic_partitions("github_repositories", ["acme/api"])
        assert instance.get_dynamic_partitions("github_repositories") == ["acme/api"]


def test_a_folder_that_cannot_be_written_is_a_wrong_setting(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match="PULSE_HOME"):
        prepare_home(Settings(home=tmp_path / "file"))


def test_the_configuration_in_the_checkout_is_the_one_that_is_installed() -> None:
    root = Path(__file__).parents[2]
    assert (root / "dagster.yaml").resolve() == root / "pulse_assets" / "graph" / "dagster.yaml"
    assert yaml.safe_load((root / "workspace.yaml").read_text())["load_from"] == [
        {"python_module": {"module_name": "pulse_assets.definitions", "location_name": "pulse"}}
    ]
