-- The rows of deployment frequency: each production deployment that ended, once for every definition, which all count
-- alike, and for every scope that its repository belongs to.
-- at: the first success; of one that did not succeed, its end. day, week, month: of `at`, in local time.
WITH definitions AS (
    SELECT unnest(['pulse', 'devlake', 'fourkeys']) AS definition
),
placed AS (
    SELECT
        repository, deployment_id::VARCHAR AS item, finished_at AS at,
        status = 'success' AS is_counted, if(status = 'success', NULL, 'not_successful') AS reason,
        (finished_at AT TIME ZONE $timezone)::DATE AS day,
        date_trunc('week', day)::DATE AS week, date_trunc('month', day)::DATE AS month
    FROM deployments
    WHERE is_production AND finished_at >= $begins_at AND finished_at < $ends_at
)
SELECT definition, scope_kind, scope, p.repository, item, p.at, is_counted, reason, day, week, month
FROM placed AS p JOIN scope_members AS m ON p.repository = m.repository CROSS JOIN definitions
