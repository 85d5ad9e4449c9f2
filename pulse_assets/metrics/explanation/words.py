"""Why a row is left out, in words."""

from collections.abc import Mapping
from types import MappingProxyType

REASONS: Mapping[str, str] = MappingProxyType(
    {
        "better_match": "another account is matched by stronger evidence",
        "bot_author": "of a bot's pull request",
        "bot_commit": "written by a bot",
        "bot_reviewer": "by a bot",
        "cause_not_deployed": "its cause is in no production deployment",
        "commits_unknown": "a deployment's commits are not known, so nothing can be compared",
        "declared_otherwise": "the file of the people names another account",
        "deployed_before_merge": "its code was in production before it was merged",
        "deployed_before_start": "its pull requests were in production before work on it began",
        "done_before_start": "done when the sprint was started",
        "done_status": "a stay in a done status, in which nobody waits",
        "epic": "an epic, which is completed through its issues",
        "first_commit_unknown": "its first commit is not known",
        "first_deployment": "only the first deployment holds it, with nothing before to compare",
        "negative_lead_time": "its first commit is dated after its deployment",
        "negative_pickup": "its first review is dated before it was opened",
        "negative_recovery": "resolved before the deployment had finished",
        "negative_restore": "resolved before it was opened",
        "never_in_progress": "it never was in progress before it was done",
        "no_deployment_before": "no successful production deployment had finished before it began",
        "no_pull_request": "no pull request names it",
        "no_repository": "it belongs to no repository",
        "no_root_cause": "its text names no commit as root cause",
        "not_deployed": "not deployed to production yet",
        "not_done": "not done",
        "not_merged": "a pull request that names it is not merged",
        "not_positive": "less than a minute from commit to deployment",
        "not_recovered": "not recovered yet",
        "not_resolved": "not resolved yet",
        "not_successful": "the deployment did not succeed, so it never reached users",
        "other_base_branch": "merged into another branch than the default branch",
        "own_pull_request": "of the reviewer's own pull request",
        "rejected": "the file of the people says that they are two",
        "reverted_before_deployment": "what it reverts had not been deployed before it",
        "subtask": "a sub-task, which is a part of another issue",
        "too_little_evidence": "too little speaks for one person",
        "unknown_issue": "no collected issue has the key",
    }
)


def reason_in_words(reason: str | None) -> str | None:
    """The words for a reason; an unnamed one is shown with blanks for underscores."""
    return None if reason is None else REASONS.get(reason, reason.replace("_", " "))
