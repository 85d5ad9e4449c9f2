"""The canonical records of Jira: the same dict whether Cloud or Data Center was asked.

Values of issues are as Jira gave them, also where they do not make sense: what they should be is judged where the
clean tables are built, so that one bad record stops nothing. Persons are told by `accountId` (Data Center: `key`, else
`name`); e-mail addresses, texts of comments and descriptions are not kept.
"""

from typing import Any, Literal, TypedDict


class Project(TypedDict):
    """Table raw_jira_projects, key `id`; `style` is classic or next-gen (Cloud), else None."""

    id: str
    key: str
    name: str
    project_type: str | None
    style: str | None
    is_archived: bool
    is_private: bool
    url: str


class Field(TypedDict):
    """Table raw_jira_fields, key `id`; `schema_custom` is the type that an app gave it."""

    id: str
    name: str
    is_custom: bool
    schema_type: str | None
    schema_custom: str | None


class Status(TypedDict):
    """Table raw_jira_statuses, key `id`; of a team-managed project where `project_id` is set."""

    id: str
    name: str
    category: Literal["todo", "in_progress", "done", "undefined"]
    project_id: str | None


class Workflow(TypedDict):
    """Table raw_jira_workflows, key `id`; transitions are `{"name", "from_status_ids", "to_status_id"}`.

    No status to come from means from anywhere, or the creation.
    """

    id: str
    name: str
    status_ids: list[str]
    transitions: list[dict[str, Any]]


class Board(TypedDict):
    """Table raw_jira_boards, key `id`.

    `board_type` is scrum, kanban or simple (team-managed). `estimation_field` is the id of the field of its
    configuration, None where it counts issues; `columns` are `{"name", "status_ids"}` in their order.
    """

    id: int
    name: str
    board_type: str
    project_key: str | None
    estimation_field: str | None
    columns: list[dict[str, Any]]


class Sprint(TypedDict):
    """Table raw_jira_sprints, key `id`; `board_id` is the board that listed it, times are Jira's text.

    `started_at` is missing in a future sprint; `completed_at` only a closed one has.
    """

    id: int
    board_id: int
    origin_board_id: int | None
    name: str
    goal: str | None
    state: str
    started_at: str | None
    ended_at: str | None
    completed_at: str | None


class User(TypedDict):
    """Table raw_jira_users, key `account_id`; `account_type` is atlassian, app or customer (Cloud), else None."""

    account_id: str
    display_name: str | None
    account_type: str | None
    is_active: bool


class ChangeItem(TypedDict):
    """One changed field; `from_id` and `to_id` are Jira's `from` and `to`, `from_text` its `fromString`."""

    field: str | None
    field_id: str | None
    field_type: str | None
    from_id: str | None
    from_text: str | None
    to_id: str | None
    to_text: str | None


class History(TypedDict):
    """What was changed at once; `items` in Jira's order."""

    id: str
    created: Any
    author: str | None
    items: list[ChangeItem]


class Issue(TypedDict):
    """Table raw_jira_issues, key `id`, with its whole history.

    `histories` are ordered by (created, id as a number). `sprint_ids` are those that the issue is or was in.
    `estimates` holds every number field that a board or the settings name for estimation: field id to value as given.
    `status_category` is new, indeterminate, done or undefined, as Jira's key says.
    """

    id: str
    key: Any
    project_id: Any
    project_key: Any
    issue_type: Any
    is_subtask: bool
    hierarchy_level: int | None
    summary: Any
    status_id: Any
    status: Any
    status_category: Any
    priority: Any
    resolution: Any
    assignee: str | None
    reporter: str | None
    creator: str | None
    parent_key: Any
    labels: Any
    components: Any
    fix_versions: Any
    sprint_ids: Any
    estimates: dict[str, Any]
    created: Any
    updated: Any
    resolved: Any
    url: str
    histories: list[History]


class BoardIssues(TypedDict):
    """Table raw_jira_board_issues, key `board_id`: the ids of the issues that a board shows, ascending."""

    board_id: int
    issue_ids: list[str]
