"""The clean tables of one project of Jira, from its landed records, batch by batch.

How a record is judged says the module of its table; here the records are read, and what they say of each other.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from itertools import chain
from typing import Any

from pulse_assets.errors import NotFound
from pulse_assets.settings import Settings
from pulse_assets.store import LandedRecord, Store
from pulse_assets.tables.boards import judged_board, judged_board_issues
from pulse_assets.tables.issue_changes import change_rows
from pulse_assets.tables.issues import IssueRules, JudgedIssue, estimate_rows, judged_issue, twice
from pulse_assets.tables.projects import project_row, status_row, statuses_by_setting
from pulse_assets.tables.quarantine import Problem, Row, quarantined_row
from pulse_assets.tables.sprints import judged_sprint, once_each
from pulse_assets.tables.values import instant

#: What is held in memory at a time.
ISSUES_PER_BATCH = 250
#: The checkpoint stream that a complete collection of a partition leaves behind.
COMPLETE = "complete"
PROJECTS, ISSUES = "raw_jira_projects", "raw_jira_issues"
_STATUSES, _BOARDS, _SPRINTS = "raw_jira_statuses", "raw_jira_boards", "raw_jira_sprints"
_BOARD_ISSUES, _FIELDS = "raw_jira_board_issues", "raw_jira_fields"

_Judged = tuple[str, list[Row], tuple[Problem, ...]]  # key of the record, its rows, what is wrong with it


def planning_batches(name: str, store: Store, project: str, settings: Settings) -> Iterator[list[Row]]:
    """Batches of the rows of a clean table of a project.

    Raises:
        NotFound: The project was never collected.
    """
    if store.landing.count(PROJECTS, project) == 0:
        raise NotFound(f"Project {project} has not been collected.", hint="Run `pulse sync jira`.")
    landed = _Landed(store, project, settings)
    yield from _TABLES[name](landed)


class _Landed:
    """The landed records of a project, judged."""

    def __init__(self, store: Store, project: str, settings: Settings) -> None:
        self._store, self._project, self._settings = store, project, settings

    @cached_property
    def project(self) -> _Judged:
        """The newest: a project deleted and made again under its key has two records, and the old one stays landed."""
        state = self._store.checkpoints.load(self._project, COMPLETE) or {}
        newest = max(self._read(PROJECTS), key=lambda record: (record.last_seen_at, len(record.key), record.key))
        row, problems = project_row(self._project, newest.key, newest.payload, instant(state.get("collected_at")))
        return newest.key, [row], problems

    @cached_property
    def statuses(self) -> list[_Judged]:
        by_setting = self._settings.status_categories
        judged = (
            (record.key, status_row(self._project, record.key, record.payload, by_setting))
            for record in self._read(_STATUSES)
        )
        return [(key, [row], problems) for key, (row, problems) in judged]

    @property
    def status_rows(self) -> list[Row]:
        listed = _rows(self.statuses)
        by_setting = self._settings.status_categories
        return [*listed, *statuses_by_setting(self._project, (row["status_id"] for row in listed), by_setting)]

    @cached_property
    def _judged_boards(self) -> list[_Judged]:
        judged = ((record.key, judged_board(self._project, record.payload)) for record in self._read(_BOARDS))
        return [(key, [row] if row else [], problems) for key, (row, problems) in judged]

    @cached_property
    def boards(self) -> Mapping[int, Row]:
        """By their numbers, in ascending order."""
        return {row["board_id"]: row for row in sorted(_rows(self._judged_boards), key=lambda row: row["board_id"])}

    def sprints(self) -> Iterator[_Judged]:
        """As each board lists them; a sprint may be there several times."""
        for record in self._read(_SPRINTS):
            row, problems = judged_sprint(self._project, record.payload, self.boards)
            yield record.key, [row] if row else [], problems

    def board_issues(self) -> Iterator[_Judged]:
        """Of the boards and issues that are there."""
        keys = {issue.row["issue_id"]: issue.row["key"] for batch in self.issues() for _, issue in batch if issue.row}
        for record in self._read(_BOARD_ISSUES):
            yield record.key, *judged_board_issues(self._project, record.payload, self.boards, keys)

    def issues(self) -> Iterator[list[tuple[LandedRecord, JudgedIssue]]]:
        """In batches, in the order of the landing; of several records with one key only the first is an issue."""
        rules, seen = self._rules, set()
        for records in self._store.landing.read(ISSUES, self._project, batch_size=ISSUES_PER_BATCH):
            batch = []
            for record in records:
                issue = judged_issue(record.key, record.payload, rules)
                if issue.row:
                    key = issue.row["key"]
                    issue = twice(issue) if key in seen else issue
                    seen.add(key)
                batch.append((record, issue))
            yield batch

    def quarantined(self) -> Iterator[list[Row]]:
        """What is wrong with the records of all tables; with the history of an issue only where that is kept."""
        small = {
            PROJECTS: [self.project],
            _STATUSES: self.statuses,
            _BOARDS: self._judged_boards,
            _SPRINTS: self.sprints(),
            _BOARD_ISSUES: self.board_issues(),
        }
        yield [
            row
            for table, judged in small.items()
            for key, _, problems in judged
            for row in self._told(table, key, problems)
        ]
        for batch in self.issues():
            yield [
                row
                for record, issue in batch
                for row in self._told(ISSUES, record.key, (*issue.problems, *_changes(record, issue)[1]))
            ]

    @cached_property
    def _rules(self) -> IssueRules:
        listed = (row for row in _rows(self.statuses) if row["source"] == "jira" and row["status_category"])
        return IssueRules.of(
            self._project,
            self.project[0],
            self._settings,
            categories={row["status_id"]: row["status_category"] for row in listed},
            estimation_fields=self._estimation_fields,
        )

    @property
    def _estimation_fields(self) -> tuple[str, ...]:
        """Those of the boards, then that of the setting, which may be told by its name."""
        chosen = _folded(self._settings.jira_story_points_field)
        named = [
            record.key
            for record in self._read(_FIELDS)
            if chosen is not None and chosen in {_folded(record.key), _folded(record.payload.get("name"))}
        ]
        of_boards = [row["estimation_field"] for row in self.boards.values() if row["estimation_field"]]
        return tuple(dict.fromkeys((*of_boards, *named)))

    def _told(self, table: str, key: str, problems: Iterable[Problem]) -> list[Row]:
        return [quarantined_row(self._project, table, key, problem) for problem in problems]

    def _read(self, table: str) -> Iterator[LandedRecord]:
        return chain.from_iterable(self._store.landing.read(table, self._project))


def _issue_rows(landed: _Landed) -> Iterator[list[Row]]:
    return ([issue.row for _, issue in batch if issue.row] for batch in landed.issues())


def _estimate_rows(landed: _Landed) -> Iterator[list[Row]]:
    return ([row for _, issue in batch for row in estimate_rows(issue)] for batch in landed.issues())


def _change_rows(landed: _Landed) -> Iterator[list[Row]]:
    return ([row for record, issue in batch for row in _changes(record, issue)[0]] for batch in landed.issues())


#: The batches of each table.
_TABLES: Mapping[str, Callable[[_Landed], Iterable[list[Row]]]] = {
    "projects": lambda landed: [_rows([landed.project])],
    "statuses": lambda landed: [landed.status_rows],
    "boards": lambda landed: [list(landed.boards.values())],
    "board_issues": lambda landed: [_rows(landed.board_issues())],
    "sprints": lambda landed: [once_each(_rows(landed.sprints()))],
    "issues": _issue_rows,
    "issue_estimates": _estimate_rows,
    "issue_changes": _change_rows,
    "quarantined_records": lambda landed: landed.quarantined(),
}


def _rows(judged: Iterable[_Judged]) -> list[Row]:
    return [row for _, rows, _ in judged for row in rows]


def _changes(record: LandedRecord, issue: JudgedIssue) -> tuple[list[Row], tuple[Problem, ...]]:
    if issue.row is None:
        return [], ()
    return change_rows(issue.row["project"], issue.row["key"], record.payload)


def _folded(name: Any) -> str | None:
    """A name as the client of Jira compares it."""
    return name.strip().casefold() if isinstance(name, str) else None
