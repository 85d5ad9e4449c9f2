-- Burndown of each sprint, definition `pulse`. One row per sprint that was started and local day of it: from the day of
-- its start to the day of its end, or of the last collection where that was earlier.
-- at: the end of that day, but not later than the sprint's end and the collection. Instants at the sprint's start and
-- end are counted as `sprint_scope` says.
-- scope: the counted issues (no sub-tasks, no epics, none that was done before the start) that are in the sprint then.
-- remaining: those of them that are not done then. Points: the board's estimation field at that instant; no estimate
-- counts 0.
-- ideal: an even pace from what was committed at the start to nothing at the planned end, as it stands at the end of the
-- day: committed * max(0, 1 - elapsed / planned). A sprint without a planned end should have ended when it did; one that
-- should have ended before it began leaves nothing.
WITH timed AS (
    SELECT s.project, s.sprint_id, s.board_id, s.estimation_field, s.started_at, p.collected_at,
        s.state = 'closed' AND s.completed_at IS NOT NULL AS is_closed,
        greatest(s.started_at, if(is_closed, s.completed_at, p.collected_at)) AS until_at,
        greatest(s.started_at, least(until_at, p.collected_at)) AS known_until_at,
        coalesce(s.ended_at, until_at) AS due_at
    FROM sprints AS s JOIN projects AS p ON s.project = p.project
    WHERE s.started_at IS NOT NULL AND (is_closed OR p.collected_at IS NOT NULL)
),
days AS (
    SELECT *, (day + 1)::TIMESTAMP AT TIME ZONE $timezone AS day_ends_at, least(day_ends_at, known_until_at) AS at
    FROM (
        SELECT *, unnest(range(
            date_trunc('day', started_at AT TIME ZONE $timezone)::TIMESTAMP,
            date_trunc('day', known_until_at AT TIME ZONE $timezone)::TIMESTAMP + INTERVAL 1 DAY,
            INTERVAL 1 DAY
        ))::DATE AS day
        FROM timed
    )
),
pieces AS (
    SELECT * REPLACE (coalesce(ends_at, 'infinity'::TIMESTAMPTZ) AS ends_at) FROM issue_field_spans
),
estimates AS (
    SELECT * REPLACE (if(isfinite(value::DOUBLE) AND value::DOUBLE >= 0, value::DOUBLE, NULL) AS value)
    FROM pieces WHERE slot <> 'sprint' AND try_cast(value AS DOUBLE) IS NOT NULL
),
held AS (
    SELECT s.project, s.key, s.sprint_id, begins_at, ends_at
    FROM (SELECT *, unnest(string_split(value, ',')) AS part FROM pieces WHERE slot = 'sprint') AS p
    JOIN sprint_scope AS s ON p.project = s.project AND p.key = s.key AND try_cast(trim(part) AS BIGINT) = s.sprint_id
    WHERE s.is_counted
),
members AS (
    SELECT DISTINCT d.project, d.sprint_id, d.day, d.at, d.estimation_field, h.key
    FROM days AS d JOIN held AS h ON d.project = h.project AND d.sprint_id = h.sprint_id
    WHERE if(is_closed AND d.at = until_at,
        begins_at < d.at AND ends_at >= d.at,
        begins_at <= d.at AND ends_at > d.at
    )
),
done AS (
    SELECT DISTINCT m.project, m.sprint_id, m.day, m.key
    FROM members AS m JOIN issue_status_spans AS p ON m.project = p.project AND m.key = p.key
    WHERE p.status_category = 'done' AND p.entered_at <= m.at AND coalesce(p.left_at > m.at, true)
),
sums AS (
    SELECT m.project, m.sprint_id, m.day,
        count(*) AS scope_count, coalesce(sum(value), 0) AS scope_points,
        count(*) FILTER (d.key IS NULL) AS remaining_count,
        coalesce(sum(value) FILTER (d.key IS NULL), 0) AS remaining_points
    FROM members AS m
    LEFT JOIN estimates AS e
        ON m.project = e.project AND m.key = e.key AND m.estimation_field = e.slot
        AND m.at >= e.begins_at AND m.at < e.ends_at
    LEFT JOIN done AS d
        ON m.project = d.project AND m.sprint_id = d.sprint_id AND m.day = d.day AND m.key = d.key
    GROUP BY ALL
),
commitments AS (
    SELECT project, sprint_id, count(*) AS committed_count, coalesce(sum(points_at_start), 0) AS committed_points
    FROM sprint_scope WHERE is_counted AND is_committed GROUP BY ALL
),
paced AS (
    SELECT d.*,
        greatest(0, 1 - (epoch_us(least(day_ends_at, due_at)) - epoch_us(started_at))
            / nullif(epoch_us(due_at) - epoch_us(started_at), 0)) AS share
    FROM days AS d
)
SELECT
    p.project, p.sprint_id, p.board_id, p.day, p.at,
    coalesce(remaining_points, 0) AS remaining_points, coalesce(remaining_count, 0) AS remaining_count,
    coalesce(scope_points, 0) AS scope_points, coalesce(scope_count, 0) AS scope_count,
    coalesce(share * committed_points, 0) AS ideal_points, coalesce(share * committed_count, 0) AS ideal_count
FROM paced AS p
LEFT JOIN sums AS s ON p.project = s.project AND p.sprint_id = s.sprint_id AND p.day = s.day
LEFT JOIN commitments AS c ON p.project = c.project AND p.sprint_id = c.sprint_id
ORDER BY p.project, p.sprint_id, p.day
