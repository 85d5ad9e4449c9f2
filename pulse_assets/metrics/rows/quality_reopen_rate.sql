-- The rows of the re-open rate: each completion of an issue, once for every scope that the issue belongs to.
-- at: the completion. reopened_at: when it was taken back, if it was. Left out: sub-tasks and epics.
WITH placed AS (
    SELECT
        project, key, completed_at AS at, is_counted, reason, issue_type, reopened_at,
        reopened_at IS NOT NULL AS is_reopened,
        date_trunc('month', completed_at AT TIME ZONE $timezone)::DATE AS month,
        date_trunc('week', completed_at AT TIME ZONE $timezone)::DATE AS week
    FROM issue_completions WHERE completed_at >= $begins_at AND completed_at < $ends_at
)
SELECT
    'pulse' AS definition, scope_kind, scope, p.project, p.key AS item, p.at, is_counted, reason,
    issue_type, is_reopened, reopened_at, month, week
FROM placed AS p JOIN issue_scopes AS s ON p.project = s.project AND p.key = s.key
