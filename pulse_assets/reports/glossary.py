"""What the figures of a report mean and how they are counted."""

from pulse_assets.metrics.catalog import CATALOG
from pulse_assets.reports.model import Definition

_IN_FULL = ("change_lead_times", "dora_lead_time", "dora_deployment_frequency")
_FOR_READERS = (
    Definition(
        "Lead time for changes",
        "Hours from the first commit of a merged pull request to the finish of the first successful production "
        "deployment that contains it. A change belongs to the period in which it was deployed. The median is the "
        "middle change: half took less. Nine in ten took at most the 90th percentile (linear interpolation).",
    ),
    Definition(
        "Stages",
        "Coding: first commit to opened. Pickup: opened to the first review by another person; bots do not count. "
        "Review: first review to merged. Deploy: merged to deployed. A stage with a negative span is unknown and the "
        "change is marked. Medians of stages do not add up to the median of the whole.",
    ),
    Definition(
        "Where the time goes",
        "Each stage's part of all hours of the counted changes; long changes weigh more. Not split: hours between "
        "two known instants that cannot be divided, mostly of changes merged without a review by another person.",
    ),
    Definition(
        "Deployments",
        "Successful production deployments that finished in the period. Deployment days are the local days with at "
        "least one. An unknown period is a gap, not a zero.",
    ),
    Definition(
        "How a deployment is matched",
        "A deployment contains a change when its commit is at or after the change's merge commit on the first-parent "
        "line of the default branch, or is one of the change's own commits. Where commits cannot be compared, the "
        "first deployment after the merge is taken; such changes are marked.",
    ),
    Definition(
        "Left out",
        "Merged changes that are not counted, each with its reason. They are listed in the period of their merge, "
        "counted changes in the period of their deployment.",
    ),
    Definition(
        "Few rows, provisional figures",
        "A figure that rests on fewer than five rows is marked: read it as single cases. Figures of a period that was "
        "not over when the data were collected are provisional and are not compared.",
    ),
    Definition(
        "Shown durations",
        "Minutes below one hour, hours below 48 hours, else days of 24 hours, by the clock and not by working time. "
        "HTML (in the title of each figure), CSV and JSON hold the exact hours.",
    ),
)


def glossary() -> tuple[Definition, ...]:
    """The short definitions for readers, then the metrics' own, as they stand at the top of their SQL."""
    entries = (CATALOG[name] for name in _IN_FULL)
    return (*_FOR_READERS, *(Definition(entry.title, entry.definition, is_exact=True) for entry in entries))
