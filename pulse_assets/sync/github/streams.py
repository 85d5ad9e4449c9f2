"""The streams of a repository in the order in which they are read."""

from pulse_assets.settings import Settings
from pulse_assets.sources.github.client import GitHub
from pulse_assets.store.database import Store
from pulse_assets.sync.github.census import Census
from pulse_assets.sync.github.collection import Collection, Complete
from pulse_assets.sync.github.commits import Commits
from pulse_assets.sync.github.deployments import Deployments
from pulse_assets.sync.github.incidents import Incidents
from pulse_assets.sync.github.pull_requests import PullRequests
from pulse_assets.sync.github.releases import Releases
from pulse_assets.sync.github.repository import Repository
from pulse_assets.sync.github.workflow_runs import WorkflowRuns
from pulse_assets.sync.stream import Stream


def github_streams(
    github: GitHub, store: Store, settings: Settings, *, page_size: int | None = None
) -> tuple[Stream, ...]:
    """The streams of one repository for one sync; ask anew for the next one.

    Args:
        github: The client; may be shared by all partitions.
        store: Where the landed rows are, for what has to be compared with them.
        settings: Names the labels of incidents, what a deployment is, and how often there is a census.
        page_size: Pull requests a page; None leaves it to the client.
    """
    collection = Collection()
    has_runs = settings.deployment_source == "workflow_runs"
    runs = (WorkflowRuns(github, collection, pattern=settings.workflow_pattern),) if has_runs else ()
    return (
        Repository(github, collection),
        PullRequests(github, collection, page_size=page_size),
        Commits(github, store, collection),
        Releases(github, store),
        Deployments(github, collection),
        Incidents(github, store, labels=settings.incident_labels),
        *runs,
        Census(github, store, collection, days=settings.census_days),
        Complete(store, collection),
    )
