-- The sprint and the sprints of its board that were completed before its end, with their velocity; the oldest first.
WITH own AS (
    SELECT board_id, coalesce(if(state = 'closed', completed_at, NULL), 'infinity'::TIMESTAMPTZ) AS ends_at
    FROM sprints WHERE project = $project AND sprint_id = $sprint_id
),
listed AS (
    SELECT s.sprint_id, s.name, s.started_at, if(s.state = 'closed', s.completed_at, NULL) AS completed_at,
        s.sprint_id = $sprint_id AS is_this
    FROM sprints AS s JOIN own ON s.board_id = own.board_id
    WHERE s.project = $project AND s.started_at IS NOT NULL
        AND (is_this OR (s.state = 'closed' AND s.completed_at < own.ends_at))
    ORDER BY is_this DESC, completed_at DESC, s.sprint_id DESC
    LIMIT $most
)
SELECT
    l.sprint_id, l.name, l.started_at, l.completed_at, l.is_this,
    v.committed_points, v.committed_count, v.completed_points, v.completed_count,
    c.completion_ratio, coalesce(v.status, 'unknown') AS status, v.status_reason
FROM listed AS l
LEFT JOIN sprint_velocity AS v ON v.grain = 'sprint' AND v.scope = l.sprint_id::VARCHAR
LEFT JOIN sprint_completion AS c ON c.grain = 'sprint' AND c.scope = l.sprint_id::VARCHAR
ORDER BY is_this, l.completed_at, l.sprint_id
