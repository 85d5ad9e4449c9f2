"""What the figures of a report mean and how they are counted."""

from pulse_assets.metrics.catalog import CATALOG
from pulse_assets.reports.model import Definition
from pulse_assets.reports.planning.glossary import PLANNING_DEFINITIONS
from pulse_assets.tables.contracts import TABLES

_FOR_READERS = (
    Definition(
        "Lead time for changes",
        "Hours from the first commit of a merged pull request to the finish of the first successful production "
        "deployment that contains it. A change belongs to the period in which it was deployed. The median is the "
        "middle change: half took less. Nine in ten took at most the 90th percentile (linear interpolation). Pull "
        "requests of bots count: they reach users too.",
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
        "Change failure rate",
        "Part of the successful production deployments to which at least one incident is attributed. An incident is "
        "an issue with an incident label, a revert, a hotfix or a rollback. It is attributed by link (root cause, "
        "reverted pull request, closed issue, rollback), else to the latest deployment before it: of its service where "
        "a label names one, else of the repository. A deployment that did not succeed never reached users and is left "
        "out.",
    ),
    Definition(
        "Recovery time, time to restore",
        "Recovery: finish of the failed deployment to the resolution of its incidents, or to the deployment of its "
        "remedy. It belongs to the period in which it recovered; open failures are counted, never timed. Time to "
        "restore is the older metric: an incident report opened to resolved.",
    ),
    Definition(
        "Rework rate",
        "Part of the successful production deployments that were unplanned and mended production: a rollback, or the "
        "first deployment of a revert, of a hotfix, or of a change that closes an incident report.",
    ),
    Definition(
        "Clearly better or worse, chance",
        "The 95 % interval says how far a figure would scatter if the period were drawn again from its own rows "
        "(bootstrap). A figure moved clearly when the difference exceeds what both intervals explain together (the "
        "root of the sum of the squares of their reaches toward each other); a count, when it exceeds 1.96 times the "
        "root of the sum of both. Anything less chance may explain, and so may anything that rests on few rows.",
    ),
    Definition(
        "Reviews and contribution",
        "Of teams and repositories, never a ranking of persons; bots are set apart. Balance is how evenly the reviews "
        "were shared: the entropy of the shares by its maximum, 100 % when all gave as many. The busiest reviewer's "
        "part says how much rests on one person, not on whom.",
    ),
    Definition(
        "Compared with the DORA report",
        "Levels are clusters found in the answers of a survey, not cut-offs and not goals. Nothing is graded that is "
        "provisional, withheld or unknown, or for which the report gives nothing.",
    ),
    Definition(
        "Withheld",
        "A figure whose data failed a check that it rests on is not shown; the reason is. It is a gap in the trend.",
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


#: Facts of repositories that are empty without projects.
_OF_BOTH = {"jira_incidents"}
#: What holds for every figure, whatever it is of.
_OF_ALL = {
    "Clearly better or worse, chance",
    "Withheld",
    "Few rows, provisional figures",
    "Shown durations",
}


def glossary(*, has_repositories: bool = True, has_projects: bool = False) -> tuple[Definition, ...]:
    """The short definitions for readers, then the metrics' own, as they stand at the top of their SQL.

    Args:
        has_repositories: The report has figures of repositories.
        has_projects: It has figures of projects.
    """
    readers = [each for each in _FOR_READERS if has_repositories or each.title in _OF_ALL]
    exact = (
        Definition(entry.title, entry.definition, is_exact=True)
        for entry in CATALOG.values()
        if _is_told(entry.name, has_repositories=has_repositories, has_projects=has_projects)
    )
    return (*readers, *(PLANNING_DEFINITIONS if has_projects else ()), *exact)


def _is_told(name: str, *, has_repositories: bool, has_projects: bool) -> bool:
    if name in _OF_BOTH:
        return has_repositories and has_projects
    return has_repositories if TABLES[name].family == "delivery" else has_projects
