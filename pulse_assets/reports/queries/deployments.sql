-- The production deployments of one period, whatever their status, and failed ones from before it that were not
-- recovered when it began. The address is that of the release, the run or the commit that was deployed;
-- null where one of its parts is unknown, which `||` keeps and `concat` does not.
SELECT
    o.repository,
    o.deployment_id,
    o.environment,
    o.service,
    o.sha,
    CASE d.source
        WHEN 'releases' THEN coalesce(s.url, r.url || '/commit/' || o.sha)
        WHEN 'workflow_runs' THEN r.url || '/actions/runs/' || o.deployment_id
        WHEN 'merges' THEN r.url || '/pull/' || o.deployment_id
        ELSE r.url || '/commit/' || o.sha
    END AS address,
    o.created_at,
    o.finished_at,
    o.status,
    o.commit_count,
    o.pull_request_count,
    o.is_rollback,
    o.is_rework,
    o.rework_by,
    o.is_failure,
    o.failed_by,
    o.incident_count,
    o.first_incident_at,
    o.recovered_at,
    o.recovery_hours,
    o.is_counted,
    o.reason,
    o.flags,
    coalesce(o.finished_at, o.created_at) >= $begin AS is_of_period,
    o.is_failure AND o.first_incident_at < $finish AND (o.recovered_at IS NULL OR o.recovered_at >= $finish) AS is_open
FROM deployment_outcomes AS o
LEFT JOIN deployments AS d ON d.repository = o.repository AND d.deployment_id = o.deployment_id
LEFT JOIN releases AS s ON s.repository = o.repository AND s.release_id = o.deployment_id AND d.source = 'releases'
LEFT JOIN repositories AS r ON r.repository = o.repository
WHERE
    coalesce(o.finished_at, o.created_at) < $finish
    AND (
        coalesce(o.finished_at, o.created_at) >= $begin
        OR (o.is_failure AND o.first_incident_at < $finish AND (o.recovered_at IS NULL OR o.recovered_at >= $begin))
    )
ORDER BY coalesce(o.finished_at, o.created_at), o.repository, o.deployment_id
