"""What every asset is given: the settings and, made from them, store, lake, GitHub, Jira and clock.

One object, because these parts belong together: a test that replaces the settings replaces all of them.
"""

import datetime as dt
from collections.abc import Callable
from functools import cached_property
from zoneinfo import ZoneInfo

from pulse_assets.graph.journal import Journal
from pulse_assets.graph.transitions import OnCheckTransitions, log_transitions
from pulse_assets.settings import Settings
from pulse_assets.sources.github.client import GitHub
from pulse_assets.sources.jira.client import Jira
from pulse_assets.store import Store
from pulse_assets.sync.progress import ProgressListener, ignore_progress
from pulse_assets.tables.lake import Lake

#: Its key among the resources.
RESOURCE = "pulse"
MakeGitHub = Callable[[Settings, Store], GitHub]
MakeJira = Callable[[Settings, Store], Jira]


def utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def github_of(settings: Settings, store: Store) -> GitHub:
    """GitHub with cache and limits that all processes share through the store."""
    return GitHub(settings, cache=store.http_cache, ledger=store.rate_limits)


def jira_of(settings: Settings, store: Store) -> Jira:
    """Jira likewise."""
    return Jira(settings, cache=store.http_cache, ledger=store.rate_limits)


class Pulse:
    """The resource `pulse`. It holds no connection: each step opens what it needs.

    Args:
        clock: The present instant (UTC).
        make_github, make_jira: Tests give fakes.
        on_progress: Receives the pages of a sync as they are landed.
        on_check_transitions: Told which checks fail now and passed before, or the other way round.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Callable[[], dt.datetime] = utc_now,
        make_github: MakeGitHub = github_of,
        make_jira: MakeJira = jira_of,
        on_progress: ProgressListener = ignore_progress,
        on_check_transitions: OnCheckTransitions = log_transitions,
    ) -> None:
        self.settings = settings
        self.clock = clock
        self.on_progress = on_progress
        self.on_check_transitions = on_check_transitions
        self.journal = Journal()
        self._make_github = make_github
        self._make_jira = make_jira

    @cached_property
    def zone(self) -> ZoneInfo:
        """The zone in which weeks and months begin."""
        return ZoneInfo(self.settings.timezone)

    @cached_property
    def lake(self) -> Lake:
        """The tables."""
        return Lake(self.settings.lake_path)

    def store(self) -> Store:
        """Opens the store; the caller closes it."""
        return Store.open(self.settings.store_url, clock=self.clock)

    def github(self, store: Store) -> GitHub:
        """Opens GitHub; the caller closes it."""
        return self._make_github(self.settings, store)

    def jira(self, store: Store) -> Jira:
        """Opens Jira; the caller closes it."""
        return self._make_jira(self.settings, store)
