"""How people work on a generated issue: it is started, checked, done, and sometimes taken back."""

from collections.abc import Callable

from pulse_assets.sandbox.jira.planning import DAY, HOUR, MINUTE, Clock, Desk, Draft, at_work, instant
from pulse_assets.sandbox.jira.workflow import BUG, EPIC, INCIDENT, STORY, SUBTASK, TASK
from pulse_assets.sandbox.jira.world import ASSIGNEE, LABELS, PARENT, RANK, STATUS, SUMMARY, IssueType, Status, Value

_POINTS = (1, 1, 2, 2, 3, 3, 5, 5, 8, 13, 0.5)
_WORDS = ("invoice", "refund", "login", "export", "search", "cart", "report", "webhook", "UTF-8 names", "currency")
_DEEDS = ("Add", "Rework", "Speed up", "Document", "Remove", "Test")
_TROUBLES = ("fails at night", "is slow", "shows too much", "loses rows", "answers 500")
_MANY_HISTORIES = 43


def points_of(number: float) -> Value:
    """As the changelog writes it: no id, and no needless decimals."""
    return None, f"{number:g}"


class Work:
    """What happens to the issues of one project."""

    def __init__(self, clock: Clock, desk: Desk) -> None:
        self.clock = clock
        self.desk = desk
        self.rng = desk.rng

    def soon(self, mean: float, action: Callable[[], None]) -> None:
        """After about `mean` milliseconds, at working hours."""
        later = self.clock.now + MINUTE + int(self.rng.expovariate(1 / mean))
        self.clock.at(at_work(self.rng, later), action)

    # ------------------------------------------------------------------ new issues
    def new(self, issue_type: IssueType, **values: Value) -> Draft:
        """An issue with a summary, often an estimate, and labels that suit its type."""
        rng, desk = self.rng, self.desk
        thing = rng.choice(_WORDS)
        if issue_type in (BUG, INCIDENT):
            summary = f"The {thing} {rng.choice(_TROUBLES)}"
        else:
            summary = f"{rng.choice(_DEEDS)} the {thing}"
        labels = self._labels(issue_type)
        if labels:
            values[LABELS] = (None, labels)
        if desk.estimation and issue_type in (STORY, TASK, BUG) and rng.random() < 0.7:  # noqa: PLR2004
            values[desk.estimation] = points_of(rng.choice(_POINTS))
        draft = self.clock.create(desk, issue_type, summary, **values)
        draft.comments += [self.clock.now + rng.randrange(20 * DAY) for _ in range(rng.choice((0, 0, 0, 1, 2)))]
        if desk.estimation and desk.estimation not in values and issue_type is STORY and rng.random() < 0.6:  # noqa: PLR2004
            self.soon(2 * DAY, lambda: self.estimate(draft))
        return draft

    def _labels(self, issue_type: IssueType) -> str:
        rng, labels = self.rng, list[str]()
        if issue_type is INCIDENT:
            labels.append(f"service:{rng.choice(('api', 'web', 'worker'))}")
        if issue_type is BUG and rng.random() < 0.35:  # noqa: PLR2004
            labels.append(rng.choice(("escaped", "production")))
        if rng.random() < 0.2:  # noqa: PLR2004
            labels.append("customer")
        return " ".join(sorted(labels))

    def estimate(self, draft: Draft) -> None:
        """Another estimate than before, or a first one."""
        field = draft.project.estimation
        if field is not None and field == self.desk.estimation:
            before = draft.values.get(field, (None, None))
            other = [points_of(number) for number in _POINTS if points_of(number) != before]
            self.clock.edit(draft, self.desk.anybody(), (field, self.rng.choice(other)))

    def divide(self, draft: Draft, **values: Value) -> None:
        """Sub-tasks, which are worked on like others; `values` they have beside their parent."""
        parent: Value = (str(draft.id), draft.values["Key"][1])
        for _ in range(self.rng.choice((1, 2))):
            part = self.new(SUBTASK, **({PARENT: parent} | values))
            self.soon(2 * DAY, lambda part=part: self.begin(part))

    def adopt(self, draft: Draft, epic: Draft) -> None:
        """Put under an epic."""
        if draft.issue_type not in (EPIC, SUBTASK):
            value: Value = (str(epic.id), epic.values["Key"][1])
            self.clock.edit(draft, self.desk.anybody(), (PARENT, value))

    # ------------------------------------------------------------------ steps
    def begin(self, draft: Draft) -> None:
        """Takes it up, unless somebody has; what follows comes by itself."""
        if draft.is_stepping or not draft.is_in(draft.flow.todo) or draft.deleted is not None:
            return
        draft.is_stepping = True
        rng, person = self.rng, draft.project.anybody()
        assignee = (ASSIGNEE, (person.account_id, person.name))
        fate = rng.random()
        if fate < 0.04:  # noqa: PLR2004 - somebody drags it across the board, and Jira writes one history
            doing = (STATUS, self.clock.status(draft.flow.doing))
            values = [doing, (STATUS, self.clock.status(draft.flow.done)), ("resolution", ("10000", "Done"))]
            self.clock.edit(draft, person, *values)
            self._rest(draft)
        elif fate < 0.09:  # noqa: PLR2004 - done or rejected without having been in progress
            self.finish(draft, draft.flow.rejected or draft.flow.done)
        else:
            self.clock.move(draft, person, draft.flow.doing, assignee)
            self.soon(30 * HOUR, lambda: self._go_on(draft, 0))

    def _go_on(self, draft: Draft, checked: int) -> None:
        """From doing, or a check, to the next one, with a chance of going back."""
        flow, rng = draft.flow, self.rng
        checks = [status for status in flow.checks if status.is_there_at(instant(self.clock.now))]
        if draft.is_done or draft.deleted is not None:
            self._rest(draft)
        elif draft.is_in(flow.waiting):
            self.clock.move(draft, self.desk.anybody(), flow.doing)
            self.soon(8 * HOUR, lambda: self._go_on(draft, checked))
        elif flow.waiting is not None and rng.random() < 0.3:  # noqa: PLR2004
            self.clock.move(draft, self.desk.anybody(), flow.waiting)
            self.soon(20 * HOUR, lambda: self._go_on(draft, checked))
        elif checked and not draft.is_in(flow.doing) and rng.random() < 0.2:  # noqa: PLR2004 - a check says no
            self.clock.move(draft, draft.project.anybody(), flow.doing)
            self.soon(10 * HOUR, lambda: self._go_on(draft, 0))
        elif checked < len(checks):
            self.clock.move(draft, draft.project.anybody(), checks[checked])
            self.soon(14 * HOUR, lambda: self._go_on(draft, checked + 1))
        else:
            self.finish(draft, flow.done)

    def finish(self, draft: Draft, status: Status) -> None:
        """To a done status, and perhaps back."""
        self.clock.move(draft, draft.project.anybody(), status)
        self._rest(draft)
        if draft.flow.rejected not in (None, status) and self.rng.random() < 0.03:  # noqa: PLR2004
            self.soon(DAY, lambda: self._judge(draft))

    def _judge(self, draft: Draft) -> None:
        """From one done status to another, which is no second completion."""
        if draft.is_in(draft.flow.done) and draft.flow.rejected is not None:
            self.clock.move(draft, self.desk.anybody(), draft.flow.rejected)

    def _rest(self, draft: Draft) -> None:
        draft.is_stepping = False
        if self.rng.random() < 0.09:  # noqa: PLR2004
            self.soon(4 * DAY, lambda: self.reopen(draft))

    def reopen(self, draft: Draft) -> None:
        """Back to work, or back to the beginning."""
        if not draft.is_done or draft.deleted is not None or draft.is_stepping:
            return
        if self.rng.random() < 0.6:  # noqa: PLR2004
            draft.is_stepping = True
            self.clock.move(draft, self.desk.anybody(), draft.flow.doing)
            self.soon(20 * HOUR, lambda: self._go_on(draft, 0))
        else:
            self.clock.move(draft, self.desk.anybody(), draft.flow.todo)
            self.soon(3 * DAY, lambda: self.begin(draft))

    # ------------------------------------------------------------------ oddities
    def delete(self, draft: Draft) -> None:
        """Gone for good, with all that it was."""
        draft.deleted = self.clock.now if draft.deleted is None else draft.deleted

    def fiddle(self, draft: Draft) -> None:
        """More histories than Jira lists with an issue (40)."""
        for number in range(_MANY_HISTORIES):
            self.clock.at(self.clock.now + number * 7 * MINUTE, lambda number=number: self._touch(draft, number))

    def _touch(self, draft: Draft, number: int) -> None:
        text = draft.values[SUMMARY][1] or ""
        rank: Value = ("", f"Ranked {'higher' if number % 2 else 'lower'}")
        value = (RANK, rank) if number % 3 else (SUMMARY, (None, text.removesuffix("!") if number % 2 else f"{text}!"))
        self.clock.edit(draft, self.clock.automation, value)

    def drop_status(self, doomed: Status) -> None:
        """Whoever is in the status goes back to doing: by a history, or by a migration that writes none."""
        for draft in self.desk.drafts:
            if draft.is_in(doomed) and draft.deleted is None:
                value = self.clock.status(draft.flow.doing)
                if draft.id % 2:
                    self.clock.edit(draft, self.clock.automation, (STATUS, value))
                else:
                    draft.values[STATUS] = value
                    draft.unlogged.append((instant(self.clock.now), STATUS, value))

    def move_to(self, draft: Draft, other: Desk) -> None:
        """Into another project, with a new key and a status of that project; only what is not yet taken up."""
        if draft.is_stepping or draft.deleted is not None or not draft.is_in(draft.flow.todo):
            return
        draft.previous_keys.append(draft.values["Key"][1] or "")
        project: Value = (other.project.id, other.project.name)
        moved = (("project", project), ("Key", (None, other.next_key())), (STATUS, self.clock.status(other.flow.todo)))
        self.clock.edit(draft, self.desk.anybody(), *moved)
        draft.project = other
        self.soon(DAY, lambda: self.begin(draft))
