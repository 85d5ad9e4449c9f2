-- Change failure rate (DORA), definition `pulse`. Unit: ratio 0..1. One row per definition, scope and period (week from
-- Monday, or month).
-- Statistic: failed deployments divided by all. A deployment is one that succeeded in production; one that failed to
-- roll out reached nobody and is no change failure. It belongs to the period in which it finished, in local time,
-- however late its incident began. It failed when at least one incident is attributed to it: an issue, a revert, a
-- hotfix or a rollback (fact `incidents` says by which rule).
-- `devlake`: it failed when it is the latest one of the whole scope before an incident report, whatever its service or
-- repository. `fourkeys`: it failed when its commits hold the root cause that an incident report names.
-- The 95 % bootstrap interval, of `pulse` alone, is exact up to 200 deployments, above by the normal approximation.
-- Without any failure it is 0..0: a resample cannot show what the sample does not have.
-- Without a deployment the ratio is unknown. unattributed_incident_count: incidents opened in the period that belong to
-- no deployment (`devlake`, `fourkeys`: incident reports). left_out_count: production deployments that ended in the
-- period without success.
WITH definitions AS (
    SELECT unnest(['pulse', 'devlake', 'fourkeys']) AS definition
),
placed AS (
    SELECT *,
        date_trunc('month', r.at AT TIME ZONE $timezone)::DATE AS month,
        date_trunc('week', r.at AT TIME ZONE $timezone)::DATE AS week
    FROM dora_change_failure_rate_rows AS r
),
grouped AS (
    SELECT
        definition, scope_kind, scope,
        if(grouping(month) = 0, 'month', 'week') AS grain, coalesce(month, week) AS period_start,
        count(*) FILTER (is_counted) AS row_count,
        count(*) FILTER (is_counted AND is_failure) AS part_count,
        count(*) FILTER (kind = 'incident') AS unattributed_incident_count,
        count(*) FILTER (kind = 'deployment' AND NOT is_counted) AS left_out_count
    FROM placed
    GROUP BY GROUPING SETS ((definition, scope_kind, scope, month), (definition, scope_kind, scope, week))
),
measured AS (
    SELECT *,
        part_count / nullif(row_count, 0) AS ratio,
        1.96 * sqrt(ratio * (1 - ratio) / nullif(row_count, 0)) AS margin,
        definition = 'pulse' AND row_count > 0 AS has_interval
    FROM grouped
)
SELECT
    definition, grain, period_start, scope_kind, scope,
    ratio AS change_failure_ratio,
    if(has_interval, coalesce(low_count / row_count, greatest(0, ratio - margin)), NULL) AS change_failure_low_ratio,
    if(has_interval, coalesce(high_count / row_count, least(1, ratio + margin)), NULL) AS change_failure_high_ratio,
    coalesce(part_count, 0) AS failed_deployment_count,
    coalesce(unattributed_incident_count, 0) AS unattributed_incident_count,
    coalesce(left_out_count, 0) AS left_out_count,
    coalesce(row_count, 0) AS row_count
FROM scope_periods CROSS JOIN definitions
LEFT JOIN measured USING (definition, grain, period_start, scope_kind, scope)
LEFT JOIN bootstrap_counts USING (row_count, part_count)
