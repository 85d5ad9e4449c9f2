-- The environments of all deployments, the most used first. Releases are left out: no pattern is asked of them.
SELECT
    environment AS name,
    bool_or(is_production) AS is_production,
    count(*) AS deployment_count
FROM deployments
WHERE source = 'deployments'
GROUP BY environment
ORDER BY deployment_count DESC, environment
