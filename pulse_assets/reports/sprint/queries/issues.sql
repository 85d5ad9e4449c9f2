-- Every issue that was in the sprint, whatever project it is of, with what became of it there.
SELECT
    c.project, c.key, i.summary AS title, i.issue_type, i.status, i.url AS address,
    c.is_committed, c.is_added, c.is_removed, c.is_completed, c.is_carried_over, c.is_reestimated,
    c.points_at_start, c.points_at_end, c.entered_at, c.removed_at, c.completed_at, c.is_counted, c.reason
FROM sprint_scope AS c JOIN issues AS i ON c.project = i.project AND c.key = i.key
WHERE c.sprint_id = $sprint_id
ORDER BY c.project, length(c.key), c.key
