"""What a report says of the data themselves: how recent and how large they are, and what their checks found."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Freshness:
    """How recent and how large the tables of one repository are.

    Attributes:
        collected_at: The server's time when its last complete collection began; None when there was none.
    """

    repository: str
    address: str | None
    collected_at: dt.datetime | None
    is_archived: bool
    pull_request_count: int
    commit_count: int
    deployment_count: int
    production_deployment_count: int
    incident_report_count: int
    merged_count: int
    counted_count: int


@dataclass(frozen=True, slots=True)
class CheckCount:
    """How many checks of one dimension of data quality passed, and how many failed."""

    passed_count: int
    failed_count: int


@dataclass(frozen=True, slots=True)
class FailedCheck:
    """A check whose latest result is a failure.

    Attributes:
        partition: The repository; of a metric its month.
        effect: What it does to the metrics, in words.
        is_holding: It withholds figures or marks them.
    """

    partition: str
    table: str
    check: str
    dimension: str
    description: str
    failed_count: int
    checked_count: int
    checked_at: dt.datetime
    effect: str
    is_holding: bool


@dataclass(frozen=True, slots=True)
class Quality:
    """The latest results of the checks of the data.

    Attributes:
        dimensions: Those of which there are checks.
        by_partition: By repository, and for all metrics together, how many checks of each dimension passed.
        failed: Those that failed, what withholds figures first.
    """

    dimensions: tuple[str, ...]
    by_partition: Mapping[str, Mapping[str, CheckCount]]
    failed: tuple[FailedCheck, ...]


@dataclass(frozen=True, slots=True)
class Environment:
    """How often all repositories deployed to the environments of one name, with whatever result."""

    name: str
    is_production: bool
    deployment_count: int
