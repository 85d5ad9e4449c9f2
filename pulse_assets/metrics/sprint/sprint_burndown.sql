-- Burndown, definition `pulse`. Unit: points (of the board's estimation field) and issues. One row per sprint that was
-- started and local day of it; only grain `sprint` has them.
-- Statistic: sums over the counted issues (no sub-tasks, no epics, none that was done before the start) that are in the
-- sprint at the end of the day, of the sprint or of the data, whatever comes first: scope is all of them, remaining
-- those that are not done. Points are those of that instant; no estimate counts 0.
-- ideal: an even pace from the commitment at the start to nothing at the planned end, as of the end of the day.
-- row_count: the issues in the sprint.
WITH summed AS (
    SELECT
        'sprint' AS grain, (started_at AT TIME ZONE $timezone)::DATE AS period_start, scope_kind, scope, r.day,
        sum(remaining_points) AS remaining_points, sum(remaining_count)::BIGINT AS remaining_count,
        sum(ideal_points) AS ideal_points, sum(ideal_count) AS ideal_count,
        sum(scope_points) AS scope_points, sum(scope_count)::BIGINT AS scope_count
    FROM sprint_burndown_rows AS r GROUP BY ALL
)
SELECT
    'pulse' AS definition, grain, period_start, scope_kind, scope, s.day,
    remaining_points, remaining_count, ideal_points, ideal_count, scope_points, scope_count, scope_count AS row_count
FROM planning_periods JOIN summed AS s USING (grain, period_start, scope_kind, scope)
