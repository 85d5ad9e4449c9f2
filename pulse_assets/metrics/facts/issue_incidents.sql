-- Incidents of Jira, definition `pulse`: one row per issue that is an incident, by its type or a label, and the
-- repositories in whose metrics it stands (`jira_incidents`, where the rules are).
-- Not counted: no_repository (no pull request names it, no repository deploys its service, and the teams of its project
-- do not have exactly one repository).
WITH taken AS (
    SELECT project, key, string_agg(repository, ',' ORDER BY repository) AS repositories FROM jira_incidents
    GROUP BY project, key
)
SELECT i.project, i.key, i.created_at AS opened_at, coalesce(f.done_at, i.resolved_at) AS resolved_at,
    t.repositories, t.repositories IS NOT NULL AS is_counted,
    if(t.repositories IS NULL, 'no_repository', NULL) AS reason
FROM issues AS i
LEFT JOIN issue_flow AS f ON f.project = i.project AND f.key = i.key
LEFT JOIN taken AS t ON t.project = i.project AND t.key = i.key
WHERE i.is_incident ORDER BY i.project, i.key
