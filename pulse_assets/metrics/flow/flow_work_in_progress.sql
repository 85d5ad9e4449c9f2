-- Work in progress, definition `pulse`. Unit: issues. One row per scope and period (week from Monday, or month).
-- Looks at the end of each local day of the period (24:00), of a period that was not over those of the days that ended
-- before its data were collected. An issue is in progress then when its status is of the category in_progress; what
-- came and went within a day is not seen. Sub-tasks and epics are left out.
-- Statistic: mean over these days, maximum, and the last of them. Age: from when the issue came into progress for the
-- first time, however often it left since, to that last day's end; median and 85th percentile with linear
-- interpolation, in hours. Without a day that ended (day_count 0) nothing is known.
-- row_count: the issues of which the ages are.
WITH seen AS MATERIALIZED (
    SELECT scope_kind, scope, started_at, first_day, coalesce(end_day, DATE '9999-12-31') AS end_day
    FROM flow_work_in_progress_rows WHERE is_counted
),
periods AS (
    SELECT grain, period_start, scope_kind, scope,
        least(period_end, (collected_at AT TIME ZONE $timezone)::DATE) - 1 AS last_day
    FROM planning_periods WHERE grain <> 'sprint'
),
running AS (
    SELECT scope_kind, scope, day,
        sum(change) OVER (PARTITION BY scope_kind, scope ORDER BY day)::BIGINT AS in_progress_count
    FROM (
        SELECT scope_kind, scope, day, sum(change) AS change
        FROM (
            SELECT scope_kind, scope, first_day AS day, 1 AS change FROM seen
            UNION ALL
            SELECT scope_kind, scope, end_day, -1 FROM seen
        )
        GROUP BY scope_kind, scope, day
    )
),
days AS (
    SELECT p.*, unnest(range(period_start::TIMESTAMP, (last_day + 1)::TIMESTAMP, INTERVAL 1 DAY))::DATE AS day
    FROM periods AS p
),
counted AS (
    SELECT d.*, coalesce(in_progress_count, 0) AS in_progress_count
    FROM days AS d ASOF LEFT JOIN running AS r
        ON d.scope_kind = r.scope_kind AND d.scope = r.scope AND d.day >= r.day
),
measured AS (
    SELECT grain, period_start, scope_kind, scope,
        sum(in_progress_count) / count(*) AS average_count,
        max(in_progress_count) AS max_count,
        arg_max(in_progress_count, day) AS end_count,
        count(*) AS day_count
    FROM counted GROUP BY grain, period_start, scope_kind, scope
),
held AS (
    SELECT s.scope_kind, s.scope, last_day,
        (epoch_us((last_day + 1)::TIMESTAMP AT TIME ZONE $timezone) - epoch_us(started_at)) / 3.6e9 AS age_hours
    FROM seen AS s JOIN (SELECT DISTINCT last_day FROM periods) AS d ON first_day <= last_day AND end_day > last_day
),
ages AS (
    SELECT grain, period_start, scope_kind, scope, quantile_cont(age_hours, [0.5, 0.85]) AS age
    FROM periods JOIN held USING (scope_kind, scope, last_day)
    WHERE last_day >= period_start GROUP BY grain, period_start, scope_kind, scope
)
SELECT
    'pulse' AS definition, grain, period_start, scope_kind, scope,
    average_count, max_count, end_count, coalesce(day_count, 0) AS day_count,
    age[1] AS age_median_hours, age[2] AS age_p85_hours,
    coalesce(end_count, 0) AS row_count
FROM periods
LEFT JOIN measured USING (grain, period_start, scope_kind, scope)
LEFT JOIN ages USING (grain, period_start, scope_kind, scope)
