-- The sprint itself, as the asked project has it. One row, or none when it has no such sprint.
SELECT
    s.project, p.name AS project_name, s.sprint_id, s.name, s.goal, s.state, s.board_id, b.name AS board_name,
    s.started_at, s.ended_at AS planned_end_at,
    if(s.state = 'closed', s.completed_at, NULL) AS completed_at,
    s.estimation_field IS NOT NULL AS is_estimated, p.collected_at
FROM sprints AS s JOIN projects AS p ON s.project = p.project
LEFT JOIN boards AS b ON s.project = b.project AND s.board_id = b.board_id
WHERE s.project = $project AND s.sprint_id = $sprint_id
