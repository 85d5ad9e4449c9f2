-- Sprint completion, definition `pulse`. Unit: ratio 0..1; points and issues. One row per sprint that was started (grain
-- `sprint`), and per scope and period (week from Monday, or month) over the sprints that were completed in it.
-- Statistic: completion_ratio is the number of committed issues that were completed by the number of committed ones.
-- points_completion_ratio is their points at the end by the committed points at the start; it is above 1 when estimates
-- grew. Both are unknown where nothing was committed. What was added later does not improve them.
-- added: came after the start. removed: taken out before the end, also when it was added before. reestimated: the points
-- at the end differ from those at the start (or when it was added). carried_over: in the sprint at its end and not done;
-- unknown while a sprint is open. Points of added and removed ones are those of the start or of when they came, points of
-- carried over ones those of the end. left_out_count: sub-tasks, epics and what was done before the start.
WITH placed AS (
    SELECT r.*, grain,
        date_trunc(if(grain = 'sprint', 'day', grain), if(grain = 'sprint', started_at, r.at) AT TIME ZONE $timezone)::DATE
            AS period_start
    FROM sprint_completion_rows AS r
    JOIN (VALUES ('week'), ('month'), ('sprint')) AS grains(grain) ON (grain = 'sprint') = (scope_kind = 'sprint')
),
grouped AS (
    SELECT
        definition, grain, period_start, scope_kind, scope,
        bool_and(is_closed) AS is_over,
        count(*) FILTER (is_counted AND is_committed) AS committed_count,
        sum(points_at_start) FILTER (is_counted AND is_committed) AS committed_points,
        count(*) FILTER (is_counted AND is_committed AND is_completed) AS kept_count,
        sum(points_at_end) FILTER (is_counted AND is_committed AND is_completed) AS kept_points,
        count(*) FILTER (is_counted AND is_added) AS added_count,
        count(*) FILTER (is_counted AND is_removed) AS removed_count,
        count(*) FILTER (is_counted AND is_reestimated) AS reestimated_count,
        count(*) FILTER (is_counted AND is_completed) AS completed_count,
        count(*) FILTER (is_counted AND is_carried_over) AS carried_over_count,
        sum(points_at_start) FILTER (is_counted AND is_added) AS added_points,
        sum(points_at_start) FILTER (is_counted AND is_removed) AS removed_points,
        sum(points_at_end) FILTER (is_counted AND is_carried_over) AS carried_over_points,
        count(*) FILTER (NOT is_counted) AS left_out_count
    FROM placed GROUP BY ALL
)
SELECT
    'pulse' AS definition, grain, period_start, scope_kind, scope,
    kept_count / nullif(committed_count, 0) AS completion_ratio,
    coalesce(kept_points, 0) / nullif(committed_points, 0) AS points_completion_ratio,
    coalesce(committed_count, 0) AS committed_count,
    coalesce(added_count, 0) AS added_count,
    coalesce(removed_count, 0) AS removed_count,
    coalesce(reestimated_count, 0) AS reestimated_count,
    coalesce(completed_count, 0) AS completed_count,
    if(is_over IS false, NULL, coalesce(carried_over_count, 0)) AS carried_over_count,
    coalesce(added_points, 0) AS added_points,
    coalesce(removed_points, 0) AS removed_points,
    if(is_over IS false, NULL, coalesce(carried_over_points, 0)) AS carried_over_points,
    coalesce(left_out_count, 0) AS left_out_count,
    coalesce(committed_count, 0) AS row_count
FROM planning_periods LEFT JOIN grouped USING (grain, period_start, scope_kind, scope)
