-- The rows of work in progress: each time that an issue was in progress at the end of at least one day, in one status
-- of the category in_progress or several that follow each other, once for every scope that the issue belongs to.
-- at: when it came into progress. Left out: sub-tasks and epics.
-- left_at: when it went out of progress; null while it is in it. first_day: the first day at whose end it was in
-- progress; end_day: the first one after it at whose end it was not.
-- started_at: when the issue came into progress for the first time.
WITH turns AS (
    SELECT project, key, ordinal, entered_at, coalesce(status_category = 'in_progress', false) AS is_in_progress
    FROM issue_status_spans
    QUALIFY is_in_progress <> coalesce(lag(is_in_progress) OVER (PARTITION BY project, key ORDER BY ordinal), false)
),
stretches AS (
    SELECT project, key, is_in_progress, entered_at, left_at,
        ((entered_at - INTERVAL 1 MICROSECOND) AT TIME ZONE $timezone)::DATE AS first_day,
        ((left_at - INTERVAL 1 MICROSECOND) AT TIME ZONE $timezone)::DATE AS end_day
    FROM (
        SELECT *, lead(entered_at) OVER (PARTITION BY project, key ORDER BY ordinal) AS left_at FROM turns
    )
),
issue AS (  -- by its kind, whatever cycle time makes of it
    SELECT project, key, issue_type, started_at,
        CASE WHEN is_subtask THEN 'subtask' WHEN is_epic THEN 'epic' END AS left_out
    FROM issue_flow
)
SELECT
    'pulse' AS definition, scope_kind, scope, t.project, t.key AS item, t.entered_at AS at,
    left_out IS NULL AS is_counted, left_out AS reason,
    i.issue_type, i.started_at, t.left_at, t.first_day, t.end_day
FROM stretches AS t
JOIN issue AS i ON t.project = i.project AND t.key = i.key
JOIN issue_scopes AS s ON t.project = s.project AND t.key = s.key
WHERE is_in_progress AND entered_at < $ends_at AND (end_day IS NULL OR (end_day > first_day AND left_at >= $begins_at))
