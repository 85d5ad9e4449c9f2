"""What a user may choose that changes the truth, with the defaults of the settings of the same names."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pulse_assets.sandbox.organization import PullRequest

DeploymentSource = Literal["deployments", "releases", "workflow_runs", "merges"]
Remedy = Literal["revert", "hotfix"]


@dataclass(frozen=True)
class Rules:
    """How labels, branches and workflows are read; patterns are regular expressions, searched."""

    deployment_source: DeploymentSource = "deployments"
    workflow_pattern: str = r"(?i)deploy.*\b(prod|production|live)\b"
    hotfix_pattern: str = r"(?i)^hotfix([-_/ ]|$)"
    service_label_prefix: str = "service:"
    incident_labels: Sequence[str] = ("incident",)

    def is_incident(self, labels: Sequence[str]) -> bool:
        """GitHub's labels ignore case."""
        wanted = [label.lower() for label in self.incident_labels]
        return any(label.lower() in wanted for label in labels)

    def service(self, labels: Sequence[str]) -> str | None:
        """What failed; of several the first in alphabetic order."""
        for label in sorted(labels):
            name = label[len(self.service_label_prefix) :].strip()
            if name and label.lower().startswith(self.service_label_prefix.lower()):
                return name
        return None

    def remedy(self, pull: PullRequest, labels: Sequence[str]) -> Remedy | None:
        """A revert says in its body what it reverts, or has the title or the branch that GitHub gives it.

        One that is a hotfix too is a revert.
        """
        is_named_so = pull.title.startswith('Revert "') or re.match(r"revert-\d+-", pull.head_branch)
        if pull.reverts_number is not None or is_named_so:
            return "revert"
        fits = any(re.search(self.hotfix_pattern, text) for text in (*labels, pull.head_branch))
        return "hotfix" if fits else None
