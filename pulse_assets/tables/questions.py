"""The queries of the quality checks, built from a table's contract.

One statement counts, for all checks of a table, the rows that offend; another gives those of one check.
"""

from collections.abc import Iterable
from functools import cache

from sqlglot import exp, select

from pulse_assets.tables.check_plan import QUARANTINE, VALIDATED, planned_checks
from pulse_assets.tables.plausibility import RULES
from pulse_assets.tables.schema import Reference, Table

_DIALECT = "duckdb"
#: A record is left out once, whatever the number of its fields that make no sense.
_DROPPED = "count(DISTINCT record_key) FILTER (WHERE is_dropped)"
#: Of these the pull request itself says how many it has.
_COUNTED_BY_PULL_REQUEST = {"pull_request_commits": "commit_count", "pull_request_reviews": "review_count"}


def tables_asked(table: Table) -> set[str]:
    """The other tables that the checks of a table read."""
    asked = {reference.table for reference in table.references}
    return asked | {QUARANTINE} if table.name in VALIDATED else asked


def row_count(table: Table) -> str:
    """The SQL for how many rows the table has, as `row_count`."""
    return select("count(*) AS row_count").from_(table.name).sql(_DIALECT)


@cache
def counts(table: Table) -> str:
    """The SQL for one row of counts: `row_count`, and for each kind of its checks what the check is made of.

    | kind | columns |
    |---|---|
    | key, required, allowed, references, plausibility | `<kind>`: rows that offend |
    | history, categories | `<kind>`: stays that offend |
    | validation | `validation`: fields that make no sense, `dropped_count`: records that are left out |
    | structure | `structure`: heads |
    | completeness | of a table that pull requests count: `missing_count`, `promised_count` |
    | production | `succeeded_count` of deployments, `environment_count` of these when none is production |
    """
    answers: list[exp.Query] = [select("count(*) AS row_count").from_(table.name)]
    for check in planned_checks(table):
        match kind := check.kind:
            case "key":
                answers.append(_repeated_count(table))
            case "required" | "allowed" | "references" | "plausibility" | "history" | "categories":
                answers.append(_counted(offending_rows(table, kind), kind))
            case "structure":
                answers.append(_counted(heads(), kind))
            case "completeness" if table.name in _COUNTED_BY_PULL_REQUEST:
                lacking = select(
                    "count(*) AS short_count", "coalesce(sum(expected_count - row_count), 0) AS missing_count"
                )
                answers.append(lacking.from_(short_pull_requests(table).subquery("short")))
                promised = f"coalesce(sum({_COUNTED_BY_PULL_REQUEST[table.name]}), 0) AS promised_count"
                answers.append(select(promised).from_("pull_requests"))
            case "validation":
                fields = select("count(*) AS validation", f"{_DROPPED} AS dropped_count")
                answers.append(fields.from_(quarantined(table).subquery("noted")))
            case "production":
                answers.append(_counted(succeeded_deployments(), "succeeded_count"))
                answers.append(_counted(environments_beside_production(), "environment_count"))
            case _:  # it needs no more than the count of rows, or none
                pass
    # Each of them is one row, and a join of such is planned in half the time of as many scalar subqueries.
    first, *others = (query.subquery(f"answer_{place}") for place, query in enumerate(answers))
    statement = select("*").from_(first)
    for other in others:
        statement = statement.join(other, join_type="cross")
    return statement.sql(_DIALECT)


@cache
def sampled(table: Table, kind: str, size: int) -> str:
    """The SQL for some of the rows that a check of this kind found."""
    match kind:
        case "structure":
            query = heads()
        case "completeness":
            query = short_pull_requests(table)
        case "production":
            query = environments_beside_production()
        case "categories":
            query = statuses_without_category()
        case "validation":
            query = quarantined(table)
        case _:
            query = offending_rows(table, kind)
    return select("*").from_(query.subquery("offending")).limit(size).sql(_DIALECT)


def is_counted_by_pull_request(table: Table) -> bool:
    """The pull requests themselves say how many rows there are."""
    return table.name in _COUNTED_BY_PULL_REQUEST


def heads() -> exp.Select:
    """Commits that are nobody's parent."""
    return select("repository", "sha", "committed_at").from_("commits").where("is_head")


def succeeded_deployments() -> exp.Select:
    """Deployments that succeeded; only of GitHub's own deployments a pattern says which are to production."""
    return select("*").from_("deployments").where("status = 'success'", "source = 'deployments'")


def environments_beside_production() -> exp.Select:
    """Environments of the deployments that succeeded, the most used first; none when one of them is production."""
    return (
        select("environment", "count(*) AS deployment_count")
        .from_(succeeded_deployments().subquery("succeeded"))
        .group_by("environment")
        .having(exp.not_(exp.Exists(this=succeeded_deployments().where("is_production"))))
        .order_by("deployment_count DESC", "environment")
    )


def quarantined(table: Table) -> exp.Select:
    """What is wrong with the records of a table, those that are left out first."""
    return (
        select("record_key", "field", "problem", "value", "is_dropped")
        .from_(QUARANTINE)
        .where(exp.column("record_table").eq(VALIDATED[table.name]))
        .order_by("is_dropped DESC", "record_key", "field")
    )


def stays_beside_history() -> exp.Select:
    """Stays that do not begin where the one before ended, or that are not in the status of today."""
    problem = _text("its issue got another status that its history does not tell of").as_("problem")
    return (
        select("project", "key", "ordinal", "status", "entered_at", problem)
        .from_("issue_status_spans")
        .where("contains(flags, 'changed_without_history')")
        .order_by("key", "ordinal")
    )


def stays_without_category() -> exp.Select:
    """Stays in a status of which nobody says the category."""
    return select("*").from_("issue_status_spans").where("status_category IS NULL")


def statuses_without_category() -> exp.Select:
    """Their statuses, the most used first; of the names that a status had, one is told."""
    return (
        select("status_id", "min(status) AS status", "count(*) AS span_count")
        .from_(stays_without_category().subquery("stays"))
        .group_by("status_id")
        .order_by("span_count DESC", "status_id")
    )


def offending_rows(table: Table, kind: str) -> exp.Query:
    """The rows that break a rule, with their key and the problem.

    `kind` is key, required, allowed, references, plausibility (which has the parameter `latest_at`), history or
    categories.
    """
    match kind:
        case "history" | "categories":
            return stays_beside_history() if kind == "history" else stays_without_category()
        case "key":
            return _repeated(table)
        case "required":
            return _with_problem(table, _nulls(table))
        case "allowed":
            return _with_problem(table, _strange_values(table))
        case "plausibility":
            rules = RULES[table.name]
            return _with_problem(table, [(exp.condition(sql, dialect=_DIALECT), _text(says)) for sql, says in rules])
        case "references":
            first, *others = (_unknown(table, reference) for reference in table.references)
            return exp.union(first, *others, distinct=False) if others else first
        case _:
            raise ValueError(f"No question is known for {kind}.")


def short_pull_requests(table: Table) -> exp.Select:
    """Pull requests with fewer rows in the table than they say."""
    expected = exp.column(_COUNTED_BY_PULL_REQUEST[table.name], table="p")
    found = select("repository", "number", "count(*) AS row_count").from_(table.name).group_by("repository", "number")
    known = exp.func("coalesce", exp.column("row_count", table="f"), exp.Literal.number(0))
    return (
        select("p.repository", "p.number", expected.as_("expected_count"), known.as_("row_count"))
        .from_("pull_requests AS p")
        .join(found.subquery("f"), using=["repository", "number"], join_type="left")
        .where(known < expected)
    )


def _counted(query: exp.Query, name: str) -> exp.Select:
    return select(f"count(*) AS {name}").from_(query.subquery("offending"))


def _keys(table: Table) -> exp.Select:
    return select(*table.key).from_(table.name)


def _repeated_count(table: Table) -> exp.Select:
    """How many rows are beyond the first of their key; numbering them all would hold the whole table in memory."""
    shared = select("count(*) AS sharing").from_(table.name).group_by(*table.key).having("count(*) > 1")
    return select("coalesce(sum(sharing - 1), 0) AS key").from_(shared.subquery("shared"))


def _repeated(table: Table) -> exp.Select:
    """Every row beyond the first of its key."""
    occurrence = exp.Window(this=exp.RowNumber(), partition_by=[exp.column(name) for name in table.key])
    numbered = _keys(table).select(occurrence.as_("occurrence"))
    return select("*").from_(numbered.subquery("numbered")).where("occurrence > 1")


_Rule = tuple[exp.Expr, exp.Expr]  # a condition, and the text for a row that it holds for


def _with_problem(table: Table, rules: Iterable[_Rule]) -> exp.Select:
    rules = list(rules)
    if not rules:
        return _keys(table).where(exp.false())
    texts = [exp.case().when(condition, text) for condition, text in rules]
    problem = exp.func("concat_ws", _text(", "), *texts, dialect=_DIALECT)
    return _keys(table).select(problem.as_("problem")).where(exp.or_(*(condition for condition, _ in rules)))


def _nulls(table: Table) -> list[_Rule]:
    return [
        (exp.column(column.name).is_(exp.null()), _text(f"{column.name} is null"))
        for column in table.columns
        if column.is_required
    ]


def _strange_values(table: Table) -> list[_Rule]:
    rules: list[_Rule] = []
    for column in table.columns:
        value = exp.column(column.name)
        text = exp.func("concat", _text(f"{column.name} is "), value.copy(), dialect=_DIALECT)
        if column.allowed is not None:
            rules.append((exp.not_(value.isin(*column.allowed)), text))
        if column.minimum is not None:
            rules.append((value < exp.Literal.number(column.minimum), text.copy()))
    return rules


def _unknown(table: Table, reference: Reference) -> exp.Select:
    """Rows whose reference is not null and leads nowhere."""
    here = [exp.column(name, table="h") for name in reference.columns]
    there = [exp.column(name, table="t") for name in reference.to_columns]
    key = [exp.column(name, table="h") for name in table.key]
    known = [not_null.is_(exp.null()).not_() for not_null in here]
    return (
        select(*key, _text(f"no such row in {reference.table}").as_("problem"))
        .from_(exp.to_table(table.name).as_("h"))
        .join(
            exp.to_table(reference.table).as_("t"),
            on=exp.and_(*(mine.eq(its) for mine, its in zip(here, there, strict=True))),
            join_type="anti",
        )
        .where(*known)
    )


def _text(value: str) -> exp.Expr:
    return exp.Literal.string(value)
