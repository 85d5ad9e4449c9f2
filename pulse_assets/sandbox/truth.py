"""The true facts and metrics of an organization, by plain loops over what the world knows of itself.

The order of the default branch and the deployed commits are known, so nothing is searched for. The modules `truth*`
share no line with the code that they judge; this one is their door.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TypeVar
from zoneinfo import ZoneInfo

from pulse_assets.errors import NotFound
from pulse_assets.sandbox import truth_devlake_figures as devlake
from pulse_assets.sandbox import truth_figures as pulse
from pulse_assets.sandbox.organization import Organization
from pulse_assets.sandbox.truth_changes import Row
from pulse_assets.sandbox.truth_figures import Figures
from pulse_assets.sandbox.truth_periods import Grain, Scope
from pulse_assets.sandbox.truth_repository import RepositoryTruth
from pulse_assets.sandbox.truth_rules import DeploymentSource, Rules
from pulse_assets.sandbox.view import RepositoryView

__all__ = ["DeploymentSource", "Grain", "Row", "Rules", "Truth"]

_Thing = TypeVar("_Thing", RepositoryView, RepositoryTruth)


class Truth:
    """Facts and metrics as of an instant (default: the organization's `until`), which is `collected_at`.

    Rows are dicts with the columns of the tables; instants are aware datetimes in UTC, `period_start` is a date, hours
    are floats, and what is missing is None (no flags too). Facts are in the order of their keys. Metrics are in order
    of scope (all, teams, repositories, each by name) and period; a team is its collected repositories. A review by a
    deleted account counts as somebody else's.

    Args:
        at: The instant as of which everything is known.
        repositories: Full names of those that were collected; default: all that are neither forks nor archived.
        teams: Full names of repositories by team.
        rules: What a user chose otherwise than by default.

    Raises:
        NotFound: There is no such repository as of the instant.
    """

    def __init__(
        self,
        organization: Organization,
        at: dt.datetime | None = None,
        *,
        repositories: Sequence[str] | None = None,
        teams: Mapping[str, Sequence[str]] | None = None,
        rules: Rules | None = None,
    ) -> None:
        world = organization.at(at)
        self.collected_at = world.instant
        if repositories is None:
            views = [v for v in world.repositories if not v.repository.is_fork and not v.repository.is_archived]
        else:
            views = [_found(world.repository(name), name) for name in repositories]
        self._repositories = {view.full_name: RepositoryTruth(view, rules or Rules()) for view in views}
        self._teams = teams or {}

    # ------------------------------------------------------------------ facts
    def repository(self, name: str) -> RepositoryTruth:
        """All facts of one repository.

        Raises:
            NotFound: It was not collected.
        """
        return _found(self._repositories.get(name), name)

    def change_lead_times(self, repository: str) -> list[Row]:
        """One row per merged pull request."""
        return self.repository(repository).changes

    def incidents(self, repository: str) -> list[Row]:
        """One row per incident: reported in an issue, or seen in a revert, a hotfix or a rollback."""
        return self.repository(repository).incidents

    def deployment_outcomes(self, repository: str) -> list[Row]:
        """One row per production deployment."""
        return self.repository(repository).outcomes

    def devlake_changes(self, repository: str) -> list[Row]:
        """One row per merged pull request, by the rules of Apache DevLake and the real graph of commits."""
        return self.repository(repository).devlake_changes

    # ------------------------------------------------------------------ metrics, definition `pulse`
    def lead_time(self, grain: Grain, zone: str = "UTC") -> list[Row]:
        """Rows of `dora_lead_time`."""
        return self._rows(pulse.lead_time, grain, zone)

    def deployment_frequency(self, grain: Grain, zone: str = "UTC") -> list[Row]:
        """Rows of `dora_deployment_frequency`."""
        return self._rows(pulse.deployment_frequency, grain, zone)

    def change_failure_rate(self, grain: Grain, zone: str = "UTC") -> list[Row]:
        """Rows of `dora_change_failure_rate`."""
        return self._rows(pulse.change_failure_rate, grain, zone)

    def recovery_time(self, grain: Grain, zone: str = "UTC") -> list[Row]:
        """Rows of `dora_recovery_time`."""
        return self._rows(pulse.recovery_time, grain, zone)

    def rework_rate(self, grain: Grain, zone: str = "UTC") -> list[Row]:
        """Rows of `dora_rework_rate`."""
        return self._rows(pulse.rework_rate, grain, zone)

    # ------------------------------------------------------------------ metrics, definition `devlake`
    def devlake_lead_time(
        self, grain: Grain, zone: str = "UTC", *, uncounted: Collection[devlake.Change] = ()
    ) -> list[Row]:
        """Rows of `dora_lead_time`, as if the deployment of the changes `uncounted` had not been found."""
        return self._rows(lambda period: devlake.lead_time(period, uncounted=uncounted), grain, zone)

    def devlake_deployment_frequency(self, grain: Grain, zone: str = "UTC") -> list[Row]:
        """Rows of `dora_deployment_frequency`."""
        return self._rows(lambda period: pulse.deployment_frequency(period, "devlake"), grain, zone)

    def devlake_change_failure_rate(self, grain: Grain, zone: str = "UTC") -> list[Row]:
        """Rows of `dora_change_failure_rate`."""
        return self._rows(devlake.change_failure_rate, grain, zone)

    def devlake_recovery_time(self, grain: Grain, zone: str = "UTC") -> list[Row]:
        """Rows of `dora_recovery_time`."""
        return self._rows(devlake.recovery_time, grain, zone)

    def _rows(self, figures: Figures, grain: Grain, zone: str) -> list[Row]:
        return [figures(period) for scope in self._scopes(ZoneInfo(zone)) for period in scope.periods(grain)]

    def _scopes(self, zone: ZoneInfo) -> Iterable[Scope]:
        everything = [self._repositories[name] for name in sorted(self._repositories)]
        yield Scope("all", "all", everything, zone, self.collected_at)
        for team in sorted(self._teams):
            members = [one for one in everything if one.name in self._teams[team]]
            yield Scope("team", team, members, zone, self.collected_at)
        for one in everything:
            yield Scope("repository", one.name, [one], zone, self.collected_at)


def _found(thing: _Thing | None, name: str) -> _Thing:
    if thing is None:
        raise NotFound(f"The sandbox has no repository {name}.", hint="Name one as of that instant.")
    return thing
