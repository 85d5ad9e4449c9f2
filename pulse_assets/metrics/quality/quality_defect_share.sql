-- Defect share, definition `pulse`. Unit: ratio 0..1. One row per scope and period (week from Monday, or month).
-- Statistic: defects done divided by issues done. An issue belongs to the period of its last completion, in local time,
-- as in flow_throughput; sub-tasks and epics are left out. A defect is of a type that PULSE_JIRA_DEFECT_TYPES lists.
-- The 95 % bootstrap interval of the ratio is exact up to 200 issues, above by the normal approximation. Without a
-- defect it is 0..0: a resample cannot show what the sample does not have. Without an issue the ratio is unknown.
-- escaped_count: defects done with a label of PULSE_JIRA_ESCAPED_LABELS, which says that they were found in production.
-- created_defect_count: defects created in the period, done or not; without sub-tasks and epics, too.
WITH grouped AS (
    SELECT
        scope_kind, scope, if(grouping(month) = 0, 'month', 'week') AS grain, coalesce(month, week) AS period_start,
        count(*) FILTER (kind = 'done') AS row_count,
        count(*) FILTER (kind = 'done' AND is_defect) AS part_count,
        count(*) FILTER (kind = 'done' AND is_escaped) AS escaped_count,
        count(*) FILTER (kind = 'created') AS created_defect_count
    FROM quality_defect_share_rows WHERE is_counted
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
    ratio AS defect_share_ratio,
    if(row_count > 0, coalesce(low_count / row_count, greatest(0, ratio - margin)), NULL) AS defect_share_low_ratio,
    if(row_count > 0, coalesce(high_count / row_count, least(1, ratio + margin)), NULL) AS defect_share_high_ratio,
    coalesce(part_count, 0) AS defect_count,
    coalesce(escaped_count, 0) AS escaped_count,
    coalesce(created_defect_count, 0) AS created_defect_count,
    coalesce(row_count, 0) AS row_count
FROM planning_periods
LEFT JOIN measured USING (grain, period_start, scope_kind, scope)
LEFT JOIN bootstrap_counts USING (row_count, part_count)
WHERE grain <> 'sprint'
