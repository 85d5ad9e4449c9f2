-- Incidents of Jira by repository, definition `pulse`: one row per repository and issue that is an incident there, and
-- why. An issue is an incident by its type (PULSE_JIRA_INCIDENT_TYPES) or a label (PULSE_INCIDENT_LABELS).
-- It belongs to a repository by the first rule that fits. pull_request: one of its pull requests names the key that the
-- issue has today, or had before it was moved. service: a production deployment there is of the service that the issue
-- names by a label. team: the teams of the issue's project have exactly this one repository, and the issue names no
-- service, or the repository does not tell services apart.
-- service: that of the label, where the repository tells services apart.
-- Each repository is looked at alone, so that an issue may be an incident of several, and of none (`issue_incidents`).
-- It opens when the issue was created. It is resolved when the issue was done last, if it is done today (`issue_flow`),
-- else when it got its resolution.
WITH project_incidents AS (
    SELECT i.project, i.key, i.summary AS title, i.service, i.url, i.created_at AS opened_at,
        coalesce(f.done_at, i.resolved_at) AS resolved_at
    FROM issues AS i LEFT JOIN issue_flow AS f ON f.project = i.project AND f.key = i.key WHERE i.is_incident
),
their_keys AS (
    SELECT key AS named_key, key FROM project_incidents
    UNION
    SELECT from_value, key FROM issue_changes SEMI JOIN project_incidents USING (project, key) WHERE field = 'Key'
),
naming AS (
    SELECT n.repository, k.key, array_to_string(list_sort(list(DISTINCT n.number)), ',') AS pull_requests
    FROM pull_request_issue_keys AS n JOIN their_keys AS k ON k.named_key = n.key GROUP BY n.repository, k.key
),
services AS (
    SELECT repository, list(DISTINCT service) FILTER (service IS NOT NULL) AS names
    FROM deployments WHERE is_production AND status = 'success' GROUP BY repository
),
found AS (
    SELECT repository, key, 1 AS place, 'pull_request' AS taken_by FROM naming
    UNION ALL
    SELECT s.repository, i.key, 2, 'service'
    FROM project_incidents AS i JOIN services AS s ON list_contains(s.names, i.service)
    UNION ALL
    SELECT r.repository, i.key, 3, 'team'
    FROM project_incidents AS i JOIN project_repositories AS t ON t.project = i.project
    JOIN repositories AS r ON lower(r.repository) = lower(t.repository)
    LEFT JOIN services AS s ON s.repository = r.repository
    WHERE i.service IS NULL OR s.names IS NULL
),
taken AS (SELECT repository, key, arg_min(taken_by, place) AS taken_by FROM found GROUP BY repository, key)
SELECT t.repository, i.project, t.key, title, if(s.names IS NULL, NULL, service) AS service,
    opened_at, resolved_at, taken_by, n.pull_requests, i.url
FROM taken AS t JOIN project_incidents AS i ON i.key = t.key
LEFT JOIN services AS s ON s.repository = t.repository
LEFT JOIN naming AS n ON n.repository = t.repository AND n.key = t.key
ORDER BY t.repository, t.key
