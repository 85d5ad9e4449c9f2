-- Deployment frequency (DORA), definition `pulse`; `devlake` and `fourkeys` count alike. Unit: deployments. One row per
-- definition, scope and period (week from Monday, or month).
-- Counts successful production deployments by the local day on which they first succeeded; a deployment is one row of
-- `deployments`, so a second deployment of the same commit counts again, and a retried status does not. One to
-- production-eu and one to production-us are two, whatever PULSE_SERVICE_PATTERN makes of them, unless
-- PULSE_PRODUCTION_PATTERN leaves one out.
-- deployment_days_count: days of the period with at least one. deployment_days_per_week_median: median of such days a
-- week, over the weeks whose Monday lies in the period, each with all of its seven days; a week without any counts as
-- 0, a week after the collection is unknown and does not count.
-- A period without deployments is 0 where collection reached its end, and has no row where it did not begin to be
-- collected; a scope of several repositories has a degraded row where only some were collected.
WITH definitions AS (
    SELECT unnest(['pulse', 'devlake', 'fourkeys']) AS definition
),
days AS (
    SELECT scope_kind, scope, day, week, month, count(*) AS deployment_count
    FROM dora_deployment_frequency_rows
    WHERE is_counted AND definition = 'pulse'
    GROUP BY scope_kind, scope, day, week, month
),
in_period AS (
    SELECT
        scope_kind, scope, if(grouping(month) = 0, 'month', 'week') AS grain, coalesce(month, week) AS period_start,
        sum(deployment_count)::BIGINT AS deployment_count,
        count(*) AS deployment_days_count
    FROM days
    GROUP BY GROUPING SETS ((scope_kind, scope, month), (scope_kind, scope, week))
),
a_week AS (
    SELECT
        p.grain, p.period_start, p.scope_kind, p.scope,
        quantile_cont(coalesce(d.deployment_days_count, 0), 0.5) AS deployment_days_per_week_median
    FROM scope_periods AS p JOIN period_weeks AS w USING (grain, period_start)
    LEFT JOIN in_period AS d
        ON d.grain = 'week' AND d.period_start = w.monday AND d.scope_kind = p.scope_kind AND d.scope = p.scope
    WHERE monday <= last_monday
    GROUP BY p.grain, p.period_start, p.scope_kind, p.scope
)
SELECT
    definition, grain, period_start, scope_kind, scope,
    coalesce(deployment_count, 0) AS deployment_count,
    coalesce(deployment_days_count, 0) AS deployment_days_count,
    deployment_days_per_week_median,
    coalesce(deployment_count, 0) AS row_count
FROM scope_periods CROSS JOIN definitions
LEFT JOIN in_period USING (grain, period_start, scope_kind, scope)
LEFT JOIN a_week USING (grain, period_start, scope_kind, scope)
