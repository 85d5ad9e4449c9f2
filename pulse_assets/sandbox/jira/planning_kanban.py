"""The work of a generated board without sprints: things come in, and are done one after the other."""

from pulse_assets.sandbox.jira.planning import DAY, HOUR, SECOND
from pulse_assets.sandbox.jira.planning_work import Work
from pulse_assets.sandbox.jira.workflow import BUG, INCIDENT, STORY, TASK
from pulse_assets.sandbox.jira.world import RESOLUTION, STATUS

_TYPES = (TASK, TASK, BUG, BUG, INCIDENT, STORY)


class Stream:
    """What reaches one project, at random."""

    def __init__(self, work: Work, days_between: float) -> None:
        self.work, self.rng, self.clock = work, work.rng, work.clock
        self._between = days_between * DAY

    def begin(self) -> None:
        self.clock.at(self.clock.now, self._import)
        self.clock.at(self.clock.now + HOUR, self._arrive)

    def _import(self) -> None:
        """What an older tool had done already, created as done."""
        done = self.clock.status(self.work.desk.flow.done)
        self.work.new(TASK, **{STATUS: done, RESOLUTION: ("10000", "Done")})

    def _arrive(self) -> None:
        issue_type = self.rng.choice(_TYPES)
        draft = self.work.new(issue_type)
        self.work.soon(2 * HOUR if issue_type is INCIDENT else 2 * DAY, lambda: self.work.begin(draft))
        self.clock.at(self.clock.now + int(self.rng.expovariate(1 / self._between)) + SECOND, self._arrive)
