-- Change lead time (DORA). Unit: hours. One row per definition, scope and period (week from Monday, or month).
-- By definition `pulse` the clock starts at the first commit of a pull request and stops when the first production
-- deployment with it finished. Statistic: median, 75th and 90th percentile with linear interpolation, and the ends of
-- the 95 % bootstrap interval of the median: values that were measured, by their rank (exact up to 200 rows, above by
-- the normal approximation).
-- `devlake`: the same clock in whole minutes, rounded up for each stage; pull requests of the first deployment are not
-- counted. Quantiles are measured values, too: the greatest one whose percent_rank is at most 0.5, 0.75, 0.9 (of an
-- even number the lower median). No interval.
-- `fourkeys`: one value per commit and deployment, from committed to the deployment's finish, in whole minutes, cut
-- off; quantiles as in `pulse`. Automated pushes (no whole minute) do not count. No stages, no interval.
-- A row belongs to the period in which its deployment finished, in local time, however long ago it was merged.
-- Stage medians leave out rows without the stage.
-- left_out_count: changes merged in the period that are not counted, in whatever period; `fourkeys`: commits deployed
-- in it that are not counted. Their rows give the reason.
WITH definitions AS (
    SELECT unnest(['pulse', 'devlake', 'fourkeys']) AS definition
),
grouped AS (
    SELECT
        definition, scope_kind, scope,
        if(grouping(month) = 0, 'month', 'week') AS grain, coalesce(month, week) AS period_start,
        count(*) FILTER (is_counted) AS row_count,
        count(*) FILTER (NOT is_counted) AS left_out_count,
        list_sort(list(lead_time_hours) FILTER (is_counted AND definition <> 'fourkeys')) AS ordered,
        quantile_cont(lead_time_hours, [0.5, 0.75, 0.9]) FILTER (is_counted AND definition <> 'devlake') AS smooth,
        quantile_cont(coding_hours, 0.5) FILTER (is_counted AND definition = 'pulse') AS coding,
        quantile_cont(pickup_hours, 0.5) FILTER (is_counted AND definition = 'pulse') AS pickup,
        quantile_cont(review_hours, 0.5) FILTER (is_counted AND definition = 'pulse') AS review,
        quantile_cont(deploy_hours, 0.5) FILTER (is_counted AND definition = 'pulse') AS deploy,
        quantile_disc(coding_hours, 0.5) FILTER (is_counted AND definition = 'devlake') AS lower_coding,
        quantile_disc(pickup_hours, 0.5) FILTER (is_counted AND definition = 'devlake') AS lower_pickup,
        quantile_disc(review_hours, 0.5) FILTER (is_counted AND definition = 'devlake') AS lower_review,
        quantile_disc(deploy_hours, 0.5) FILTER (is_counted AND definition = 'devlake') AS lower_deploy
    FROM dora_lead_time_rows
    GROUP BY GROUPING SETS ((definition, scope_kind, scope, month), (definition, scope_kind, scope, week))
),
ranked AS (
    SELECT g.*,
        coalesce(low_rank, greatest(1, floor(g.row_count / 2 - 0.98 * sqrt(g.row_count))))::BIGINT AS low_rank,
        coalesce(high_rank, least(g.row_count, ceil(g.row_count / 2 + 0.98 * sqrt(g.row_count))))::BIGINT AS high_rank
    FROM grouped AS g LEFT JOIN bootstrap_ranks AS b ON g.row_count = b.row_count
)
SELECT
    definition, grain, period_start, scope_kind, scope,
    if(definition = 'devlake', ordered[1 + (row_count - 1) // 2], smooth[1]) AS lead_time_median_hours,
    if(definition = 'devlake', ordered[1 + (row_count - 1) * 3 // 4], smooth[2]) AS lead_time_p75_hours,
    if(definition = 'devlake', ordered[1 + (row_count - 1) * 9 // 10], smooth[3]) AS lead_time_p90_hours,
    if(definition = 'pulse', ordered[low_rank], NULL) AS lead_time_median_low_hours,
    if(definition = 'pulse', ordered[high_rank], NULL) AS lead_time_median_high_hours,
    coalesce(coding, lower_coding) AS coding_median_hours,
    coalesce(pickup, lower_pickup) AS pickup_median_hours,
    coalesce(review, lower_review) AS review_median_hours,
    coalesce(deploy, lower_deploy) AS deploy_median_hours,
    coalesce(left_out_count, 0) AS left_out_count,
    coalesce(row_count, 0) AS row_count
FROM scope_periods CROSS JOIN definitions
LEFT JOIN ranked USING (definition, grain, period_start, scope_kind, scope)
