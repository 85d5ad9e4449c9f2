-- Velocity, definition `pulse`. Unit: points (of the board's estimation field) and issues. One row per sprint that was
-- started (grain `sprint`), and per scope and period (week from Monday, or month) over the sprints that were completed
-- in it.
-- Statistic: sums over the counted issues of the sprints. committed: what was in a sprint when it was started, with the
-- points of then. completed: what was in it at its end, done then and not done at its start, with the points of the end;
-- issues that were added during the sprint are among them. velocity_mean_points: completed points per sprint.
-- An estimate that is not there counts 0 points. Sub-tasks, epics and what was done before the start are left out.
-- A sprint is rebuilt from the histories of its issues: what is put into another sprint, closed or estimated after its
-- end changes nothing. An issue that is moved to another project or deleted takes its history along, and is in no sprint
-- of the old one any more. Of a sprint that is open, what is completed so far.
-- Points of one team mean nothing beside those of another: sums over several boards are for trends only.
WITH placed AS (
    SELECT r.*, grain,
        date_trunc(if(grain = 'sprint', 'day', grain), if(grain = 'sprint', started_at, r.at) AT TIME ZONE $timezone)::DATE
            AS period_start
    FROM sprint_velocity_rows AS r
    JOIN (VALUES ('week'), ('month'), ('sprint')) AS grains(grain) ON (grain = 'sprint') = (scope_kind = 'sprint')
),
grouped AS (
    SELECT
        definition, grain, period_start, scope_kind, scope,
        count(DISTINCT sprint_id) AS sprint_count,
        sum(points_at_start) FILTER (is_counted AND is_committed) AS committed_points,
        count(*) FILTER (is_counted AND is_committed) AS committed_count,
        sum(points_at_end) FILTER (is_counted AND is_completed) AS completed_points,
        count(*) FILTER (is_counted AND is_completed) AS completed_count
    FROM placed GROUP BY ALL
)
SELECT
    'pulse' AS definition, grain, period_start, scope_kind, scope,
    coalesce(sprint_count, 0) AS sprint_count,
    coalesce(committed_points, 0) AS committed_points,
    coalesce(committed_count, 0) AS committed_count,
    coalesce(completed_points, 0) AS completed_points,
    coalesce(completed_count, 0) AS completed_count,
    coalesce(completed_points, 0) / sprint_count AS velocity_mean_points,
    coalesce(completed_count, 0) AS row_count
FROM planning_periods LEFT JOIN grouped USING (grain, period_start, scope_kind, scope)
