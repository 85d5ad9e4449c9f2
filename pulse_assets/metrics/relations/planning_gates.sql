-- What failed checks do to the scopes of one metric of projects, whose tables `$inputs` names: a scope is withheld when
-- all of its projects are, and degraded when only some are or when a check that degrades failed in one.
-- Of a board or a sprint these are the projects that have it. The column `repository` of gates holds the project.
WITH failing AS (
    SELECT repository AS project, bool_or(level = 'withheld') AS is_withheld,
        string_agg(DISTINCT reason, ', ' ORDER BY reason) AS why
    FROM gates WHERE list_contains($inputs::VARCHAR[], table_name)
    GROUP BY repository
),
scopes AS (
    SELECT scope_kind, scope, project FROM project_members
    UNION ALL
    SELECT 'board', board_id::VARCHAR, project FROM boards
    UNION ALL
    SELECT 'sprint', sprint_id::VARCHAR, project FROM sprints
),
members AS (
    SELECT scope_kind, scope, count(*) AS member_count,
        count(*) FILTER (is_withheld) AS withheld_count,
        list(concat(m.project, ': ', why) ORDER BY m.project) FILTER (why IS NOT NULL) AS reasons
    FROM scopes AS m LEFT JOIN failing AS f ON m.project = f.project
    GROUP BY scope_kind, scope
)
SELECT
    scope_kind, scope,
    if(withheld_count = member_count, 'withheld', 'degraded') AS level,
    concat(array_to_string(reasons[1:3], '; '), if(len(reasons) > 3, concat('; and ', len(reasons) - 3, ' more'), ''))
        AS reason
FROM members WHERE reasons IS NOT NULL
