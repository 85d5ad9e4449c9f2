-- The incidents of one period: opened or resolved in it, or open at its end. The address is that of the issue (of
-- GitHub or Jira) or of the pull request; a rollback has none.
SELECT
    i.repository,
    i.incident_id,
    i.kind,
    i.number,
    i.title,
    i.service,
    if(i.kind = 'issue', coalesce(q.url, j.url), p.url) AS address,
    i.opened_at,
    i.resolved_at,
    i.deployment_id,
    i.attributed_by,
    i.remedy_deployment_id,
    i.is_attributed,
    i.reason,
    i.restore_hours,
    i.resolved_at IS NULL OR i.resolved_at >= $finish AS is_open
FROM incidents AS i
LEFT JOIN incident_reports AS q ON i.kind = 'issue' AND q.repository = i.repository AND q.number = i.number
LEFT JOIN jira_incidents AS j ON j.repository = i.repository AND 'jira-' || j.key = i.incident_id
LEFT JOIN pull_requests AS p ON i.kind <> 'issue' AND p.repository = i.repository AND p.number = i.number
WHERE i.opened_at < $finish AND (i.resolved_at IS NULL OR i.resolved_at >= $begin OR i.opened_at >= $begin)
ORDER BY i.opened_at, i.repository, i.incident_id
