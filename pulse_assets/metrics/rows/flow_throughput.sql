-- The rows of throughput: each issue that is done, once for every scope that it belongs to.
-- at: its last completion. Left out: sub-tasks and epics. What never was in progress counts here.
WITH placed AS (
    SELECT
        project, key, done_at AS at, CASE WHEN is_subtask THEN 'subtask' WHEN is_epic THEN 'epic' END AS reason,
        issue_type, story_points,
        date_trunc('month', done_at AT TIME ZONE $timezone)::DATE AS month,
        date_trunc('week', done_at AT TIME ZONE $timezone)::DATE AS week
    FROM issue_flow WHERE done_at >= $begins_at AND done_at < $ends_at
)
SELECT
    'pulse' AS definition, scope_kind, scope, p.project, p.key AS item, p.at, reason IS NULL AS is_counted, reason,
    issue_type, story_points, month, week
FROM placed AS p JOIN issue_scopes AS s ON p.project = s.project AND p.key = s.key
