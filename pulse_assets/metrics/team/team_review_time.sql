-- Review time of a team, definition `pulse`. Unit: hours. One row per scope and period (week from Monday, or month).
-- Statistic: median, 75th and 90th percentile with linear interpolation, 95 % bootstrap interval of the median
-- (exact up to 200 rows, above by the normal approximation).
-- The clock starts when a pull request of a person is opened and stops at the first review by another person who is no
-- bot: pickup. It belongs to the period in which that review came; one that is still waiting is not in it yet.
-- review_median_hours: from that review to the merge, over those merged in the period; null for one that was merged
-- before its review. merged_count counts those merged, unreviewed_count those of them that no other person had reviewed.
-- Pull requests of bots are counted apart, in bot_merged_count. Time as a draft is part of the wait.
WITH in_period AS (
    SELECT r.*, grain, date_trunc(grain, r.at AT TIME ZONE $timezone)::DATE AS period_start
    FROM team_review_time_rows AS r CROSS JOIN (VALUES ('week'), ('month')) AS grains(grain)
),
figures AS (
    SELECT
        grain, period_start, scope_kind, scope,
        list_sort(list(pickup_hours) FILTER (kind = 'review' AND is_counted)) AS pickups,
        quantile_cont(pickup_hours, 0.5) FILTER (kind = 'review' AND is_counted) AS pickup_median_hours,
        quantile_cont(pickup_hours, 0.75) FILTER (kind = 'review' AND is_counted) AS pickup_p75_hours,
        quantile_cont(pickup_hours, 0.9) FILTER (kind = 'review' AND is_counted) AS pickup_p90_hours,
        quantile_cont(review_hours, 0.5) FILTER (kind = 'merge' AND is_counted) AS review_median_hours,
        count(*) FILTER (kind = 'merge' AND is_counted) AS merged_count,
        count(*) FILTER (kind = 'merge' AND is_counted AND is_unreviewed) AS unreviewed_count,
        count(*) FILTER (kind = 'merge' AND NOT is_counted) AS bot_merged_count
    FROM in_period GROUP BY ALL
),
ranked AS (
    SELECT f.*, len(pickups) AS pickup_count,
        coalesce(low_rank, greatest(1, floor(pickup_count / 2 - 0.98 * sqrt(pickup_count))))::BIGINT AS low_rank,
        coalesce(high_rank, least(pickup_count, ceil(pickup_count / 2 + 0.98 * sqrt(pickup_count))))::BIGINT AS high_rank
    FROM figures AS f LEFT JOIN bootstrap_ranks AS b ON len(pickups) = b.row_count
)
SELECT
    'pulse' AS definition, grain, period_start, scope_kind, scope,
    pickup_median_hours, pickup_p75_hours, pickup_p90_hours,
    pickups[low_rank] AS pickup_median_low_hours, pickups[high_rank] AS pickup_median_high_hours,
    review_median_hours,
    coalesce(merged_count, 0) AS merged_count,
    coalesce(unreviewed_count, 0) AS unreviewed_count,
    coalesce(bot_merged_count, 0) AS bot_merged_count,
    coalesce(pickup_count, 0) AS row_count
FROM scope_periods LEFT JOIN ranked USING (grain, period_start, scope_kind, scope)
