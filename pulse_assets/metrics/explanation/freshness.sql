-- When each repository of each scope was last collected completely. One row per scope and repository.
SELECT scope_kind, scope, repository, collected_at
FROM scope_members JOIN repositories USING (repository)
ORDER BY scope_kind, scope, repository
