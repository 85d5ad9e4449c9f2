-- The rows of the change failure rate, once for every scope that their repository belongs to. Kind `deployment`: each
-- production deployment that ended; at: its finish. Kind `incident`: each incident that belongs to no deployment; at:
-- when it was opened. is_failure, incident_count: by the rules of the definition; failed_by, flags: of `pulse`.
-- `devlake`: an incident report belongs to the latest successful production deployment of the whole scope (DevLake's
-- project) that finished at or before its opening; of several at one instant to the one with the highest number.
-- `fourkeys`: it belongs to every deployment whose commits hold the exact root cause that its body names.
WITH ended AS (
    SELECT * FROM deployment_outcomes WHERE finished_at >= $begins_at AND finished_at < $ends_at
),
finishes AS (
    SELECT scope_kind, scope, finished_at,
        max({'deployment_id': deployment_id, 'repository': d.repository}) AS latest
    FROM deployment_outcomes AS d JOIN scope_members AS m ON d.repository = m.repository
    WHERE is_counted AND finished_at >= $begins_at
    GROUP BY scope_kind, scope, finished_at
),
begins AS (
    SELECT scope_kind, scope, min(first_at) AS first_at
    FROM (SELECT repository, min(finished_at) AS first_at FROM deployment_outcomes WHERE is_counted GROUP BY repository)
    JOIN scope_members USING (repository)
    GROUP BY scope_kind, scope
),
reports AS (
    SELECT scope_kind, scope, r.repository, number, opened_at
    FROM incident_reports AS r JOIN scope_members AS m ON r.repository = m.repository
    WHERE opened_at >= $begins_at
),
blamed AS (
    SELECT r.scope_kind, r.scope, latest.repository, latest.deployment_id, count(*) AS incident_count
    FROM reports AS r ASOF JOIN finishes AS f
        ON r.scope_kind = f.scope_kind AND r.scope = f.scope AND r.opened_at >= f.finished_at
    GROUP BY ALL
),
found AS (
    SELECT repository, deployment_id, count(*) AS incident_count FROM root_causes
    WHERE deployed_at >= $begins_at AND deployed_at < $ends_at GROUP BY repository, deployment_id
),
unscoped AS (
    SELECT 'pulse' AS definition, 'deployment' AS kind, repository, deployment_id::VARCHAR AS item, finished_at AS at,
        is_counted, reason, is_failure, incident_count, failed_by, flags
    FROM ended
    UNION ALL
    SELECT 'fourkeys', 'deployment', e.repository, e.deployment_id::VARCHAR, finished_at,
        is_counted, reason, is_counted AND f.incident_count IS NOT NULL,
        if(is_counted, coalesce(f.incident_count, 0), NULL), NULL, NULL
    FROM ended AS e LEFT JOIN found AS f ON e.repository = f.repository AND e.deployment_id = f.deployment_id
    UNION ALL
    SELECT 'pulse', 'incident', repository, incident_id, opened_at, false, reason, false, NULL, NULL, NULL
    FROM incidents WHERE NOT is_attributed AND opened_at >= $begins_at AND opened_at < $ends_at
    UNION ALL
    SELECT 'fourkeys', 'incident', repository, concat('issue-', number), opened_at, false,
        if(root_cause_sha IS NULL, 'no_root_cause', 'cause_not_deployed'), false, NULL, NULL, NULL
    FROM incident_reports ANTI JOIN root_causes USING (repository, number)
    WHERE opened_at >= $begins_at AND opened_at < $ends_at
)
SELECT definition, kind, scope_kind, scope, u.repository, item, u.at, is_counted, reason,
    is_failure, incident_count, failed_by, flags
FROM unscoped AS u JOIN scope_members AS m ON u.repository = m.repository
UNION ALL
SELECT 'devlake', 'deployment', m.scope_kind, m.scope, e.repository, e.deployment_id::VARCHAR, finished_at,
    is_counted, reason, is_counted AND b.incident_count IS NOT NULL,
    if(is_counted, coalesce(b.incident_count, 0), NULL), NULL, NULL
FROM ended AS e JOIN scope_members AS m ON e.repository = m.repository
LEFT JOIN blamed AS b
    ON m.scope_kind = b.scope_kind AND m.scope = b.scope
    AND e.repository = b.repository AND e.deployment_id = b.deployment_id
UNION ALL
SELECT 'devlake', 'incident', scope_kind, scope, repository, concat('issue-', number), opened_at, false,
    'no_deployment_before', false, NULL, NULL, NULL
FROM reports LEFT JOIN begins USING (scope_kind, scope)
WHERE opened_at < $ends_at AND (first_at IS NULL OR opened_at < first_at)
