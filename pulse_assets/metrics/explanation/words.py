"""Why a row is left out, in words."""

from collections.abc import Mapping
from types import MappingProxyType

REASONS: Mapping[str, str] = MappingProxyType(
    {
        "bot_author": "of a bot's pull request",
        "bot_commit": "written by a bot",
        "bot_reviewer": "by a bot",
        "cause_not_deployed": "its cause is in no production deployment",
        "commits_unknown": "a deployment's commits are not known, so nothing can be compared",
        "deployed_before_merge": "its code was in production before it was merged",
        "first_commit_unknown": "its first commit is not known",
        "first_deployment": "only the first deployment holds it, with nothing before to compare",
        "negative_lead_time": "its first commit is dated after its deployment",
        "negative_pickup": "its first review is dated before it was opened",
        "negative_recovery": "resolved before the deployment had finished",
        "negative_restore": "resolved before it was opened",
        "no_deployment_before": "no successful production deployment had finished before it began",
        "no_root_cause": "its text names no commit as root cause",
        "not_deployed": "not deployed to production yet",
        "not_positive": "less than a minute from commit to deployment",
        "not_recovered": "not recovered yet",
        "not_resolved": "not resolved yet",
        "not_successful": "the deployment did not succeed, so it never reached users",
        "other_base_branch": "merged into another branch than the default branch",
        "own_pull_request": "of the reviewer's own pull request",
        "reverted_before_deployment": "what it reverts had not been deployed before it",
    }
)


def reason_in_words(reason: str | None) -> str | None:
    """The words for a reason; an unnamed one is shown with blanks for underscores."""
    return None if reason is None else REASONS.get(reason, reason.replace("_", " "))
