-- The rows of cycle time: each issue that is done, once for every scope that it belongs to.
-- at: its last completion, whether it is counted or not.
WITH placed AS (
    SELECT
        project, key, done_at AS at, is_counted, reason, issue_type, started_at, cycle_hours, cycle_business_hours,
        active_hours, lead_hours, reopened_count,
        date_trunc('month', done_at AT TIME ZONE $timezone)::DATE AS month,
        date_trunc('week', done_at AT TIME ZONE $timezone)::DATE AS week
    FROM issue_flow WHERE done_at >= $begins_at AND done_at < $ends_at
)
SELECT
    'pulse' AS definition, scope_kind, scope, p.project, p.key AS item, p.at, is_counted, reason,
    issue_type, started_at, cycle_hours, cycle_business_hours, active_hours, lead_hours, reopened_count, month, week
FROM placed AS p JOIN issue_scopes AS s ON p.project = s.project AND p.key = s.key
