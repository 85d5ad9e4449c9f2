-- The rows of a metric that tell of single sprints.
SELECT *
FROM query_table($metric)
WHERE grain = 'sprint' AND scope_kind = 'sprint' AND list_contains($sprints::VARCHAR[], scope)
ORDER BY definition, scope, period_start
