-- Throughput, definition `pulse`. Unit: issues. One row per scope, period (week from Monday, or month) and type of
-- issue, in the words of the site, and one row of type `all`, which also says 0.
-- Counts the issues that are done by the period of their last completion, in local time: an issue that was re-opened
-- counts once, where it was done for good, and one that is open again does not count. Sub-tasks and epics are left out:
-- they are no work of their own.
-- completed_points: the sum of their story points as they are today; estimated_count says how many have any.
-- left_out_count: the sub-tasks and epics done in the period. Only types that occur in the period have a row.
WITH grouped AS (
    SELECT
        scope_kind, scope, if(grouping(month) = 0, 'month', 'week') AS grain, coalesce(month, week) AS period_start,
        if(grouping(issue_type) = 0, issue_type, 'all') AS issue_type,
        count(*) FILTER (is_counted) AS completed_count,
        sum(story_points ORDER BY story_points) FILTER (is_counted) AS completed_points,
        count(story_points) FILTER (is_counted) AS estimated_count,
        count(*) FILTER (NOT is_counted) AS left_out_count
    FROM flow_throughput_rows
    GROUP BY GROUPING SETS (
        (scope_kind, scope, month), (scope_kind, scope, week),
        (scope_kind, scope, month, issue_type), (scope_kind, scope, week, issue_type)
    )
    HAVING grouping(issue_type) = 1 OR flow_throughput_rows.issue_type <> 'all'
),
types AS (
    SELECT grain, period_start, scope_kind, scope, 'all' AS issue_type FROM planning_periods WHERE grain <> 'sprint'
    UNION ALL
    SELECT grain, period_start, scope_kind, scope, issue_type
    FROM planning_periods JOIN grouped USING (grain, period_start, scope_kind, scope) WHERE issue_type <> 'all'
)
SELECT
    'pulse' AS definition, grain, period_start, scope_kind, scope, issue_type,
    coalesce(completed_count, 0) AS completed_count,
    coalesce(completed_points, 0) AS completed_points,
    coalesce(estimated_count, 0) AS estimated_count,
    coalesce(left_out_count, 0) AS left_out_count,
    coalesce(completed_count, 0) AS row_count
FROM types LEFT JOIN grouped USING (grain, period_start, scope_kind, scope, issue_type)
