"""Asset checks: the questions of `tables.quality`, asked of each partition and recorded for each.

What is checked does not belong here, but in `tables.quality`. Checks of structure block: the facts of a repository with
such rows are not built. Completeness and timeliness warn.
"""

import warnings
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import dagster as dg

from pulse_assets.errors import QualityGateFailed
from pulse_assets.graph.partitions import PARTITION_TAG
from pulse_assets.graph.preview import markdown_table
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.quality import CheckResult, planned_checks

#: Results by table and partition.
Results = Mapping[tuple[str, str], list[CheckResult]]


def check_specs(tables: Iterable[str], partitions: dg.PartitionsDefinition | None) -> list[dg.AssetCheckSpec]:
    """Every check of the tables; without partitions where a table is one whole."""
    with warnings.catch_warnings():
        # A check with partitions is a preview feature: without it the UI shows one state for all repositories.
        warnings.simplefilter("ignore", dg.PreviewWarning)
        return [
            dg.AssetCheckSpec(
                check.name,
                asset=name,
                description=check.description,
                blocking=check.is_blocking,
                partitions_def=partitions,
                metadata={"kind": check.kind},
            )
            for name in tables
            for check in planned_checks(TABLES[name])
        ]


def gate(results: Iterable[CheckResult], partition: str) -> QualityGateFailed | None:
    """Why the partition must not go on; None when it may."""
    failed = [each for each in results if each.is_blocking and not each.passed]
    if not failed:
        return None
    found = "; ".join(f"{each.name} ({each.failed_count} rows)" for each in failed)
    return QualityGateFailed(
        f"{partition} is held back: {found}.",
        hint="What is computed from it keeps its last good state. The rows are shown at the checks in `pulse dev`; "
        "correct them at the source, or read everything again with `pulse sync --full`.",
    )


def record(context: dg.AssetExecutionContext, results: Results) -> Iterator[dg.AssetCheckResult]:
    """Records the results of the selected checks.

    A check result has no field for its partition. A run over one partition needs none; a run over several logs one
    evaluation for each, beside the result that Dagster expects of the check.
    """
    partitions = context.partition_keys
    for key in sorted(context.selected_asset_check_keys, key=str):
        table = key.asset_key.to_user_string()
        found = {
            partition: each
            for partition in partitions
            for each in results.get((table, partition), ())
            if each.name == key.name
        }
        if PARTITION_TAG in context.run.tags:
            for result in found.values():
                yield dg.AssetCheckResult(asset_key=key.asset_key, check_name=key.name, **_evaluation(result))
        elif found:
            for partition, result in found.items():
                evaluation = dg.AssetCheckEvaluation(
                    asset_key=key.asset_key, check_name=key.name, partition=partition, **_evaluation(result)
                )
                # Dagster takes evaluations here as well; only its annotation does not say so.
                context.log_event(evaluation)  # pyright: ignore[reportArgumentType]
            yield _summary(key, found)


def record_whole(context: dg.AssetExecutionContext, results: Results) -> Iterator[dg.AssetCheckResult]:
    """Records the results of the selected checks of tables without partitions."""
    for (table, _), found in results.items():
        for result in found:
            if dg.AssetCheckKey(dg.AssetKey(table), result.name) in context.selected_asset_check_keys:
                yield dg.AssetCheckResult(asset_key=table, check_name=result.name, **_evaluation(result))


def _summary(key: dg.AssetCheckKey, found: Mapping[str, CheckResult]) -> dg.AssetCheckResult:
    failed = [partition for partition, result in found.items() if not result.passed]
    return dg.AssetCheckResult(
        asset_key=key.asset_key,
        check_name=key.name,
        passed=not failed,
        # Only a warning for the whole: the partitions that failed are held back one by one.
        severity=dg.AssetCheckSeverity.WARN,
        description=f"{len(failed)} of {len(found)} partitions fail." if failed else "All partitions pass.",
        metadata={"failed": dg.MetadataValue.json(failed)},
    )


def _evaluation(result: CheckResult) -> dict[str, Any]:
    metadata: dict[str, Any] = {
        "failed_count": dg.MetadataValue.int(result.failed_count),
        "checked_count": dg.MetadataValue.int(result.checked_count),
    }
    if result.sample:
        metadata["sample"] = markdown_table(result.sample, list(result.sample[0]))
    return {
        "passed": result.passed,
        "severity": dg.AssetCheckSeverity.ERROR if result.is_blocking else dg.AssetCheckSeverity.WARN,
        "description": result.description,
        "metadata": metadata,
    }
