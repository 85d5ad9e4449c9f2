-- From when to when something is known of a scope: its first issue's creation, for a board that of the first one that
-- it shows, for a sprint its start; and the newest collection of its projects. One row; nulls where there is nothing
-- yet.
WITH members AS (
    SELECT project FROM scope_members WHERE scope_kind = getvariable('scope_kind') AND scope = getvariable('scope')
)
SELECT
    CASE getvariable('scope_kind')
        WHEN 'sprint' THEN (SELECT min(started_at) FROM sprints WHERE sprint_id::VARCHAR = getvariable('scope'))
        WHEN 'board' THEN (
            SELECT min(created_at) FROM issues SEMI JOIN (
                SELECT project, key FROM board_issues WHERE board_id::VARCHAR = getvariable('scope')
            ) USING (project, key)
        )
        ELSE (SELECT min(created_at) FROM issues SEMI JOIN members USING (project))
    END AS first_event_at,
    (SELECT max(collected_at) FROM projects SEMI JOIN members USING (project)) AS collected_at
