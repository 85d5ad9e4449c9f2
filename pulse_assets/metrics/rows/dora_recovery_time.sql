-- The rows of recovery time, once for every scope that their repository belongs to.
-- Kind `recovery`: under `pulse` each failed deployment, under `devlake` each incident report with the deployment that
-- it is blamed on (see dora_change_failure_rate); `fourkeys` has none. Kind `restore`: each incident report.
-- at, hours: `pulse` and `devlake` restore: opened to resolved, at the resolution. `pulse` recovery: the deployment's
-- finish to its recovery, at the recovery. `devlake` recovery: the deployment's finish to the report's resolution, at
-- that finish. `fourkeys` restore: begun to resolved, at the begin, which is the finish of the first deployment with
-- the named root cause, or the opening where that was earlier. `devlake` and `fourkeys` count whole minutes, cut off.
-- open_from, open_until: between them it was known and not recovered; open_until is null while that lasts.
WITH finishes AS (
    SELECT scope_kind, scope, finished_at
    FROM deployment_outcomes AS d JOIN scope_members AS m ON d.repository = m.repository
    WHERE is_counted
),
reports AS (
    SELECT r.*, concat('issue-', number) AS item,
        date_diff('microsecond', opened_at, resolved_at) // 60000000 AS open_minutes
    FROM incident_reports AS r
    WHERE opened_at >= $begins_at OR resolved_at >= $begins_at OR resolved_at IS NULL
),
blamed AS (
    SELECT m.scope_kind, m.scope, r.repository, item, f.finished_at, opened_at, resolved_at,
        date_diff('microsecond', f.finished_at, resolved_at) // 60000000 AS minutes
    FROM reports AS r JOIN scope_members AS m ON r.repository = m.repository
    ASOF LEFT JOIN finishes AS f
        ON m.scope_kind = f.scope_kind AND m.scope = f.scope AND r.opened_at >= f.finished_at
),
causes AS (
    SELECT repository, number, min(deployed_at) AS deployed_at FROM root_causes GROUP BY repository, number
),
begun AS (
    SELECT r.*, least(opened_at, deployed_at) AS begun_at,
        date_diff('microsecond', begun_at, resolved_at) // 60000000 AS minutes
    FROM reports AS r LEFT JOIN causes AS c ON r.repository = c.repository AND r.number = c.number
),
unscoped AS (
    SELECT 'pulse' AS definition, 'recovery' AS kind, repository, deployment_id::VARCHAR AS item, recovered_at AS at,
        recovery_hours AS hours, greatest(finished_at, first_incident_at) AS open_from, recovered_at AS open_until
    FROM deployment_outcomes WHERE is_failure
    UNION ALL
    SELECT 'pulse', 'restore', repository, incident_id, resolved_at, restore_hours, opened_at, resolved_at
    FROM incidents WHERE kind = 'issue'
    UNION ALL
    SELECT 'devlake', 'restore', repository, item, resolved_at,
        if(open_minutes >= 0, open_minutes / 60, NULL), opened_at, resolved_at
    FROM reports
    UNION ALL
    SELECT 'fourkeys', 'restore', repository, item, begun_at,
        if(minutes >= 0, minutes / 60, NULL), opened_at, resolved_at
    FROM begun
),
scoped AS (
    SELECT definition, kind, scope_kind, scope, u.repository, item, u.at, hours, open_from, open_until,
        if(kind = 'recovery', 'not_recovered', 'not_resolved') AS open_reason
    FROM unscoped AS u JOIN scope_members AS m ON u.repository = m.repository
    UNION ALL
    SELECT 'devlake', 'recovery', scope_kind, scope, repository, item, coalesce(finished_at, opened_at),
        if(minutes >= 0, minutes / 60, NULL),
        if(finished_at IS NULL, NULL, opened_at), if(finished_at IS NULL, NULL, resolved_at),
        if(finished_at IS NULL, 'no_deployment_before', 'not_resolved')
    FROM blamed
)
SELECT
    definition, kind, scope_kind, scope, repository, item, s.at, hours IS NOT NULL AS is_counted,
    CASE
        WHEN hours IS NOT NULL THEN NULL
        WHEN open_until IS NULL THEN open_reason
        ELSE concat('negative_', kind)
    END AS reason,
    hours, open_from, open_until
FROM scoped AS s
WHERE (s.at >= $begins_at AND s.at < $ends_at)
    OR (open_from < $ends_at AND (open_until IS NULL OR open_until >= $begins_at))
