-- The rows of velocity, for each scope that their sprint belongs to: kind `sprint`, each sprint that was started; kind
-- `issue`, each issue that was in it (fact `sprint_scope` says what became of it, and why it is not counted).
-- A sprint belongs to its project, its board, the teams of its project and `all` once it is completed; at: when it was.
-- It is a scope of its own from its start on; at: its completion, or the last collection while it is open.
WITH started AS (
    SELECT s.project, s.board_id, s.sprint_id, s.name, s.started_at,
        s.state = 'closed' AND s.completed_at IS NOT NULL AS is_closed,
        greatest(s.started_at, if(is_closed, s.completed_at, p.collected_at)) AS at
    FROM sprints AS s JOIN projects AS p ON s.project = p.project
    WHERE s.started_at IS NOT NULL AND (is_closed OR p.collected_at IS NOT NULL)
),
scoped AS (
    SELECT 'sprint' AS scope_kind, sprint_id::VARCHAR AS scope, s.* FROM started AS s
    WHERE started_at >= $begins_at AND started_at < $ends_at
    UNION ALL
    SELECT 'board', board_id::VARCHAR, s.* FROM started AS s
    WHERE is_closed AND s.at >= $begins_at AND s.at < $ends_at
    UNION ALL
    SELECT m.scope_kind, m.scope, s.* FROM started AS s JOIN project_members AS m ON s.project = m.project
    WHERE is_closed AND s.at >= $begins_at AND s.at < $ends_at
),
unscoped AS (
    SELECT project, sprint_id, 'sprint' AS kind, sprint_id::VARCHAR AS item, true AS is_counted, NULL AS reason,
        false AS is_committed, false AS is_completed, NULL AS points_at_start, NULL AS points_at_end
    FROM started
    UNION ALL
    SELECT project, sprint_id, 'issue', concat(sprint_id, ' ', key), is_counted, reason,
        is_committed, is_completed, points_at_start, points_at_end
    FROM sprint_scope
)
SELECT 'pulse' AS definition, scope_kind, scope, s.project, item, s.at, is_counted, reason, kind,
    s.sprint_id, name AS sprint, started_at, is_committed, is_completed, points_at_start, points_at_end
FROM unscoped AS u JOIN scoped AS s ON u.project = s.project AND u.sprint_id = s.sprint_id
