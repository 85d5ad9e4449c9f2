-- Where the issues are that are incidents of a repository, by what such an incident is called.
SELECT concat('jira-', key) AS incident_id, url AS address
FROM issues
WHERE is_incident AND url IS NOT NULL
