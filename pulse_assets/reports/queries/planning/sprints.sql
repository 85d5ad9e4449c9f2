-- The sprints that were completed in the period; one that several projects have stands with the first of them, where
-- its report is.
SELECT
    min(s.project) AS project,
    s.sprint_id,
    arg_min(s.name, s.project) AS name,
    arg_min(s.board_id, s.project)::VARCHAR AS board,
    min(s.started_at) AS started_at,
    max(s.completed_at) AS completed_at
FROM sprints AS s
WHERE s.state = 'closed' AND s.started_at IS NOT NULL AND s.completed_at IS NOT NULL
GROUP BY s.sprint_id
HAVING max(s.completed_at) >= $begin AND max(s.completed_at) < $finish
ORDER BY max(s.completed_at), s.sprint_id
