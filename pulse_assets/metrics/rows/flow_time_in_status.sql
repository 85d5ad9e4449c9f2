-- The rows of time in status: each stay of an issue in a status, once for every scope that the issue belongs to.
-- at: its end; null while it is open. issue_status: its name at the time; its number where the history has no name.
-- status_category: todo, in_progress, or unknown where nobody says it. hours: the whole stay.
-- Left out: sub-tasks, epics, and stays in a done status (reason done_status).
WITH stays AS (
    SELECT project, key, ordinal, entered_at, left_at, hours, coalesce(status, status_id) AS issue_status,
        coalesce(status_category, 'unknown') AS status_category,
        date_trunc('month', left_at AT TIME ZONE $timezone)::DATE AS month,
        date_trunc('week', left_at AT TIME ZONE $timezone)::DATE AS week
    FROM issue_status_spans
    WHERE entered_at < $ends_at AND (left_at IS NULL OR left_at >= $begins_at)
),
issue AS (  -- by its kind, whatever cycle time makes of it
    SELECT project, key, CASE WHEN is_subtask THEN 'subtask' WHEN is_epic THEN 'epic' END AS left_out FROM issue_flow
)
SELECT
    'pulse' AS definition, scope_kind, scope, t.project, t.key AS item, t.left_at AS at,
    coalesce(left_out, if(t.status_category = 'done', 'done_status', NULL)) AS reason, reason IS NULL AS is_counted,
    t.ordinal, t.issue_status, t.status_category, t.entered_at, t.hours, month, week
FROM stays AS t
JOIN issue AS i ON t.project = i.project AND t.key = i.key
JOIN issue_scopes AS s ON t.project = s.project AND t.key = s.key
