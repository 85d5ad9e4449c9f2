-- The rows of the rework rate: each production deployment that ended, once for every scope that its repository belongs
-- to. at: its finish.
WITH placed AS (
    SELECT
        repository, deployment_id::VARCHAR AS item, finished_at AS at, is_counted, reason, is_rework, rework_by,
        date_trunc('month', finished_at AT TIME ZONE $timezone)::DATE AS month,
        date_trunc('week', finished_at AT TIME ZONE $timezone)::DATE AS week
    FROM deployment_outcomes
    WHERE finished_at >= $begins_at AND finished_at < $ends_at
)
SELECT
    'pulse' AS definition, scope_kind, scope, p.repository, item, p.at, is_counted, reason,
    is_rework, rework_by, month, week
FROM placed AS p JOIN scope_members AS m ON p.repository = m.repository
