-- The projects of each scope: of projects, teams and `all`, of boards and of sprints. One row per scope and project.
SELECT scope_kind, scope, project FROM project_members
UNION ALL
SELECT 'board', board_id::VARCHAR, project FROM boards
UNION ALL
SELECT 'sprint', sprint_id::VARCHAR, project FROM sprints
