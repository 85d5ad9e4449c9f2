"""Sprint after sprint of one generated board: planned, started, disturbed, closed, and what is left carried over."""

from dataclasses import dataclass, field

from pulse_assets.sandbox.jira.planning import DAY, HOUR, MINUTE, SECOND, Draft, at_work, instant
from pulse_assets.sandbox.jira.planning_work import Work
from pulse_assets.sandbox.jira.workflow import BUG, EPIC, STORY, SUBTASK, TASK
from pulse_assets.sandbox.jira.world import SPRINT, Board, Sprint, Value

_LENGTH = 14 * DAY
_TYPES = (STORY, STORY, STORY, TASK, TASK, BUG)
_GOALS = ("", "Ship it", "Less waiting", "No new bugs")


@dataclass
class SprintDraft:
    """A sprint in the making."""

    id: int
    name: str
    goal: str
    created: int
    started: int | None = None
    planned_end: int | None = None
    closings: list[tuple[int, int | None]] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        return self.started is not None and (not self.closings or self.closings[-1][1] is not None)

    def finished(self, board_id: int) -> Sprint:
        return Sprint(
            id=self.id,
            board_id=board_id,
            name=self.name,
            goal=self.goal,
            created_at=instant(self.created),
            started_at=None if self.started is None else instant(self.started),
            planned_end_at=None if self.planned_end is None else instant(self.planned_end),
            closings=tuple(
                (instant(closed), None if reopened is None else instant(reopened)) for closed, reopened in self.closings
            ),
        )


class Cadence:
    """The sprints of one board, which follow each other."""

    def __init__(self, work: Work, board: Board, size: int, exact: frozenset[int]) -> None:
        self.work, self.board, self.size = work, board, size
        self.clock, self.rng, self.desk = work.clock, work.rng, work.desk
        self.exact = exact
        self.first = 0
        self.sprints: list[SprintDraft] = []
        self.empty_sprints: list[SprintDraft] = []
        self._backlog: list[Draft] = []
        self._epics: list[Draft] = []

    def begin(self, first: int) -> None:
        """`first`: when the first sprint is to start."""
        clock, self.first = self.clock, first
        clock.at(clock.now, self._arrive)
        clock.at(first - DAY, lambda: self._plan(0, first))

    # ------------------------------------------------------------------ sprints
    def _sprint(self, number: int) -> SprintDraft:
        """Listed as a future one when it is first asked for."""
        while len(self.sprints) <= number:
            place = len(self.sprints)
            name = f"{self.board.project_key} Sprint {place + 1}"
            goal = self.rng.choice(_GOALS)
            self.sprints.append(SprintDraft(self.board.id * 1000 + place, name, goal, self.clock.now))
        return self.sprints[number]

    def _value(self, ids: list[int]) -> Value:
        names = {sprint.id: sprint.name for sprint in self.sprints}
        return ", ".join(map(str, ids)), ", ".join(names[one] for one in ids)

    def put(self, draft: Draft, sprint: SprintDraft) -> None:
        """Into the sprint; closed ones stay in the field, as on Cloud."""
        if draft.deleted is None and draft.project is self.desk and sprint.id not in draft.sprint_ids:
            closed = [one.id for one in self.sprints if one.closings and not one.is_open]
            kept = [one for one in draft.sprint_ids if one in closed]
            self.clock.edit(draft, self.desk.anybody(), (SPRINT, self._value([*kept, sprint.id])))

    def take_out(self, draft: Draft, sprint: SprintDraft) -> None:
        """Back to the backlog."""
        if draft.deleted is None and sprint.id in draft.sprint_ids:
            kept = [one for one in draft.sprint_ids if one != sprint.id]
            self.clock.edit(draft, self.desk.anybody(), (SPRINT, self._value(kept)))

    def _members(self, sprint: SprintDraft) -> list[Draft]:
        found = [draft for draft in self.desk.drafts if sprint.id in draft.sprint_ids and draft.deleted is None]
        return [draft for draft in found if draft.project is self.desk]

    # ------------------------------------------------------------------ the backlog
    def _arrive(self) -> None:
        """Issues are thought of at random; now and then an epic."""
        rng, work = self.rng, self.work
        if rng.random() < 0.04 or not self._epics:  # noqa: PLR2004
            epic = work.new(EPIC)
            self._epics.append(epic)
            work.soon(10 * DAY, lambda: work.begin(epic))
        else:
            draft = work.new(rng.choice(_TYPES))
            self._backlog.append(draft)
            fate = rng.random()
            if fate < 0.06:  # noqa: PLR2004 - done before anybody planned it; it is put into a sprint all the same
                work.begin(draft)
            elif fate < 0.3:  # noqa: PLR2004
                work.soon(DAY, lambda: work.adopt(draft, rng.choice(self._epics)))
        self.clock.at(self.clock.now + int(rng.expovariate(self.size / _LENGTH)) + SECOND, self._arrive)

    def _next_of_backlog(self) -> Draft | None:
        while self._backlog:
            draft = self._backlog.pop(0)
            if draft.deleted is None and draft.project is self.desk:
                return draft
        return None

    # ------------------------------------------------------------------ the life of a sprint
    def _plan(self, number: int, start: int) -> None:
        """Some days before, or at the last moment; what was carried over is in it already."""
        sprint, rng = self._sprint(number), self.rng
        room = self.size - len(self._members(sprint)) + rng.choice((-1, 0, 0, 1))
        for _ in range(max(0, room)):
            draft = self._next_of_backlog()
            if draft is None:
                break
            if rng.random() < 0.15:  # noqa: PLR2004 - the same click starts the sprint
                self.clock.at(start, lambda draft=draft: self.put(draft, sprint))
            else:
                self.put(draft, sprint)
        self.clock.at(start, lambda: self._start(number))

    def _start(self, number: int) -> None:
        sprint, rng, clock = self._sprint(number), self.rng, self.clock
        sprint.started = clock.now
        has_plan = rng.random() > 0.05  # noqa: PLR2004
        end = self.first + (number + 1) * _LENGTH
        sprint.planned_end = end if has_plan else None
        for draft in self._members(sprint):
            clock.at(at_work(rng, clock.now + rng.randrange(9 * DAY)), lambda draft=draft: self.work.begin(draft))
            if rng.random() < 0.15 and draft.issue_type is STORY:  # noqa: PLR2004
                self.work.divide(draft, **{SPRINT: self._value([sprint.id])})
        for _ in range(rng.choice((0, 1, 1, 2))):
            clock.at(self._within(), lambda: self._add(sprint))
        for _ in range(rng.choice((0, 0, 1, 1))):
            clock.at(self._within(), lambda: self._remove(sprint))
        for _ in range(rng.choice((0, 1, 1, 2))):
            clock.at(self._within(), lambda: self._reestimate(sprint))
        jitter = 0 if end in self.exact else rng.randrange(-DAY, 6 * HOUR)
        clock.at(end + jitter, lambda: self._close(number))
        self._sprint(number + 1)

    def _within(self) -> int:
        """Some time in the sprint that begins now."""
        return self.clock.now + self.rng.randrange(HOUR, 12 * DAY)

    def _add(self, sprint: SprintDraft) -> None:
        """From the backlog, or created in the sprint."""
        if not sprint.is_open:
            return
        if self.rng.random() < 0.5:  # noqa: PLR2004
            draft = self.work.new(self.rng.choice((BUG, TASK, STORY)), **{SPRINT: self._value([sprint.id])})
        else:
            draft = self._next_of_backlog()
            if draft is None:
                return
            self.put(draft, sprint)
        self.work.soon(DAY, lambda: self.work.begin(draft))

    def _remove(self, sprint: SprintDraft) -> None:
        """Back to the backlog, and sometimes back again."""
        found = [draft for draft in self._members(sprint) if draft.issue_type is not SUBTASK]
        if not sprint.is_open or not found:
            return
        draft = self.rng.choice(found)
        self.take_out(draft, sprint)
        if self.rng.random() < 0.4:  # noqa: PLR2004
            self.work.soon(DAY, lambda: self.put(draft, sprint) if sprint.is_open else None)
        else:
            self._backlog.append(draft)

    def _reestimate(self, sprint: SprintDraft) -> None:
        found = [draft for draft in self._members(sprint) if draft.issue_type is not SUBTASK]
        if sprint.is_open and found:
            self.work.estimate(self.rng.choice(found))

    def _close(self, number: int) -> None:
        """What is not done goes on to the next sprint, or to the backlog; sometimes somebody closed it too early."""
        sprint, rng, clock = self._sprint(number), self.rng, self.clock
        sprint.closings.append((clock.now, None))
        following = self._sprint(number + 1)
        for draft in self._members(sprint):
            if draft.is_done or draft.issue_type is SUBTASK:
                continue
            if rng.random() < 0.15:  # noqa: PLR2004
                self._backlog.append(draft)
                if rng.random() < 0.5:  # noqa: PLR2004 - some sites take it out of the field in that very moment
                    clock.at(clock.now, lambda draft=draft: self.take_out(draft, sprint))
            else:  # Jira writes the histories with the closing or some milliseconds after it
                clock.at(clock.now + rng.choice((0, 0, 130)), lambda draft=draft: self.put(draft, following))
        start = clock.now if clock.now in self.exact else clock.now + rng.randrange(MINUTE, 3 * HOUR)
        if rng.random() < 0.07 and clock.now not in self.exact:  # noqa: PLR2004
            clock.at(clock.now + 2 * HOUR, lambda: self._reopen(sprint))
            start = clock.now + 30 * HOUR
            clock.at(start - HOUR, lambda: sprint.closings.append((clock.now, None)))
        if rng.random() < 0.08:  # noqa: PLR2004
            self._close_empty(number)
        planned = clock.now if start == clock.now else clock.now + SECOND
        clock.at(planned, lambda: self._plan(number + 1, start))

    def _reopen(self, sprint: SprintDraft) -> None:
        closed, _ = sprint.closings[-1]
        sprint.closings[-1] = (closed, self.clock.now)

    def _close_empty(self, number: int) -> None:
        """A sprint that nobody puts anything into, started and closed beside the others."""
        empty, clock = SprintDraft(self.board.id * 1000 + 500 + number, "Hardening", "", self.clock.now), self.clock
        self.empty_sprints.append(empty)

        def start() -> None:
            empty.started, empty.planned_end = clock.now, clock.now + 3 * DAY

        clock.at(clock.now + HOUR, start)
        clock.at(clock.now + 3 * DAY, lambda: empty.closings.append((clock.now, None)))
