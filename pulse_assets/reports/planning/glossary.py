"""What the figures of projects mean and how they are counted, in short."""

from pulse_assets.reports.model import Definition

PLANNING_DEFINITIONS = (
    Definition(
        "Cycle time, created to done",
        "Cycle time: from the first entry of an issue into a status in progress to its last completion. Created to "
        "done: from its creation. An issue belongs to the period of its last completion, and only while it is done. "
        "Sub-tasks and epics are left out, and what never was in progress. The median is the middle issue; 85 in a "
        "hundred took at most the 85th percentile (linear interpolation). Working hours are those of the business "
        "calendar, and are never told in days.",
    ),
    Definition(
        "Flow efficiency",
        "Hours in statuses in progress that are not waiting (PULSE_JIRA_WAITING_STATUSES) by all hours of cycle time, "
        "over all issues of the cycle time: long issues weigh more. Where the setting names none, every status in "
        "progress is active.",
    ),
    Definition(
        "Throughput",
        "Issues done, by the period of their last completion. Story points are those of today, and tell nothing across "
        "teams that estimate differently.",
    ),
    Definition(
        "Work in progress and its age",
        "Issues in a status in progress at the end of each day of the period; the mean is over these days. The age of "
        "an issue at the end of the last day runs from its first entry into a status in progress.",
    ),
    Definition(
        "Time in status",
        "Whole length of the stays in a status that ended in the period, and the hours of all stays that lie within "
        "it. Statuses stand under the name that they had at the time; what is done is left out.",
    ),
    Definition(
        "Issue start to production",
        "From the first entry into a status in progress until all merged pull requests that name the issue were in "
        "production; by the period of the last deployment.",
    ),
    Definition(
        "Sprints",
        "Rebuilt from the histories of the issues: committed is what was in a sprint at its start, completed what was "
        "in it and done at its end, carried over what was in it and not done. A sprint belongs to the period of its "
        "completion. Velocity: completed points per sprint, with the estimates of its end.",
    ),
    Definition(
        "Defect share, re-open rate",
        "Defect share: defects by all issues done in the period; found in production are those with a label of "
        "PULSE_JIRA_ESCAPED_LABELS. Re-open rate: completions of the period that were taken back later, by all "
        "completions of the period; that of the last periods can still grow, so it is not compared.",
    ),
)
