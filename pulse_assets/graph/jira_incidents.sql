-- What the incidents of Jira look like, as a number.
SELECT count(*), sum(hash(i.project, i.key, i.summary, i.service, i.created_at, i.resolved_at, f.done_at)::HUGEINT)::VARCHAR
FROM issues AS i LEFT JOIN issue_flow AS f USING (project, key)
WHERE i.is_incident
