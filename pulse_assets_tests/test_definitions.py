import json
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from pulse_assets.definitions import build_definitions
from pulse_assets.definitions import pulse as load_from_environment
from pulse_assets.settings import Settings

SNAPSHOT = Path(__file__).parent / "graph" / "snapshot.json"


@pytest.fixture(scope="module")
def definitions() -> dg.Definitions:
    return build_definitions(Settings())


def described(definitions: dg.Definitions) -> dict[str, Any]:
    graph = definitions.resolve_asset_graph()
    repository = definitions.get_repository_def()
    return {
        "assets": {
            key.to_user_string(): {
                "group": graph.get(key).group_name,
                "partitions": _partitions(graph.get(key).partitions_def),
                "depends on": sorted(parent.to_user_string() for parent in graph.get(key).parent_keys),
                "checks": sorted(
                    f"{each.name}{' (blocking)' if _spec(graph, each).blocking else ''}"
                    for each in graph.get_check_keys_for_assets({key})
                ),
            }
            for key in sorted(graph.get_all_asset_keys(), key=str)
        },
        "jobs": {
            job.name: sorted(key.to_user_string() for key in job.asset_layer.selected_asset_keys)
            for job in repository.get_all_jobs()
            if not job.name.startswith("__")
        },
        "schedules": {
            each.name: f"{each.cron_schedule} {each.execution_timezone} {each.job_name} {each.default_status.value}"
            for each in repository.schedule_defs
        },
        "sensors": {
            each.name: f"{each.minimum_interval_seconds} s, {each.default_status.value}: "
            + ", ".join(sorted(target.job_name for target in each.targets))
            for each in repository.sensor_defs
        },
    }


def _spec(graph: Any, key: dg.AssetCheckKey) -> dg.AssetCheckSpec:
    return graph.get_check_spec(key)


def _partitions(partitions: dg.PartitionsDefinition | None) -> str:
    if isinstance(partitions, dg.DynamicPartitionsDefinition):
        return f"dynamic: {partitions.name}"
    if isinstance(partitions, dg.TimeWindowPartitionsDefinition):
        return f"{partitions.cron_schedule} {partitions.timezone} end_offset={partitions.end_offset}"
    return "none"


def test_the_graph_is_the_one_that_was_agreed_on(definitions: dg.Definitions) -> None:
    """Write the file anew, when a change is wanted, with `python -m pulse_assets_tests.test_definitions`."""
    assert described(definitions) == json.loads(SNAPSHOT.read_text(encoding="utf-8"))


def test_dagster_accepts_the_whole() -> None:
    dg.Definitions.validate_loadable(load_from_environment())


def test_every_asset_says_what_it_is(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        assert node.description, key
        assert node.kinds, key
        assert node.owners, key
        schema = node.metadata["dagster/column_schema"]
        schema = schema.value if isinstance(schema, dg.MetadataValue) else schema
        assert isinstance(schema, dg.TableSchema), key
        assert schema.columns, key


def test_deployments_come_from_where_the_settings_say() -> None:
    graph = build_definitions(Settings(deployment_source="releases")).resolve_asset_graph()
    assert graph.get(dg.AssetKey("deployments")).parent_keys == {dg.AssetKey("raw_github_releases")}


def test_runs_stay_in_one_process(definitions: dg.Definitions) -> None:
    executors = {job.executor_def.name for job in definitions.get_repository_def().get_all_jobs()}
    assert executors == {"in_process"}


def test_no_job_is_retried_by_dagster(definitions: dg.Definitions) -> None:
    for name in described(definitions)["jobs"]:
        tags = definitions.resolve_job_def(name).run_tags
        assert tags["dagster/retry_on_asset_or_op_failure"] == "false", name


if __name__ == "__main__":
    SNAPSHOT.write_text(json.dumps(described(build_definitions(Settings())), indent=1) + "\n", encoding="utf-8")
