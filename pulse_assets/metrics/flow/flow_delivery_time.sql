-- Issue start to production, definition `pulse`. Unit: hours. One row per scope and period (week from Monday, or
-- month).
-- Statistic: median and 85th percentile with linear interpolation, and the ends of the 95 % bootstrap interval of the
-- median: values that were measured, by their rank (exact up to 200 rows, above by the normal approximation).
-- The clock starts when an issue comes into a status of the category in_progress for the first time. It stops when the
-- last of the merged pull requests that name it was in production (`issue_deliveries`). It belongs to the period of
-- that deployment, in local time, whether the issue is done in Jira or not.
-- left_out_count: issues that were started, were done in the period, and are not counted: no pull request names them,
-- one of these is not merged or not in production yet, or all was in production before the issue was started.
WITH grouped AS (
    SELECT
        scope_kind, scope, if(grouping(month) = 0, 'month', 'week') AS grain, coalesce(month, week) AS period_start,
        count(*) FILTER (is_counted) AS row_count,
        count(*) FILTER (NOT is_counted) AS left_out_count,
        list_sort(list(start_to_production_hours) FILTER (is_counted)) AS ordered,
        quantile_cont(start_to_production_hours, [0.5, 0.85]) FILTER (is_counted) AS smooth
    FROM flow_delivery_time_rows
    GROUP BY GROUPING SETS ((scope_kind, scope, month), (scope_kind, scope, week))
),
ranked AS (
    SELECT g.*,
        coalesce(low_rank, greatest(1, floor(g.row_count / 2 - 0.98 * sqrt(g.row_count))))::BIGINT AS low_rank,
        coalesce(high_rank, least(g.row_count, ceil(g.row_count / 2 + 0.98 * sqrt(g.row_count))))::BIGINT AS high_rank
    FROM grouped AS g LEFT JOIN bootstrap_ranks AS b ON g.row_count = b.row_count
)
SELECT
    'pulse' AS definition, grain, period_start, scope_kind, scope,
    smooth[1] AS start_to_production_median_hours, smooth[2] AS start_to_production_p85_hours,
    ordered[low_rank] AS start_to_production_median_low_hours,
    ordered[high_rank] AS start_to_production_median_high_hours,
    coalesce(left_out_count, 0) AS left_out_count,
    coalesce(row_count, 0) AS row_count
FROM planning_periods LEFT JOIN ranked USING (grain, period_start, scope_kind, scope)
WHERE grain <> 'sprint'
