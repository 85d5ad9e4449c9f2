-- Velocity and completion of the sprint as the metrics have them. One row, or none when they were not built for it.
SELECT v.* EXCLUDE (row_count, is_low_count, status, status_reason), c.* EXCLUDE (
        definition, grain, period_start, scope_kind, scope, committed_count, completed_count,
        row_count, is_low_count, status, status_reason
    ),
    if('withheld' IN (v.status, c.status), 'withheld', if('degraded' IN (v.status, c.status), 'degraded', 'ok')) AS status,
    coalesce(v.status_reason, c.status_reason) AS status_reason
FROM sprint_velocity AS v
JOIN sprint_completion AS c ON v.grain = c.grain AND v.scope = c.scope AND v.period_start = c.period_start
WHERE v.grain = 'sprint' AND v.scope = $sprint_id::BIGINT::VARCHAR
