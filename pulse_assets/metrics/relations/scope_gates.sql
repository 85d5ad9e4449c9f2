-- What failed checks do to the scopes of one metric, whose tables `$inputs` names: a scope is withheld when all of its
-- repositories are, and degraded when only some are or when a check that degrades failed in one.
WITH failing AS (
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
)
SELECT
    scope_kind, scope,
    if(withheld_count = member_count, 'withheld', 'degraded') AS level,
    concat(array_to_string(reasons[1:3], '; '), if(len(reasons) > 3, concat('; and ', len(reasons) - 3, ' more'), ''))
        AS reason
FROM members WHERE reasons IS NOT NULL
