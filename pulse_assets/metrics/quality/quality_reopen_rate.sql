-- Re-open rate, definition `pulse`. Unit: ratio 0..1. One row per scope and period (week from Monday, or month).
-- Statistic: completions that were taken back, divided by all. A completion is each time that an issue came into a done
-- status from one that is not done, so an issue may have several; it belongs to the period of that moment, in local
-- time. It was taken back when the issue left done again at any time before the collection, so the rate of a period
-- grows for some time after it. Sub-tasks and epics are left out.
-- The 95 % bootstrap interval of the ratio is exact up to 200 completions, above by the normal approximation. Without
-- any taken back it is 0..0: a resample cannot show what the sample does not have. Without a completion it is unknown.
WITH grouped AS (
    SELECT
        scope_kind, scope, if(grouping(month) = 0, 'month', 'week') AS grain, coalesce(month, week) AS period_start,
        count(*) AS row_count, count(*) FILTER (is_reopened) AS part_count
    FROM quality_reopen_rate_rows WHERE is_counted
    GROUP BY GROUPING SETS ((scope_kind, scope, month), (scope_kind, scope, week))
),
measured AS (
    SELECT g.*,
        part_count / nullif(row_count, 0) AS ratio,
        1.96 * sqrt(ratio * (1 - ratio) / nullif(row_count, 0)) AS margin
    FROM grouped AS g
)
SELECT
    'pulse' AS definition, grain, period_start, scope_kind, scope,
    ratio AS reopen_ratio,
    if(row_count > 0, coalesce(low_count / row_count, greatest(0, ratio - margin)), NULL) AS reopen_low_ratio,
    if(row_count > 0, coalesce(high_count / row_count, least(1, ratio + margin)), NULL) AS reopen_high_ratio,
    coalesce(part_count, 0) AS reopened_count,
    coalesce(row_count, 0) AS row_count
FROM planning_periods
LEFT JOIN measured USING (grain, period_start, scope_kind, scope)
LEFT JOIN bootstrap_counts USING (row_count, part_count)
WHERE grain <> 'sprint'
