-- The days of the sprint, of all its projects together, as the metric has them.
SELECT b.day, d.at, remaining_points, remaining_count, ideal_points, ideal_count, scope_points, scope_count
FROM sprint_burndown AS b
JOIN (SELECT day, max(s.at) AS at FROM sprint_days AS s WHERE sprint_id = $sprint_id GROUP BY day) AS d ON b.day = d.day
WHERE b.grain = 'sprint' AND b.scope = $sprint_id::BIGINT::VARCHAR AND b.status <> 'withheld'
ORDER BY b.day
