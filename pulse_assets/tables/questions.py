"""The queries of the quality checks, built from a table's contract; each gives the rows that offend."""

from sqlglot import exp, select

from pulse_assets.tables.schema import Reference, Table

_DIALECT = "duckdb"
#: Of these the pull request itself says how many it has.
_COUNTED_BY_PULL_REQUEST = {"pull_request_commits": "commit_count", "pull_request_reviews": "review_count"}


def tables_asked(table: Table) -> set[str]:
    """The other tables that the checks of a table read."""
    return {reference.table for reference in table.references}


def all_rows(table: Table) -> exp.Select:
    return select("*").from_(table.name)


def keys(table: Table) -> exp.Select:
    return select(*table.key).from_(table.name)


def heads() -> exp.Select:
    """Commits that are nobody's parent."""
    return select("repository", "sha", "committed_at").from_("commits").where("is_head")


def succeeded_deployments() -> exp.Select:
    """Deployments that succeeded; releases are left out, because no pattern says which of them are to production."""
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


def counted(query: exp.Query) -> str:
    """The SQL for how many rows a query gives."""
    return select("count(*)").from_(query.subquery("offending")).sql(_DIALECT)


def sampled(query: exp.Query, size: int) -> str:
    """The SQL for the first rows of a query."""
    return select("*").from_(query.subquery("offending")).limit(size).sql(_DIALECT)


def offending_rows(table: Table, kind: str) -> exp.Query:
    """The rows that break a rule of the contract, with their key and the problem.

    `kind` is key, required, allowed or references.
    """
    match kind:
        case "key":
            return _repeated(table)
        case "required":
            return _with_problem(table, _nulls(table))
        case "allowed":
            return _with_problem(table, _strange_values(table))
        case "references":
            first, *others = (_unknown(table, reference) for reference in table.references)
            return exp.union(first, *others, distinct=False) if others else first
        case _:
            raise ValueError(f"No question is known for {kind}.")


def short_pull_requests(table: Table) -> exp.Select | None:
    """Pull requests with fewer rows in the table than they say; None for a table that they do not count."""
    if table.name not in _COUNTED_BY_PULL_REQUEST:
        return None
    expected = exp.column(_COUNTED_BY_PULL_REQUEST[table.name], table="p")
    found = select("repository", "number", "count(*) AS row_count").from_(table.name).group_by("repository", "number")
    known = exp.func("coalesce", exp.column("row_count", table="f"), exp.Literal.number(0))
    return (
        select("p.repository", "p.number", expected.as_("expected_count"), known.as_("row_count"))
        .from_("pull_requests AS p")
        .join(found.subquery("f"), using=["repository", "number"], join_type="left")
        .where(known < expected)
    )


def _repeated(table: Table) -> exp.Select:
    """Every row beyond the first of its key, so that the count says how many are too many."""
    occurrence = exp.Window(this=exp.RowNumber(), partition_by=[exp.column(name) for name in table.key])
    numbered = keys(table).select(occurrence.as_("occurrence"))
    return select("*").from_(numbered.subquery("numbered")).where("occurrence > 1")


_Rule = tuple[exp.Expr, exp.Expr]  # a condition, and the text for a row that it holds for


def _with_problem(table: Table, rules: list[_Rule]) -> exp.Select:
    if not rules:
        return keys(table).where(exp.false())
    texts = [exp.case().when(condition, text) for condition, text in rules]
    problem = exp.func("concat_ws", exp.Literal.string(", "), *texts, dialect=_DIALECT)
    return keys(table).select(problem.as_("problem")).where(exp.or_(*(condition for condition, _ in rules)))


def _nulls(table: Table) -> list[_Rule]:
    return [
        (exp.column(column.name).is_(exp.null()), exp.Literal.string(f"{column.name} is null"))
        for column in table.columns
        if column.is_required
    ]


def _strange_values(table: Table) -> list[_Rule]:
    rules: list[_Rule] = []
    for column in table.columns:
        value = exp.column(column.name)
        text = exp.func("concat", exp.Literal.string(f"{column.name} is "), value.copy(), dialect=_DIALECT)
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
        select(*key, exp.Literal.string(f"no such row in {reference.table}").as_("problem"))
        .from_(exp.to_table(table.name).as_("h"))
        .join(
            exp.to_table(reference.table).as_("t"),
            on=exp.and_(*(mine.eq(its) for mine, its in zip(here, there, strict=True))),
            join_type="anti",
        )
        .where(*known)
    )
