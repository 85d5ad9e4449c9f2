-- Which issue belongs to which scope: its project, the teams of its project, `all`, and the boards that show it today.
-- A sprint is no scope of issues here: what was in it at which time is told by sprint_scope.
SELECT m.scope_kind, m.scope, i.project, i.key
FROM issues AS i JOIN project_members AS m ON i.project = m.project
UNION ALL
SELECT DISTINCT 'board', board_id::VARCHAR, project, key FROM board_issues
