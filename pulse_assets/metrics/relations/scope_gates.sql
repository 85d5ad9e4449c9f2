-- What failed checks do to the scopes of one metric, whose tables `$inputs` names: a scope is withheld when all of its
-- repositories are, and degraded when only some are or when a check that degrades failed in one.
-- A failed check of tables of projects of Jira that the metric rests on degrades every scope: whom it would have changed is not
-- known. They are in gates_beside.
WITH beside AS (
    SELECT coalesce(list(concat(repository, ': ', why) ORDER BY repository), []) AS reasons
    FROM (
        SELECT repository, string_agg(DISTINCT reason, ', ' ORDER BY reason) AS why
        FROM gates_beside WHERE list_contains($inputs::VARCHAR[], table_name)
        GROUP BY repository
    )
),
failing AS (
    SELECT repository, bool_or(level = 'withheld') AS is_withheld,
        string_agg(DISTINCT reason, ', ' ORDER BY reason) AS why
    FROM gates WHERE list_contains($inputs::VARCHAR[], table_name)
    GROUP BY repository
),
members AS (
    SELECT scope_kind, scope, count(*) AS member_count,
        count(*) FILTER (is_withheld) AS withheld_count,
        list(concat(m.repository, ': ', why) ORDER BY m.repository) FILTER (why IS NOT NULL) AS reasons
    FROM scope_members AS m LEFT JOIN failing AS f ON m.repository = f.repository
    GROUP BY scope_kind, scope
),
told AS (
    SELECT scope_kind, scope, withheld_count = member_count AS is_withheld,
        list_concat(coalesce(m.reasons, []), b.reasons) AS reasons
    FROM members AS m CROSS JOIN beside AS b
)
SELECT
    scope_kind, scope, if(is_withheld, 'withheld', 'degraded') AS level,
    concat(array_to_string(reasons[1:3], '; '), if(len(reasons) > 3, concat('; and ', len(reasons) - 3, ' more'), ''))
        AS reason
FROM told WHERE len(reasons) > 0
