-- The sprints whose reports are kept up to date, each with a number for all that its report shows: the one that was
-- started last on each board, and those that were completed within 31 days of the last completion, to which the latest
-- weekly and monthly reports lead.
WITH latest AS (
    SELECT project, board_id, sprint_id
    FROM sprints WHERE started_at IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY project, board_id ORDER BY started_at DESC, sprint_id DESC) = 1
        OR completed_at >= max(completed_at) OVER () - INTERVAL 31 DAY
),
shown AS (
    SELECT s.project, s.board_id, hash(s) AS row_hash FROM sprints AS s
    UNION ALL SELECT s.project, s.board_id, hash(s) FROM sprint_scope AS s
    UNION ALL SELECT s.project, s.board_id, hash(s) FROM sprint_days AS s
    UNION ALL SELECT b.project, b.board_id, hash(b) FROM boards AS b
    UNION ALL
    SELECT c.project, c.board_id, hash(i.key, i.summary, i.issue_type, i.status, i.url)
    FROM sprint_scope AS c JOIN issues AS i ON c.project = i.project AND c.key = i.key
    UNION ALL
    SELECT s.project, s.board_id, hash(c)
    FROM sprint_completion AS c JOIN sprints AS s ON c.scope_kind = 'sprint' AND c.scope = s.sprint_id::VARCHAR
    UNION ALL
    SELECT s.project, s.board_id, hash(v)
    FROM sprint_velocity AS v JOIN sprints AS s ON v.scope_kind = 'sprint' AND v.scope = s.sprint_id::VARCHAR
)
SELECT l.project, l.sprint_id, sum(s.row_hash::HUGEINT)::VARCHAR
FROM latest AS l JOIN shown AS s USING (project, board_id)
WHERE l.sprint_id::VARCHAR IN (SELECT scope FROM sprint_velocity WHERE scope_kind = 'sprint')
GROUP BY l.project, l.sprint_id
ORDER BY l.project, l.sprint_id
