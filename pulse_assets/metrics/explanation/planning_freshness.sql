-- When each project of each scope was last collected completely. One row per scope and project.
SELECT scope_kind, scope, project, collected_at
FROM scope_members JOIN projects USING (project)
ORDER BY scope_kind, scope, project
