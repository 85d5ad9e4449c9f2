"""How failed partitions become a failed run that says what to do, and that nothing retries by itself."""

from collections.abc import Collection, Mapping

import dagster as dg

from pulse_assets.errors import PulseError
from pulse_assets.graph.preview import markdown_table

#: A fault is retried by one mechanism only: the HTTP client within a sync, the next sync after it. Dagster's run
#: retries would start the same work at once, without waiting.
NO_RUN_RETRIES: Mapping[str, str] = {"dagster/retry_on_asset_or_op_failure": "false"}


def partitions_failed(
    errors: Mapping[str, PulseError], *, partitions: Collection[str], not_attempted: Collection[str] = ()
) -> dg.Failure:
    """The failure of a run in which some partitions are not done; those that are stay recorded."""
    count = len(errors) + len(not_attempted)
    names = ", ".join([*errors, *not_attempted][:5]) + (", …" if count > 5 else "")  # noqa: PLR2004 - a headline
    rows = [
        {"partition": key, "error": type(error).__name__, "what happened": error.message, "what to do": error.hint}
        for key, error in errors.items()
    ]
    rows += [{"partition": key, "error": "not attempted"} for key in not_attempted]
    return dg.Failure(
        f"{count} of {len(partitions)} partitions are not done: {names}.",
        metadata={
            "failed_partitions": dg.MetadataValue.json([*errors, *not_attempted]),
            "failures": markdown_table(rows, ["partition", "error", "what happened", "what to do"]),
        },
        allow_retries=False,
    )
