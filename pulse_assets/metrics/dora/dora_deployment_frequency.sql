-- Deployment frequency (DORA), definition `pulse`. One row per scope and period (week from Monday, or month).
-- Counts successful production deployments by the local day on which they first succeeded; a deployment is one row of
-- `deployments`, so a second deployment of the same commit counts again, and a retried status does not.
-- deployment_days_count: days of the period with at least one. deployment_days_per_week_median: median of such days a
-- week, over the weeks whose Monday lies in the period, each with all of its seven days; a week without any counts as
-- 0, a week after the collection is unknown and does not count.
-- A period without deployments is 0 where collection reached its end, and has no row where it did not begin to be
-- collected; scope `all` has a degraded row where only some repositories were collected.
WITH days AS (
    SELECT
        coalesce(repository, 'all') AS scope,
        (finished_at AT TIME ZONE $timezone)::DATE AS day,
        date_trunc('week', day)::DATE AS monday,
        count(*) AS deployment_count
    FROM deployments
    WHERE is_production AND status = 'success'
    GROUP BY GROUPING SETS ((repository, day), (day))
),
in_period AS (
    SELECT
        scope,
        date_trunc($grain, day)::DATE AS period_start,
        sum(deployment_count)::BIGINT AS deployment_count,
        count(*) AS deployment_days_count
    FROM days
    GROUP BY scope, period_start
),
in_week AS (
    SELECT scope, monday, count(*) AS deployment_days_count FROM days GROUP BY scope, monday
),
a_week AS (
    SELECT
        scope,
        period_start,
        quantile_cont(coalesce(deployment_days_count, 0), 0.5) AS deployment_days_per_week_median
    FROM scope_periods JOIN period_weeks USING (period_start) LEFT JOIN in_week USING (scope, monday)
    WHERE monday <= last_monday
    GROUP BY scope, period_start
)
SELECT
    'pulse' AS definition, $grain AS grain, period_start, scope_kind, scope,
    coalesce(deployment_count, 0) AS deployment_count,
    coalesce(deployment_days_count, 0) AS deployment_days_count,
    deployment_days_per_week_median,
    coalesce(deployment_count, 0) AS row_count,
    coalesce(deployment_count, 0) < 5 AS is_low_count,
    if(status_reason IS NULL, 'ok', 'degraded') AS status,
    status_reason
FROM scope_periods
LEFT JOIN in_period USING (scope, period_start)
LEFT JOIN a_week USING (scope, period_start)
ORDER BY scope_kind, scope, period_start
