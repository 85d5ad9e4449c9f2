"""What the tables' reasons, flags and kinds are called in a report."""

from collections.abc import Mapping

from pulse_assets.metrics.explanation.words import REASONS

__all__ = [
    "ATTRIBUTIONS",
    "DEPLOYMENT_FLAGS",
    "FLAGS",
    "KINDS",
    "MATCHES",
    "REASONS",
    "deployment_flags_in_words",
    "flags_in_words",
    "in_words",
    "kinds_in_words",
    "split",
]

FLAGS = {
    "first_deployment": "in the repository's first known deployment",
    "matched_by_time": "first deployment after the merge; commits could not be compared",
    "negative_coding": "opened before its first commit: no coding time",
    "negative_deploy": "deployed before the merge: no deploy time",
    "negative_pickup": "reviewed before it was opened: no pickup time",
    "negative_review": "merged before its first review: no review time",
}
DEPLOYMENT_FLAGS = {
    "commits_unknown": "commits could not be compared",
    "first_deployment": "first known deployment of its service",
    "negative_recovery": "resolved before the deployment finished: no recovery time",
}
MATCHES = {
    "commit": "matched by commit",
    "time": "matched by time",
}
KINDS = {
    "hotfix": "hotfix",
    "incident_link": "closes an incident",
    "issue": "incident report",
    "revert": "revert",
    "rollback": "rollback",
}
ATTRIBUTIONS = {
    "link": "by link",
    "time": "by time",
}


def in_words(names: Mapping[str, str], name: str | None) -> str:
    """The words for a reason, flag or match; an unnamed one is shown with spaces for underscores."""
    return names.get(name, name.replace("_", " ")) if name else "no reason given"


def flags_in_words(flags: str | None) -> list[str]:
    """Each of the comma separated flags of a change in words."""
    return [in_words(FLAGS, flag) for flag in split(flags)]


def deployment_flags_in_words(flags: str | None) -> list[str]:
    """The same of a deployment, where `first_deployment` means the first of its service."""
    return [in_words(DEPLOYMENT_FLAGS, flag) for flag in split(flags)]


def kinds_in_words(kinds: str | None) -> list[str]:
    """Each of the comma separated kinds of incident or rework in words."""
    return [in_words(KINDS, kind) for kind in split(kinds)]


def split(names: str | None) -> list[str]:
    return [name.strip() for name in (names or "").split(",") if name.strip()]
