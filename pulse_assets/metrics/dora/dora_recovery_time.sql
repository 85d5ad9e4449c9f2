-- Failed deployment recovery time (DORA), definition `pulse`, and beside it the older time to restore. Unit: hours. One
-- row per definition, scope and period (week from Monday, or month).
-- Recovery: the clock starts when a failed deployment finished and stops when it was recovered: when the last of its
-- reported incidents was resolved, or, where none is reported, when the first remedy was in production. Statistic:
-- median, 75th and 90th percentile with linear interpolation, and the 95 % bootstrap interval of the median (as in
-- dora_lead_time). It belongs to the period of the recovery, in local time.
-- Restore: opened to resolved, over the incidents that are reported as issues; it belongs to that of the resolution.
-- `devlake`: recovery per incident report, from the finish of the deployment that it is blamed on (the latest of the
-- scope) to its resolution; it belongs to the period in which that deployment finished. Restore as in `pulse`. Both in
-- whole minutes, cut off; quantiles are measured values (percent_rank, as in dora_lead_time). No interval.
-- `fourkeys`: restore alone, from the begin (root cause in production, or opened) to resolved, in whole minutes, cut
-- off; it belongs to the period of the begin; quantiles with linear interpolation. row_count is that of restore.
-- What is open has no duration yet and counts in open_count: failures that were not recovered before the period's end
-- (or the collection). A failure counts as open from its first incident on, not from the finish of the deployment;
-- where the incident was opened before the finish, from the finish on.
-- restore_open_count: incidents likewise.
WITH definitions AS (
    SELECT unnest(['pulse', 'devlake', 'fourkeys']) AS definition
),
all_rows AS MATERIALIZED (
    SELECT * FROM dora_recovery_time_rows
),
placed AS (
    SELECT *,
        date_trunc('month', r.at AT TIME ZONE $timezone)::DATE AS month,
        date_trunc('week', r.at AT TIME ZONE $timezone)::DATE AS week
    FROM all_rows AS r
),
grouped AS (
    SELECT
        definition, kind, scope_kind, scope,
        if(grouping(month) = 0, 'month', 'week') AS grain, coalesce(month, week) AS period_start,
        count(*) AS measured_count, 0.98 * sqrt(measured_count) AS reach,
        list_sort(list(hours)) AS ordered,
        quantile_cont(hours, [0.5, 0.75, 0.9]) AS smooth
    FROM placed WHERE is_counted
    GROUP BY GROUPING SETS ((definition, kind, scope_kind, scope, month), (definition, kind, scope_kind, scope, week))
),
ranked AS (
    SELECT g.*,
        if(definition = 'devlake', [
            ordered[1 + (measured_count - 1) * twentieths // 20] FOR twentieths IN [10, 15, 18]
        ], smooth) AS quantiles,
        ordered[coalesce(low_rank, greatest(1, floor(measured_count / 2 - reach)))::BIGINT] AS low,
        ordered[coalesce(high_rank, least(measured_count, ceil(measured_count / 2 + reach)))::BIGINT] AS high
    FROM grouped AS g LEFT JOIN bootstrap_ranks AS b ON g.measured_count = b.row_count
),
moments AS (
    SELECT definition, kind, scope_kind, scope, open_from AS moment, 1 AS change
    FROM all_rows WHERE open_from IS NOT NULL
    UNION ALL
    SELECT definition, kind, scope_kind, scope, greatest(open_from, open_until), -1
    FROM all_rows WHERE open_from IS NOT NULL AND open_until IS NOT NULL
),
running AS (
    SELECT definition, kind, scope_kind, scope, moment,
        sum(change) OVER (PARTITION BY definition, kind, scope_kind, scope ORDER BY moment)::BIGINT AS open_count
    FROM moments
),
kinds AS (
    SELECT * FROM scope_periods CROSS JOIN definitions CROSS JOIN (SELECT unnest(['recovery', 'restore']) AS kind)
),
counted AS (
    SELECT k.definition, k.kind, k.grain, k.period_start, k.scope_kind, k.scope, coalesce(open_count, 0) AS open_count
    FROM kinds AS k ASOF LEFT JOIN running AS r
        ON k.definition = r.definition AND k.kind = r.kind AND k.scope_kind = r.scope_kind AND k.scope = r.scope
        AND k.ends_at > r.moment
)
SELECT
    definition, grain, period_start, scope_kind, scope,
    a.quantiles[1] AS recovery_median_hours, a.quantiles[2] AS recovery_p75_hours, a.quantiles[3] AS recovery_p90_hours,
    if(definition = 'pulse', a.low, NULL) AS recovery_median_low_hours,
    if(definition = 'pulse', a.high, NULL) AS recovery_median_high_hours,
    if(definition = 'fourkeys', NULL, x.open_count) AS open_count,
    b.quantiles[1] AS restore_median_hours, b.quantiles[2] AS restore_p75_hours, b.quantiles[3] AS restore_p90_hours,
    coalesce(b.measured_count, 0) AS restore_count, y.open_count AS restore_open_count,
    coalesce(if(definition = 'fourkeys', b.measured_count, a.measured_count), 0) AS row_count
FROM (SELECT * FROM counted WHERE kind = 'recovery') AS x
JOIN (SELECT * FROM counted WHERE kind = 'restore') AS y USING (definition, grain, period_start, scope_kind, scope)
LEFT JOIN (SELECT * FROM ranked WHERE kind = 'recovery') AS a USING (definition, grain, period_start, scope_kind, scope)
LEFT JOIN (SELECT * FROM ranked WHERE kind = 'restore') AS b USING (definition, grain, period_start, scope_kind, scope)
