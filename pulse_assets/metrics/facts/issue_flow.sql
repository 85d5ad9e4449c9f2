-- Flow of issues, definition `pulse`: one row per issue, when work on it began and ended. Unit: hours.
-- started_at: the first time that it came into a status of the category in_progress. done_at: its last completion, that
-- is coming into a done status from one that is not done (or being created in one); null unless it is done today.
-- cycle_hours: started_at to done_at. lead_hours: created_at to done_at. A re-opened issue stays one row, and all of
-- the time until it was done for good is part of its cycle; reopened_count says how often it was taken back, that is
-- went from a done status to one that is not done (a status of unknown category is not done).
-- active_hours: of the cycle, the time in statuses in progress, but for PULSE_JIRA_WAITING_STATUSES (names in any case,
-- or numbers). cycle_business_hours: of the cycle, the hours of the business calendar.
-- Not counted in cycle time, with the first reason that applies: subtask, epic (its type stands above stories),
-- not_done, never_in_progress (it went from open to done at once, so there is no start).
WITH stays AS (
    SELECT project, key, ordinal, entered_at, hours, is_open,
        coalesce(status_category = 'in_progress', false) AS is_in_progress,
        coalesce(status_category = 'done', false) AS is_done,
        coalesce(lag(status_category) OVER (PARTITION BY project, key ORDER BY ordinal) = 'done', false) AS was_done,
        is_in_progress AND NOT coalesce(list_contains($waiting_statuses::VARCHAR[], lower(status)), false)
            AND NOT list_contains($waiting_statuses::VARCHAR[], lower(status_id)) AS is_active
    FROM issue_status_spans
),
moments AS (
    SELECT project, key,
        min(entered_at) FILTER (is_in_progress) AS first_start_at,
        arg_max(entered_at, ordinal) FILTER (is_done AND NOT was_done) AS last_completed_at,
        bool_or(is_open AND is_done) AS is_done,
        count(*) FILTER (was_done AND NOT is_done) AS reopened_count,
        sum(round(hours * 3.6e9)::BIGINT) FILTER (is_active) AS active_us
    FROM stays GROUP BY project, key
),
measured AS (
    SELECT i.project, i.key, issue_type, is_subtask, is_epic, is_defect, is_escaped, story_points, i.created_at,
        m.first_start_at AS started_at, if(m.is_done, m.last_completed_at, NULL) AS done_at,
        if(started_at <= done_at, (epoch_us(done_at) - epoch_us(started_at)) / 3.6e9, NULL) AS cycle_hours,
        if(i.created_at <= done_at, (epoch_us(done_at) - epoch_us(i.created_at)) / 3.6e9, NULL) AS lead_hours,
        coalesce(active_us, 0) / 3.6e9 AS active_hours, coalesce(reopened_count, 0) AS reopened_count
    FROM issues AS i LEFT JOIN moments AS m ON i.project = m.project AND i.key = m.key
)
SELECT
    project, key, issue_type, is_subtask, is_epic, is_defect, is_escaped, story_points, created_at, started_at, done_at,
    cycle_hours,
    if(cycle_hours IS NULL, NULL, greatest(0,
        coalesce(b.hours_before + (epoch_us(least(done_at, b.ends_at)) - epoch_us(b.begins_at)) / 3.6e9, 0)
        - coalesce(a.hours_before + (epoch_us(least(started_at, a.ends_at)) - epoch_us(a.begins_at)) / 3.6e9, 0)
    )) AS cycle_business_hours,
    if(cycle_hours IS NULL, NULL, active_hours) AS active_hours,
    lead_hours, reopened_count,
    CASE
        WHEN is_subtask THEN 'subtask'
        WHEN is_epic THEN 'epic'
        WHEN done_at IS NULL THEN 'not_done'
        WHEN cycle_hours IS NULL THEN 'never_in_progress'
    END AS reason,
    reason IS NULL AS is_counted
FROM measured AS m
ASOF LEFT JOIN business_calendar AS a ON m.started_at >= a.begins_at
ASOF LEFT JOIN business_calendar AS b ON m.done_at >= b.begins_at
ORDER BY project, key
