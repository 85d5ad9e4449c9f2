-- Deployment rework rate (DORA), definition `pulse`; the others have none. Unit: ratio 0..1. One row per scope and
-- period (week from Monday, or month).
-- Statistic: deployments that mended production out of turn, divided by all. A deployment is one that succeeded in
-- production; it belongs to the period in which it finished, in local time. It is rework when it rolled back, or was
-- the first to bring a revert, a hotfix, or a pull request that closes an incident report.
-- The 95 % bootstrap interval of the ratio is exact up to 200 deployments, above by the normal approximation. Without
-- any rework it is 0..0: a resample cannot show what the sample does not have.
-- Without a deployment the ratio is unknown. left_out_count: production deployments that ended in the period without
-- success.
WITH grouped AS (
    SELECT
        definition, scope_kind, scope,
        if(grouping(month) = 0, 'month', 'week') AS grain, coalesce(month, week) AS period_start,
        count(*) FILTER (is_counted) AS row_count,
        count(*) FILTER (is_counted AND is_rework) AS part_count,
        count(*) FILTER (NOT is_counted) AS left_out_count
    FROM dora_rework_rate_rows
    GROUP BY GROUPING SETS ((definition, scope_kind, scope, month), (definition, scope_kind, scope, week))
),
measured AS (
    SELECT g.*,
        part_count / nullif(row_count, 0) AS ratio,
        1.96 * sqrt(ratio * (1 - ratio) / nullif(row_count, 0)) AS margin
    FROM grouped AS g
)
SELECT
    'pulse' AS definition, grain, period_start, scope_kind, scope,
    ratio AS rework_ratio,
    if(row_count > 0, coalesce(low_count / row_count, greatest(0, ratio - margin)), NULL) AS rework_low_ratio,
    if(row_count > 0, coalesce(high_count / row_count, least(1, ratio + margin)), NULL) AS rework_high_ratio,
    coalesce(part_count, 0) AS rework_deployment_count,
    coalesce(left_out_count, 0) AS left_out_count,
    coalesce(row_count, 0) AS row_count
FROM scope_periods
LEFT JOIN measured USING (grain, period_start, scope_kind, scope)
LEFT JOIN bootstrap_counts USING (row_count, part_count)
