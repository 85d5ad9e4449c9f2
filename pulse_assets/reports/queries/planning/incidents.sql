-- The incidents of Jira that stand in no repository's metrics: opened or resolved in the period, or open at its end.
SELECT
    n.project,
    n.key,
    i.summary AS title,
    i.url AS address,
    n.opened_at,
    n.resolved_at,
    n.reason
FROM issue_incidents AS n
LEFT JOIN issues AS i ON i.project = n.project AND i.key = n.key
WHERE
    NOT n.is_counted
    AND n.opened_at < $finish
    AND (n.resolved_at IS NULL OR n.resolved_at >= $begin OR n.opened_at >= $begin)
ORDER BY n.opened_at, n.project, n.key
