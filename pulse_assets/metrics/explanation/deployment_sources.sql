-- Where the deployments of each scope come from. One row per scope, source and environment that is production.
SELECT scope_kind, scope, source, environment, count(*) AS deployment_count
FROM scope_members JOIN deployments USING (repository)
WHERE is_production
GROUP BY ALL
ORDER BY scope_kind, scope, source, deployment_count DESC, environment
