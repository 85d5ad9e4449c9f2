-- Scope of each sprint, definition `pulse`, rebuilt from the histories of the issues, not from what their fields hold
-- today. One row per sprint that was started and issue that was in it at some time from its start to its end.
-- A sprint begins when it is started and ends when it is completed. One that is open ends, for this table, with the last
-- collection, what was changed in that instant included; one that was re-opened ends with its last completion.
-- An issue is in the sprint while its field Sprint names it; the value before the first change is what that change says
-- it was, else today's. A change in the instant of the start counts as made before the start: what is added then is
-- committed. A change of Sprint in the instant of the completion counts as made after it (Jira moves what is left over
-- then), a change of status or estimate in that instant as made before it.
-- Points: the board's estimation field at that instant; no estimate is null and counts 0.
-- is_committed: in the sprint at its start. is_added: in it later, but not at its start. is_removed: in it, but not at
-- its end. is_completed: in it at its end, done then, and not done at its start. is_carried_over: in it at its end and
-- not done; null while the sprint is open. is_reestimated: the points differ. Done is a status of category done; a
-- status whose category nobody knows is not.
-- Not counted, with the first reason that fits: subtask, epic, done_before_start (done when the sprint was started, so
-- it is neither committed nor completed in the figures).
WITH timed AS (
    SELECT s.project, s.sprint_id, s.board_id, s.estimation_field, s.started_at,
        s.state = 'closed' AND s.completed_at IS NOT NULL AS is_closed,
        greatest(s.started_at, if(is_closed, s.completed_at, p.collected_at)) AS until_at
    FROM sprints AS s JOIN projects AS p ON s.project = p.project
    WHERE s.started_at IS NOT NULL AND (is_closed OR p.collected_at IS NOT NULL)
),
pieces AS (
    SELECT * REPLACE (coalesce(ends_at, 'infinity'::TIMESTAMPTZ) AS ends_at) FROM issue_field_spans
),
estimates AS (
    SELECT * REPLACE (if(isfinite(value::DOUBLE) AND value::DOUBLE >= 0, value::DOUBLE, NULL) AS value)
    FROM pieces WHERE slot <> 'sprint' AND try_cast(value AS DOUBLE) IS NOT NULL
),
held AS (
    SELECT project, key, begins_at, ends_at, value,
        row_number() OVER (PARTITION BY project, key ORDER BY ends_at) AS place
    FROM pieces WHERE slot = 'sprint'
),
named AS (
    SELECT DISTINCT project, key, place, begins_at, ends_at, try_cast(trim(part) AS BIGINT) AS sprint_id
    FROM (SELECT *, unnest(string_split(value, ',')) AS part FROM held)
),
stays AS (  -- values that follow each other and name the same sprint are one stay
    SELECT project, key, sprint_id, min(begins_at) AS begins_at, max(ends_at) AS ends_at
    FROM (
        SELECT *, place - row_number() OVER (PARTITION BY project, key, sprint_id ORDER BY place) AS run FROM named
    )
    GROUP BY project, key, sprint_id, run
),
scopes AS (
    SELECT t.project, t.sprint_id, s.key, t.board_id, t.estimation_field, t.started_at, t.until_at, t.is_closed,
        min(begins_at) AS entered_at,
        max(ends_at) FILTER (ends_at > started_at AND (ends_at < until_at OR (ends_at = until_at AND NOT is_closed)))
            AS taken_out_at,
        min(begins_at) FILTER (begins_at > started_at) AS added_at,
        bool_or(begins_at <= started_at AND ends_at > started_at) AS is_committed,
        bool_or(begins_at > started_at AND begins_at <= until_at) AND NOT is_committed AS is_added,
        bool_or(if(is_closed,
            begins_at < until_at AND ends_at >= until_at,
            begins_at <= until_at AND ends_at > until_at)) AS is_at_end,
        bool_or(begins_at < until_at AND ends_at > started_at) AND NOT is_at_end AS is_removed
    FROM timed AS t JOIN stays AS s ON t.project = s.project AND t.sprint_id = s.sprint_id
    GROUP BY ALL HAVING is_committed OR is_added
),
statuses_in AS (
    SELECT *, status_category IS NOT DISTINCT FROM 'done' AS is_done,
        is_done AND lag(is_done, 1, false) OVER (PARTITION BY project, key ORDER BY ordinal) IS false AS is_completion
    FROM (SELECT *, status_category IS NOT DISTINCT FROM 'done' AS is_done FROM issue_status_spans)
),
ends AS (
    SELECT s.project, s.sprint_id, s.key,
        bool_or(is_done AND p.entered_at <= started_at AND coalesce(left_at > started_at, true)) AS is_done_at_start,
        bool_or(is_done AND p.entered_at <= until_at AND coalesce(left_at > until_at, true)) AS is_done_at_end,
        max(p.entered_at) FILTER (is_completion AND p.entered_at <= until_at) AS completed_at
    FROM scopes AS s JOIN statuses_in AS p ON s.project = p.project AND s.key = p.key
    GROUP BY ALL
),
judged AS (
    SELECT s.*, e.completed_at AS done_at,
        coalesce(is_done_at_start, false) AS is_done_before,
        is_at_end AND coalesce(is_done_at_end, false) AND NOT is_done_before AS is_completed,
        is_at_end AND NOT coalesce(is_done_at_end, false) AS is_left,
        opening.value AS points_at_start, closing.value AS points_at_end,
        CASE WHEN is_subtask THEN 'subtask' WHEN is_epic THEN 'epic' WHEN is_done_before THEN 'done_before_start' END
            AS why
    FROM scopes AS s JOIN issues AS i ON s.project = i.project AND s.key = i.key
    LEFT JOIN ends AS e ON s.project = e.project AND s.sprint_id = e.sprint_id AND s.key = e.key
    LEFT JOIN estimates AS opening
        ON s.project = opening.project AND s.key = opening.key AND s.estimation_field = opening.slot
        AND if(is_committed, started_at, added_at) >= opening.begins_at
        AND if(is_committed, started_at, added_at) < opening.ends_at
    LEFT JOIN estimates AS closing
        ON s.project = closing.project AND s.key = closing.key AND s.estimation_field = closing.slot
        AND until_at >= closing.begins_at AND until_at < closing.ends_at
)
SELECT
    project, sprint_id, key, board_id, entered_at, if(is_removed, taken_out_at, NULL) AS removed_at,
    is_committed, is_added, is_removed, is_completed,
    if(is_closed, is_left, NULL) AS is_carried_over,
    coalesce(points_at_start, 0) <> coalesce(points_at_end, 0) AS is_reestimated,
    if(is_completed, done_at, NULL) AS completed_at,
    points_at_start, points_at_end, why IS NULL AS is_counted, why AS reason
FROM judged
ORDER BY project, sprint_id, key
