-- Completions of issues, definition `pulse`: one row each time that an issue became done. Unit: none.
-- An issue is completed when it comes into a done status from one that is not done, or is created in one; going from
-- one done status to another is no completion. A status of unknown category is not done.
-- reopened_at: when it went from a done status to one that is not done, the first time after it; null if it never did
-- before the collection. Several completions at one instant (a history may hold several changes) are one: the last.
-- Not counted: sub-tasks and epics, with the reason; they are completed through their parts.
WITH stays AS (
    SELECT project, key, ordinal, entered_at, coalesce(status_category = 'done', false) AS is_done
    FROM issue_status_spans
),
turns AS (
    SELECT project, key, ordinal, entered_at, is_done FROM stays
    QUALIFY is_done <> coalesce(lag(is_done) OVER (PARTITION BY project, key ORDER BY ordinal), false)
),
completions AS (
    SELECT project, key, ordinal, is_done, entered_at AS completed_at,
        lead(entered_at) OVER (PARTITION BY project, key ORDER BY ordinal) AS reopened_at
    FROM turns
)
SELECT
    c.project, c.key, i.issue_type, completed_at, reopened_at,
    CASE WHEN i.is_subtask THEN 'subtask' WHEN i.is_epic THEN 'epic' END AS reason,
    reason IS NULL AS is_counted
FROM completions AS c JOIN issues AS i ON c.project = i.project AND c.key = i.key
WHERE is_done
QUALIFY row_number() OVER (PARTITION BY c.project, c.key, completed_at ORDER BY ordinal DESC) = 1
ORDER BY c.project, c.key, completed_at
