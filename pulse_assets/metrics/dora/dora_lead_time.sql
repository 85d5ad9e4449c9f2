-- Change lead time (DORA), definition `pulse`. Unit: hours. One row per scope and period (week from Monday, or month).
-- Statistic: median and 90th percentile with linear interpolation, over the counted rows of change_lead_times.
-- The clock starts at the first commit of a change and stops when the first production deployment with it finished.
-- A change belongs to the period in which it was deployed, in local time, however long ago it was merged.
-- left_out_count: changes merged in the period that are not counted, in whatever period; their rows give the reason.
WITH deployed AS (
    SELECT
        coalesce(repository, 'all') AS scope,
        date_trunc($grain, deployed_at AT TIME ZONE $timezone)::DATE AS period_start,
        quantile_cont(lead_time_hours, 0.5) AS lead_time_median_hours,
        quantile_cont(lead_time_hours, 0.9) AS lead_time_p90_hours,
        quantile_cont(coding_hours, 0.5) AS coding_median_hours,
        quantile_cont(pickup_hours, 0.5) AS pickup_median_hours,
        quantile_cont(review_hours, 0.5) AS review_median_hours,
        quantile_cont(deploy_hours, 0.5) AS deploy_median_hours,
        count(*) AS change_count
    FROM change_lead_times
    WHERE is_counted AND period_start IN (SELECT period_start FROM scope_periods)
    GROUP BY GROUPING SETS ((repository, period_start), (period_start))
),
left_out AS (
    SELECT
        coalesce(repository, 'all') AS scope,
        date_trunc($grain, merged_at AT TIME ZONE $timezone)::DATE AS period_start,
        count(*) AS change_count
    FROM change_lead_times
    WHERE NOT is_counted AND period_start IN (SELECT period_start FROM scope_periods)
    GROUP BY GROUPING SETS ((repository, period_start), (period_start))
)
SELECT
    'pulse' AS definition, $grain AS grain, period_start, scope_kind, scope,
    lead_time_median_hours, lead_time_p90_hours,
    coding_median_hours, pickup_median_hours, review_median_hours, deploy_median_hours,
    coalesce(left_out.change_count, 0) AS left_out_count,
    coalesce(deployed.change_count, 0) AS row_count,
    row_count < 5 AS is_low_count,
    if(status_reason IS NULL, 'ok', 'degraded') AS status,
    status_reason
FROM scope_periods
LEFT JOIN deployed USING (scope, period_start)
LEFT JOIN left_out USING (scope, period_start)
ORDER BY scope_kind, scope, period_start
