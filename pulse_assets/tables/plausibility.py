"""Which values cannot be true, or hardly: impossible orders of times, clocks that were wrong, sizes beyond belief."""

from collections.abc import Mapping
from types import MappingProxyType

#: A condition in DuckDB's SQL that holds for rows that are not to be believed, and what it says of such a row.
#: `$latest_at` is a day after the collection.
Rule = tuple[str, str]

#: A pull request of this size is generated or vendored code: nobody wrote or reviewed it.
_LINES = 1_000_000


def _before(first: str, second: str) -> Rule:
    return f"{first} < {second}", f"{first} is before {second}"


def _ahead(*columns: str) -> tuple[Rule, ...]:
    return tuple((f"{column} > $latest_at", f"{column} is more than a day after the collection") for column in columns)


#: Of commits, whose times are those of their author's machine.
_CLOCKS: tuple[Rule, ...] = (
    ("authored_at > committed_at + interval 1 day", "authored_at is more than a day after committed_at"),
    # A clock that was never set begins at 1970-01-01.
    ("authored_at < '1971-01-01T00:00:00Z'::timestamptz", "authored_at is in 1970 or before"),
    *_ahead("authored_at", "committed_at"),
)

_TOO_EARLY_A_REVIEW = """
exists (
    select 1 from pull_requests as p
    where p.repository = pull_request_reviews.repository and p.number = pull_request_reviews.number
        and pull_request_reviews.submitted_at < p.created_at
)
"""

_BEFORE_ITS_ISSUE = """
exists (
    select 1 from issues as i
    where i.project = issue_changes.project and i.key = issue_changes.key and issue_changes.changed_at < i.created_at
)
"""

#: The rules by table.
RULES: Mapping[str, tuple[Rule, ...]] = MappingProxyType(
    {
        "repositories": _ahead("created_at", "pushed_at"),
        "pull_requests": (
            _before("merged_at", "created_at"),
            _before("closed_at", "created_at"),
            _before("updated_at", "created_at"),
            _before("merged_at", "first_commit_at"),
            ("merged_at is not null and state = 'open'", "merged_at is set and state is open"),
            ("additions + deletions > 0 and changed_files_count = 0", "lines changed in no file"),
            (f"additions + deletions > {_LINES}", f"more than {_LINES:,} lines changed"),
            *_ahead("created_at", "updated_at", "closed_at", "merged_at", "first_commit_at"),
        ),
        "pull_request_commits": _CLOCKS,
        "pull_request_reviews": (
            (_TOO_EARLY_A_REVIEW, "submitted_at is before its pull request was opened"),
            *_ahead("submitted_at"),
        ),
        "commits": _CLOCKS,
        "releases": _ahead("created_at", "published_at"),
        "deployments": (_before("finished_at", "created_at"), *_ahead("created_at", "finished_at")),
        "incident_reports": (
            _before("resolved_at", "opened_at"),
            _before("updated_at", "opened_at"),
            ("resolved_at is not null and state = 'open'", "resolved_at is set and state is open"),
            *_ahead("opened_at", "resolved_at", "updated_at"),
        ),
        "sprints": (
            _before("ended_at", "started_at"),
            _before("completed_at", "started_at"),
            ("state <> 'future' and started_at is null", "it was started, and started_at is not set"),
            ("state = 'closed' and completed_at is null", "it is closed, and completed_at is not set"),
            # Its planned end may be far ahead.
            *_ahead("started_at", "completed_at"),
        ),
        "issues": (
            _before("resolved_at", "created_at"),
            _before("updated_at", "created_at"),
            ("parent_key = key", "it is its own parent"),
            *_ahead("created_at", "updated_at", "resolved_at"),
        ),
        "issue_changes": (
            (_BEFORE_ITS_ISSUE, "changed_at is before its issue was created"),
            *_ahead("changed_at"),
        ),
    }
)
