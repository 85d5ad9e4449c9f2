-- Cycle time of issues, definition `pulse`. Unit: hours. One row per scope and period (week from Monday, or month).
-- Statistic: median, 85th and 95th percentile with linear interpolation, and the ends of the 95 % bootstrap interval of
-- the median: values that were measured, by their rank (exact up to 200 rows, above by the normal approximation).
-- The clock starts when an issue comes into a status of the category in_progress for the first time, and stops when it
-- comes into a done status for the last time; it must be done still. An issue that was re-opened is one row, with all
-- of the time until it was done for good. It belongs to the period of that last completion, in local time.
-- cycle_median_business_hours: of the same spans, the hours of the business calendar. lead_…: the same issues, from
-- their creation on. flow_efficiency_ratio: hours in statuses in progress, but for waiting ones
-- (PULSE_JIRA_WAITING_STATUSES), by cycle hours, of all these issues together; null where these are 0.
-- left_out_count: issues done in the period that are not counted: sub-tasks, epics, and what never was in progress.
WITH grouped AS (
    SELECT
        scope_kind, scope, if(grouping(month) = 0, 'month', 'week') AS grain, coalesce(month, week) AS period_start,
        count(*) FILTER (is_counted) AS row_count,
        count(*) FILTER (NOT is_counted) AS left_out_count,
        list_sort(list(cycle_hours) FILTER (is_counted)) AS ordered,
        quantile_cont(cycle_hours, [0.5, 0.85, 0.95]) FILTER (is_counted) AS cycle,
        quantile_cont(cycle_business_hours, 0.5) FILTER (is_counted) AS business,
        quantile_cont(lead_hours, [0.5, 0.85]) FILTER (is_counted) AS lead,
        sum(round(active_hours * 3.6e9)::BIGINT) FILTER (is_counted) AS active_us,
        sum(round(cycle_hours * 3.6e9)::BIGINT) FILTER (is_counted) AS cycle_us
    FROM flow_cycle_time_rows
    GROUP BY GROUPING SETS ((scope_kind, scope, month), (scope_kind, scope, week))
),
ranked AS (
    SELECT g.*,
        coalesce(low_rank, greatest(1, floor(g.row_count / 2 - 0.98 * sqrt(g.row_count))))::BIGINT AS low_rank,
        coalesce(high_rank, least(g.row_count, ceil(g.row_count / 2 + 0.98 * sqrt(g.row_count))))::BIGINT AS high_rank
    FROM grouped AS g LEFT JOIN bootstrap_ranks AS b ON g.row_count = b.row_count
)
SELECT
    'pulse' AS definition, grain, period_start, scope_kind, scope,
    cycle[1] AS cycle_median_hours, cycle[2] AS cycle_p85_hours, cycle[3] AS cycle_p95_hours,
    ordered[low_rank] AS cycle_median_low_hours, ordered[high_rank] AS cycle_median_high_hours,
    business AS cycle_median_business_hours,
    lead[1] AS lead_median_hours, lead[2] AS lead_p85_hours,
    active_us / nullif(cycle_us, 0) AS flow_efficiency_ratio,
    coalesce(left_out_count, 0) AS left_out_count,
    coalesce(row_count, 0) AS row_count
FROM planning_periods LEFT JOIN ranked USING (grain, period_start, scope_kind, scope)
WHERE grain <> 'sprint'
