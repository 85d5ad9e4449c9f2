-- Stays of issues in a status, definition `pulse`: one row per stay, rebuilt from the history. Unit: hours.
-- The first stay begins when the issue was created; its status is what its first change of status came from, without
-- any change the one that it has today. Each change ends a stay and begins the next one, in the order of time, of the
-- histories' numbers and of the places within a history: two changes of one history leave a stay of 0 hours.
-- status: the name that the history tells, so a status that was renamed has its old name in old stays.
-- status_category: by the status's number, as the site (or PULSE_JIRA_STATUS_CATEGORIES) has it today, never by its
-- name; null where neither knows the status, and such a stay is neither in progress nor done.
-- The last stay is open, whatever the category: it has no end and no hours. A negative stay (a change dated before the
-- creation) has no hours either.
-- business_hours: what of the stay lies in PULSE_WORKING_DAYS and PULSE_WORKING_HOURS and on no holiday.
-- Flags: changed_without_history (the change came from another status than that of the stay before, or the last stay
-- has another status than the issue has today; the history's word counts, and no stay is made up).
WITH changes AS (
    SELECT project, key, changed_at, coalesce(from_id, '') AS from_id, from_value, coalesce(to_id, '') AS to_id,
        to_value, row_number() OVER (PARTITION BY project, key ORDER BY ordinal) AS place
    FROM issue_changes WHERE coalesce(field_id, field) = 'status'
),
entries AS (
    SELECT i.project, i.key, 0 AS ordinal, coalesce(c.from_id, i.status_id) AS status_id,
        if(c.place IS NULL, i.status, c.from_value) AS status, i.created_at AS entered_at, NULL AS came_from,
        i.status_id AS status_today
    FROM issues AS i LEFT JOIN changes AS c ON i.project = c.project AND i.key = c.key AND c.place = 1
    UNION ALL
    SELECT c.project, c.key, place, to_id, to_value, changed_at, from_id, i.status_id
    FROM changes AS c JOIN issues AS i ON c.project = i.project AND c.key = i.key
),
clocked AS (
    SELECT e.*,
        coalesce(hours_before + (epoch_us(least(entered_at, ends_at)) - epoch_us(begins_at)) / 3.6e9, 0) AS clock
    FROM entries AS e ASOF LEFT JOIN business_calendar AS b ON e.entered_at >= b.begins_at
),
stays AS (
    SELECT *, lead(entered_at) OVER stay AS left_at, lead(clock) OVER stay AS clock_at_end,
        lag(status_id) OVER stay AS status_before, lead(ordinal) OVER stay IS NULL AS is_open
    FROM clocked WINDOW stay AS (PARTITION BY project, key ORDER BY ordinal)
)
SELECT
    s.project, s.key, s.ordinal, s.status_id, s.status, t.status_category, entered_at, left_at,
    if(left_at >= entered_at, (epoch_us(left_at) - epoch_us(entered_at)) / 3.6e9, NULL) AS hours,
    if(left_at >= entered_at, greatest(clock_at_end - clock, 0), NULL) AS business_hours,
    is_open,
    if(came_from IS DISTINCT FROM status_before OR (is_open AND s.status_id <> status_today),
        'changed_without_history', NULL) AS flags
FROM stays AS s LEFT JOIN statuses AS t ON s.project = t.project AND s.status_id = t.status_id
ORDER BY s.project, s.key, s.ordinal
