-- The rows of issue start to production: each issue on which work began, once for every scope that it belongs to.
-- at: a counted row belongs to the period in which the last of its changes was deployed. One that is not counted
-- belongs to that in which the issue was done; while it is not done, it belongs to none and has no row.
WITH placed AS (
    SELECT
        project, key, if(is_counted, deployed_at, done_at) AS placed_at, is_counted, reason, started_at, done_at,
        deployed_at, pull_request_count, merged_count, start_to_production_hours,
        date_trunc('month', placed_at AT TIME ZONE $timezone)::DATE AS month,
        date_trunc('week', placed_at AT TIME ZONE $timezone)::DATE AS week
    FROM issue_deliveries WHERE placed_at >= $begins_at AND placed_at < $ends_at
)
SELECT
    'pulse' AS definition, scope_kind, scope, p.project, p.key AS item, p.placed_at AS at, is_counted, reason,
    started_at, done_at, deployed_at, pull_request_count, merged_count, start_to_production_hours, month, week
FROM placed AS p JOIN issue_scopes AS s ON p.project = s.project AND p.key = s.key
