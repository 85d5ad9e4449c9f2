-- The rows of burndown: each day of each sprint that was started (fact `sprint_days`), once for each project that has the
-- sprint. at: the instant that the row tells of, the end of the day or of the sprint.
SELECT
    'pulse' AS definition, 'sprint' AS scope_kind, d.sprint_id::VARCHAR AS scope, d.project,
    concat(d.sprint_id, ' ', d.day) AS item, d.at, true AS is_counted, NULL::VARCHAR AS reason, d.day, s.started_at,
    remaining_points, remaining_count, ideal_points, ideal_count, scope_points, scope_count
FROM sprint_days AS d JOIN sprints AS s ON d.project = s.project AND d.sprint_id = s.sprint_id
WHERE s.started_at >= $begins_at AND s.started_at < $ends_at
