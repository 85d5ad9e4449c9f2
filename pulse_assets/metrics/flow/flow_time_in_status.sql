-- Time in status, definition `pulse`. Unit: hours. One row per scope, period (week from Monday, or month) and status by
-- its name at the time and its category today (todo, in_progress, or unknown); only those that occur in the period.
-- Done statuses are left out, the last of a done issue and earlier ones: nobody waits in them. So are sub-tasks and
-- epics.
-- Statistic: median and 85th percentile with linear interpolation over the stays that ended in the period, in local
-- time, each with its whole length, however long before the period it began; row_count is how many these are.
-- open_count: stays that began before the end of the period (or the collection) and had not ended before it.
-- total_hours: what of all stays, ended or not, lies within the period, up to the collection.
WITH scopes AS (
    SELECT scope_kind, scope, max(collected_at) AS collected_at FROM planning_periods
    WHERE grain <> 'sprint' GROUP BY scope_kind, scope
),
stays AS MATERIALIZED (
    SELECT r.* FROM flow_time_in_status_rows AS r WHERE is_counted
),
ended AS (
    SELECT
        scope_kind, scope, issue_status, status_category,
        if(grouping(month) = 0, 'month', 'week') AS grain, coalesce(month, week) AS period_start,
        count(*) AS row_count, quantile_cont(hours, [0.5, 0.85]) AS stay
    FROM stays AS s WHERE s.at IS NOT NULL
    GROUP BY GROUPING SETS (
        (scope_kind, scope, issue_status, status_category, month),
        (scope_kind, scope, issue_status, status_category, week)
    )
),
moments AS (
    SELECT scope_kind, scope, issue_status, status_category, entered_at AS moment, 1 AS sign FROM stays
    UNION ALL
    SELECT scope_kind, scope, issue_status, status_category, greatest(s.at, entered_at), -1
    FROM stays AS s WHERE s.at IS NOT NULL
),
daily AS (
    SELECT m.scope_kind, m.scope, issue_status, status_category, (moment AT TIME ZONE $timezone)::DATE AS day,
        sum(sign) AS opened, sum(sign * epoch_us(moment)::HUGEINT) AS opened_us
    FROM moments AS m JOIN scopes AS s ON m.scope_kind = s.scope_kind AND m.scope = s.scope
    WHERE moment < collected_at
    GROUP BY ALL
),
running AS (  -- until a moment, open * moment - open_us are the microseconds of all stays
    SELECT scope_kind, scope, issue_status, status_category, day,
        sum(opened) OVER running AS opened, sum(opened_us) OVER running AS opened_us
    FROM daily WINDOW running AS (PARTITION BY scope_kind, scope, issue_status, status_category ORDER BY day)
),
wanted AS (
    SELECT p.*, issue_status, status_category
    FROM planning_periods AS p
    JOIN (SELECT DISTINCT scope_kind, scope, issue_status, status_category FROM daily) USING (scope_kind, scope)
    WHERE grain <> 'sprint'
),
measured AS (
    SELECT w.grain, w.period_start, w.scope_kind, w.scope, w.issue_status, w.status_category,
        z.opened::BIGINT AS open_count,
        z.opened * epoch_us(w.ends_at) - z.opened_us
            - coalesce(a.opened * epoch_us(w.begins_at) - a.opened_us, 0) AS total_us
    FROM wanted AS w
    ASOF JOIN running AS z
        ON w.scope_kind = z.scope_kind AND w.scope = z.scope AND w.issue_status = z.issue_status
        AND w.status_category = z.status_category AND w.period_end > z.day
    ASOF LEFT JOIN running AS a
        ON w.scope_kind = a.scope_kind AND w.scope = a.scope AND w.issue_status = a.issue_status
        AND w.status_category = a.status_category AND w.period_start > a.day
)
SELECT
    'pulse' AS definition, grain, period_start, scope_kind, scope, issue_status, status_category,
    stay[1] AS stay_median_hours, stay[2] AS stay_p85_hours,
    open_count, total_us / 3.6e9 AS total_hours,
    coalesce(row_count, 0) AS row_count
FROM measured LEFT JOIN ended USING (grain, period_start, scope_kind, scope, issue_status, status_category)
WHERE row_count > 0 OR open_count > 0 OR total_us > 0
