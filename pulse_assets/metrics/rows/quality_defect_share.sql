-- The rows of defect share: each issue that is done (kind `done`), and each defect when it was created (kind
-- `created`), once for every scope that the issue belongs to.
-- at: the last completion, or the creation. Left out: sub-tasks and epics.
WITH issue AS (  -- by its kind, whatever cycle time makes of it
    SELECT project, key, created_at, done_at, issue_type, is_defect, is_defect AND is_escaped AS is_escaped,
        CASE WHEN is_subtask THEN 'subtask' WHEN is_epic THEN 'epic' END AS left_out
    FROM issue_flow
),
events AS (
    SELECT *, 'done' AS kind, done_at AS at FROM issue WHERE done_at >= $begins_at AND done_at < $ends_at
    UNION ALL
    SELECT *, 'created', created_at FROM issue
    WHERE is_defect AND created_at >= $begins_at AND created_at < $ends_at
)
SELECT
    'pulse' AS definition, scope_kind, scope, e.project, e.key AS item, e.at,
    left_out IS NULL AS is_counted, left_out AS reason, kind, issue_type, is_defect, is_escaped,
    date_trunc('month', e.at AT TIME ZONE $timezone)::DATE AS month,
    date_trunc('week', e.at AT TIME ZONE $timezone)::DATE AS week
FROM events AS e JOIN issue_scopes AS s ON e.project = s.project AND e.key = s.key
