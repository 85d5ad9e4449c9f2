-- From when to when something is known of a scope: its first merge or successful production deployment, and the newest
-- collection of its repositories. One row; nulls where there is nothing yet.
WITH members AS (
    SELECT repository FROM scope_members
    WHERE scope_kind = getvariable('scope_kind') AND scope = getvariable('scope')
)
SELECT
    least(
        (SELECT min(merged_at) FROM pull_requests SEMI JOIN members USING (repository)),
        (
            SELECT min(finished_at) FROM deployments SEMI JOIN members USING (repository)
            WHERE is_production AND status = 'success'
        )
    ) AS first_event_at,
    (SELECT max(collected_at) FROM repositories SEMI JOIN members USING (repository)) AS collected_at
