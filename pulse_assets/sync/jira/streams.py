"""The streams of a project in the order in which they are read."""

from pulse_assets.settings import Settings
from pulse_assets.sources.jira.client import Jira
from pulse_assets.store.database import Store
from pulse_assets.sync.jira import lists
from pulse_assets.sync.jira.board_issues import BoardIssues
from pulse_assets.sync.jira.census import Census
from pulse_assets.sync.jira.collection import Collection, Complete, Projects
from pulse_assets.sync.jira.issues import Issues
from pulse_assets.sync.jira.users import Users
from pulse_assets.sync.stream import Stream


def jira_streams(jira: Jira, store: Store, settings: Settings, *, page_size: int | None = None) -> tuple[Stream, ...]:
    """The streams of one project for one sync; ask anew for the next one.

    Args:
        jira: The client; may be shared by all partitions.
        store: Where the landed rows are, for what has to be compared with them.
        settings: Says how often there is a census.
        page_size: Issues a page; None leaves it to the client.
    """
    collection = Collection()
    days = settings.census_days
    return (
        Projects(jira, collection),
        lists.fields(jira, store, collection),
        lists.statuses(jira, store, collection),
        lists.workflows(jira, store, collection),
        lists.boards(jira, store, collection),
        lists.sprints(jira, store, collection),
        Issues(jira, store, collection, page_size=page_size),
        BoardIssues(jira, store, collection, days=days),
        Users(jira, store, collection, days=days),
        Census(jira, store, collection, days=days),
        Complete(store, collection),
    )
