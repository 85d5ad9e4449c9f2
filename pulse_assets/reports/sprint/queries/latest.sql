-- The sprints that were started: the last completed one first, then those that are open, the last started one first.
SELECT project, sprint_id
FROM sprints
WHERE started_at IS NOT NULL AND ($project::VARCHAR IS NULL OR project = $project)
ORDER BY if(state = 'closed', completed_at, NULL) DESC NULLS LAST, started_at DESC, project, sprint_id DESC
LIMIT 1
