-- Both DORA metrics side by side: one row per scope and period. A period without a row is unknown.
WITH lead_time AS (
    SELECT *
    FROM dora_lead_time
    WHERE definition = $definition AND grain = $grain AND period_start BETWEEN $first AND $last
), deployment_frequency AS (
    SELECT *
    FROM dora_deployment_frequency
    WHERE definition = $definition AND grain = $grain AND period_start BETWEEN $first AND $last
)
SELECT
    coalesce(l.scope_kind, d.scope_kind) AS scope_kind,
    coalesce(l.scope, d.scope) AS scope,
    coalesce(l.period_start, d.period_start) AS period_start,
    l.lead_time_median_hours,
    l.lead_time_p90_hours,
    l.coding_median_hours,
    l.pickup_median_hours,
    l.review_median_hours,
    l.deploy_median_hours,
    l.row_count AS change_count,
    l.left_out_count,
    l.is_low_count AS lead_time_is_low_count,
    l.status AS lead_time_status,
    l.status_reason AS lead_time_status_reason,
    d.deployment_count,
    d.deployment_days_count,
    d.deployment_days_per_week_median,
    d.is_low_count AS deployments_is_low_count,
    d.status AS deployments_status,
    d.status_reason AS deployments_status_reason
FROM lead_time AS l
FULL JOIN deployment_frequency AS d
    ON d.scope_kind = l.scope_kind AND d.scope = l.scope AND d.period_start = l.period_start
ORDER BY 1, 2, 3
