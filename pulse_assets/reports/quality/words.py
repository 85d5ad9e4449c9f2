"""The words of data quality: what a dimension asks, which settings bound it, and what to do about a failure."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from pulse_assets.reports import wording
from pulse_assets.reports.quality.model import (
    Check,
    CheckLine,
    Consequence,
    DimensionShare,
    RepositoryFreshness,
    Status,
    Threshold,
)
from pulse_assets.settings import ENV_PREFIX, Settings
from pulse_assets.tables.check_plan import CheckKind, Dimension
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.schema import Family

DIMENSIONS: Mapping[Dimension, str] = MappingProxyType(
    {
        "completeness": "Nothing is missing: required fields are filled, and as many rows are here as the source says "
        "exist.",
        "consistency": "Rows fit each other and the source: keys are unique, references lead to rows, the history has "
        "one head, no table has more rows than the source, and some deployments reach production.",
        "accuracy": "Values can be true: types and allowed values are as agreed, times and sizes are possible.",
        "timeliness": "Rows are of today: each repository was collected completely a short time ago.",
    }
)

_ADVICE: Mapping[CheckKind, str] = MappingProxyType(
    {
        "types": "The file is of another version of Pulse, or was changed by hand. {again}.",
        "key": "{again}. If it fails again, it is a defect of Pulse: please report it with the rows that were found.",
        "required": "The source left out what must be there. {again}; if it fails again, correct it at the source.",
        "allowed": "The source gives a value that Pulse does not know. Correct it there and sync, or report it.",
        "references": "Rows point to others that were not collected. {again}.",
        "structure": "The history was rewritten, or a part of it is missing. {again}.",
        "completeness": "{again}. If the rows cannot be read, PULSE_MAX_MISSING_RATIO says how many may be missing.",
        "reconciliation": "Rows were deleted at the source. A census removes them here, every PULSE_CENSUS_DAYS.",
        "plausibility": "Look at the rows, and correct them at the source where that is possible. "
        "PULSE_MAX_IMPLAUSIBLE_RATIO says how many may stay.",
        "validation": "Look at quarantined_records for the reasons, correct the records in Jira, and sync.",
        "history": "An issue got another status without a history, as imports and changed workflows do. "
        "Its spans follow the history.",
        "categories": "Say the category of these statuses in PULSE_JIRA_STATUS_CATEGORIES (number=category).",
        "production": "Set PULSE_PRODUCTION_PATTERN so that it finds the environments that are production.",
        "timeliness": "Run `pulse sync`. If it should run by itself, look at the schedule in `pulse dev`.",
    }
)
#: So many repositories stand in a command at most, and so many in a sentence.
_NAMED_IN_COMMAND = 3
NAMED = 10
_OF_METRICS = (
    "It is computed from facts that passed: a defect of Pulse. Please report it with the rows that were found."
)
#: One and several partitions of a family, and the option by which a command names one.
_PARTITIONS: Mapping[Family, tuple[str, str, str]] = {
    "delivery": ("the repository", "the repositories", "repository"),
    "planning": ("the project", "the projects", "project"),
    "organization": ("everything", "everything", ""),
}
_LEVELS = {"withheld": "withholds", "degraded": "marks as provisional"}


def advice(kind: CheckKind, table: str, partitions: Sequence[str]) -> str:
    """What a person can do about a check that fails in these partitions."""
    if TABLES[table].layer == "metrics":
        return _OF_METRICS
    one, many, option = _PARTITIONS[TABLES[table].family]
    options = "".join(f" --{option} {name}" for name in partitions) if option else ""
    what = one if len(partitions) == 1 else many
    if len(partitions) > _NAMED_IN_COMMAND:
        what, options = "everything", ""
    return _ADVICE[kind].format(again=f"Read {what} again with `pulse sync --full{options}`")


def thresholds(dimension: Dimension, settings: Settings) -> tuple[Threshold, ...]:
    """The settings that decide what passes, with their values in force."""
    match dimension:
        case "completeness":
            value = _percent(settings.max_missing_ratio)
            return (_threshold("max_missing_ratio", value, "of the rows that exist at the source may be missing"),)
        case "consistency":
            days = settings.census_days
            return (
                _threshold("production_pattern", settings.production_pattern, "finds what is production"),
                _threshold(
                    "census_days",
                    "never" if days == 0 else wording.plural(days, "day"),
                    "between two looks for deleted rows",
                ),
            )
        case "accuracy":
            value = _percent(settings.max_implausible_ratio)
            return (_threshold("max_implausible_ratio", value, "of a table's rows may hold implausible values"),)
        case "timeliness":
            return (_threshold("fresh_hours", f"{settings.fresh_hours:g} h", "after a collection its data are stale"),)


def effect(check: Check) -> str:
    """`withholds change lead time and rework rate`; of a check that passes nothing."""
    if check.is_passed:
        return ""
    held = TABLES[check.table].layer != "metrics" and check.is_blocking
    whose = _PARTITIONS[TABLES[check.table].family][0]
    built = f"facts of {whose} keep their last good state" if held else ""
    if check.effect is None or not check.metrics:
        return built or "changes no figure"
    words = f"{_LEVELS[check.effect]} {metrics_in_words(check.metrics)}"
    return f"{words}; {built}" if built else words


def consequence(each: Consequence) -> str:
    """`every metric of acme/api`."""
    metrics = "every metric" if each.is_every_metric else metrics_in_words(each.metrics)
    return f"{metrics} of {', '.join(each.repositories[:NAMED])}{and_more(each.repositories)}"


def and_more(repositories: Sequence[str]) -> str:
    """` and 190 more` where not all are named."""
    left = len(repositories) - NAMED
    return f" and {left:,} more" if left > 0 else ""


def metrics_in_words(titles: tuple[str, ...]) -> str:
    """Titles within a sentence."""
    return wording.enumeration([title[0].lower() + title[1:] for title in titles])


def summary(status: Status, failed: int, asked: int, repositories: Mapping[str, int]) -> str:
    """What the report comes to, in one or two sentences.

    Args:
        status: Of the whole.
        failed: Checks that fail, counted by partition.
        asked: Checks that were asked, likewise.
        repositories: How many have figures `withheld` and how many `degraded`.
    """
    if status == "passing":
        return f"All {asked:,} checks pass."
    first = f"{failed:,} of {wording.plural(asked, 'check')} {'fails' if failed == 1 else 'fail'}."
    if status == "failing":
        return f"{first} No figure suffers."
    parts = [
        f"of {wording.plural(repositories[level], 'repository', 'repositories')} are {word}"
        for level, word in (("withheld", "withheld"), ("degraded", "marked as provisional"))
        if repositories[level]
    ]
    return f"{first} Figures {', and '.join(parts)}."


def since(check: Check) -> str:
    """What stands before the instant since when a check fails."""
    return "since" if check.has_passed else "since the first result that is kept,"


def share(dimension: DimensionShare) -> str:
    """`98 % (410 of 418)`; `not asked` when no check is of this dimension. All is said of all only."""
    asked = dimension.passed_count + dimension.failed_count
    if dimension.passed_ratio is None:
        return "not asked"
    return f"{percent_passing(dimension)} ({dimension.passed_count:,} of {asked:,})"


def percent_passing(dimension: DimensionShare) -> str:
    """`98 %`, cut off and not rounded, so that 100 % means all."""
    asked = dimension.passed_count + dimension.failed_count
    return f"{dimension.passed_count * 1000 // asked / 10:g} %" if asked else wording.UNKNOWN


def trend(line: CheckLine) -> str:
    """How many partitions failed the last times, the oldest first: `0, 0, 1`."""
    return ", ".join(f"{count:,}" for count in line.failed_trend)


def freshness(repository: RepositoryFreshness) -> str:
    """Whether the data are of today, in a word or two."""
    if not repository.is_collected:
        return "no longer collected"
    if repository.collected_at is None:
        return "never collected completely"
    return "fresh" if repository.is_fresh else "stale"


def _threshold(name: str, value: str, meaning: str) -> Threshold:
    return Threshold(f"{ENV_PREFIX}{name.upper()}", value, meaning)


def _percent(ratio: float) -> str:
    return f"{ratio * 100:.3g} %"
