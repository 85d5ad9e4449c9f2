"""Executes a job in this process, as a lasting run that the UI shows, and quietly."""

import logging
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import dagster as dg
from dagster._core.execution.plan.objects import ErrorSource

from pulse_assets.graph.partitions import contiguous_ranges, partition_tags

#: By which the UI finds the code location of a run that it did not start.
_LOCATION = {".dagster/repository": "__repository__@pulse"}
_LOGGER = "pulse_assets.graph.dagster"


def _process_logger(_context: dg.InitLoggerContext) -> logging.Logger:
    logger = logging.getLogger(_LOGGER)
    logger.setLevel(logging.INFO)
    return logger


#: Hands on what Dagster says to the log of this process; its own logger writes each event to the terminal, coloured.
PROCESS_LOG = dg.LoggerDefinition(_process_logger, description="The log of the process that runs the job.")


@contextmanager
def quiet() -> Iterator[None]:
    """Keeps Dagster's start-up notes off the terminal."""
    logger = logging.getLogger("dagster")
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(before)


def execute_ranges(
    definitions: dg.Definitions,
    instance: dg.DagsterInstance,
    job: str,
    keys: Collection[str],
    ordered: Sequence[str],
    *,
    run_config: Mapping[str, Any] | None = None,
) -> list[dg.ExecuteInProcessResult]:
    """One run per unbroken stretch of `keys` within `ordered`, since a run covers a range of partitions.

    Raises:
        KeyboardInterrupt: The user wants no more; Dagster turns it into a failed run, and would let us go on.
    """
    return [
        _execute(definitions, instance, job, partition_tags(first, last), run_config or {})
        for first, last in contiguous_ranges(keys, ordered)
    ]


def execute_once(definitions: dg.Definitions, instance: dg.DagsterInstance, job: str) -> dg.ExecuteInProcessResult:
    """One run of a job without partitions.

    Raises:
        KeyboardInterrupt: As `execute_ranges`.
    """
    return _execute(definitions, instance, job, {}, {})


def _execute(
    definitions: dg.Definitions,
    instance: dg.DagsterInstance,
    job: str,
    tags: Mapping[str, str],
    run_config: Mapping[str, Any],
) -> dg.ExecuteInProcessResult:
    result = definitions.resolve_job_def(job).execute_in_process(
        instance=instance,
        tags={**_LOCATION, **tags},
        # Without being named here, Dagster's own logger writes each event to the terminal.
        run_config={"loggers": {"console": {}}, **run_config},
        raise_on_error=False,
    )
    if any(_is_interrupt(event) for event in result.all_events):
        raise KeyboardInterrupt
    return result


def _is_interrupt(event: dg.DagsterEvent) -> bool:
    return event.is_step_failure and event.step_failure_data.error_source == ErrorSource.INTERRUPT
