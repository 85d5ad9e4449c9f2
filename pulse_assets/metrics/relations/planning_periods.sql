-- The periods for which a scope of projects has figures; every metric of projects starts from them, so that all have
-- the same rows.
-- A scope is a project, a board, a team, or `all`. Its weeks and months run from the one in which its first issue was
-- created to the one that was under way when its data were collected; for several projects the newest collection
-- counts, whatever project it is of. Later periods are unknown and have no row.
-- A period that was not over at that collection is degraded. So is a period of a board, of a team or of `all` up to
-- whose end a project that belongs to it was not collected completely (of the one that was not over: up to its begin);
-- it is named. To a board belong the projects that have it, to `all` what is still collected, to a team what the user
-- lists.
-- A sprint that was started is a scope with one period, of grain `sprint`: from the local day of its start to that of
-- its completion, or of the collection while it is open, which degrades it. It belongs to the month of its first day.
-- ends_at: the end of the period, or the collection where that was earlier; of a sprint its completion.
WITH calendar AS (
    SELECT 'month' AS grain, month AS period_start, (month + INTERVAL 1 MONTH)::DATE AS period_end
    FROM (SELECT unnest($months::DATE[]) AS month)
    UNION ALL
    SELECT 'week', monday, monday + 7 FROM period_weeks WHERE grain = 'week'
),
collected AS (
    SELECT p.project, p.collected_at, min(i.created_at) AS first_event_at
    FROM projects AS p LEFT JOIN issues AS i ON p.project = i.project
    GROUP BY p.project, p.collected_at
),
shown AS (
    SELECT b.project, b.board_id::VARCHAR AS scope, min(i.created_at) AS first_event_at
    FROM board_issues AS b JOIN issues AS i ON b.project = i.project AND b.key = i.key
    GROUP BY b.project, b.board_id
),
members AS (
    SELECT m.scope_kind, m.scope, m.project, first_event_at
    FROM project_members AS m JOIN collected AS c ON m.project = c.project
    UNION ALL
    SELECT 'board', b.board_id::VARCHAR, b.project, first_event_at
    FROM boards AS b LEFT JOIN shown AS s ON b.project = s.project AND b.board_id::VARCHAR = s.scope
),
scopes AS (
    SELECT m.scope_kind, m.scope, min(m.first_event_at) AS first_event_at, max(collected_at) AS collected_at
    FROM members AS m JOIN collected AS c ON m.project = c.project
    GROUP BY m.scope_kind, m.scope
),
periods AS (
    SELECT
        grain, period_start, period_end, scope_kind, scope, collected_at,
        (date_trunc(grain, collected_at AT TIME ZONE $timezone))::DATE AS reached,
        period_start = reached AS is_under_way
    FROM scopes JOIN calendar
        ON period_start >= date_trunc(grain, first_event_at AT TIME ZONE $timezone)
        AND period_start <= date_trunc(grain, collected_at AT TIME ZONE $timezone)
),
expected AS (
    SELECT e.scope_kind, e.scope, e.project, c.collected_at
    FROM (
        SELECT scope_kind, scope, project FROM expected_projects
        UNION ALL
        SELECT scope_kind, scope, project FROM members WHERE scope_kind = 'board'
    ) AS e LEFT JOIN collected AS c ON e.project = c.project
),
sizes AS (
    SELECT scope_kind, scope, count(*) AS member_count FROM expected GROUP BY scope_kind, scope
),
behind AS (
    SELECT grain, period_start, scope_kind, scope, list(project ORDER BY project) AS names
    FROM (
        SELECT p.grain, p.period_start, p.scope_kind, p.scope, p.is_under_way, e.project,
            (date_trunc(p.grain, e.collected_at AT TIME ZONE $timezone))::DATE AS reached
        FROM periods AS p JOIN expected AS e ON p.scope_kind = e.scope_kind AND p.scope = e.scope
    )
    WHERE reached IS NULL OR reached < period_start OR (reached = period_start AND NOT is_under_way)
    GROUP BY grain, period_start, scope_kind, scope
),
started AS (
    SELECT s.sprint_id::VARCHAR AS scope, min(s.started_at) AS begins_at, max(s.completed_at) AS completed_at,
        max(c.collected_at) AS collected_at,
        greatest(min(s.started_at), coalesce(max(s.completed_at), max(c.collected_at))) AS ends_at,
        (min(s.started_at) AT TIME ZONE $timezone)::DATE AS first_day,
        list(s.project ORDER BY s.project) FILTER (s.completed_at IS NULL OR c.collected_at < s.completed_at) AS open_in,
        list(s.project ORDER BY s.project) FILTER (
            c.collected_at < coalesce((SELECT max(completed_at) FROM sprints AS a WHERE a.sprint_id = s.sprint_id),
                '-infinity'::TIMESTAMPTZ)) AS behind_in
    FROM sprints AS s JOIN collected AS c ON s.project = c.project
    WHERE s.started_at IS NOT NULL AND c.collected_at IS NOT NULL
    GROUP BY s.sprint_id
)
SELECT
    grain, period_start, period_end,
    period_start::TIMESTAMP AT TIME ZONE $timezone AS begins_at,
    least(period_end::TIMESTAMP AT TIME ZONE $timezone, collected_at) AS ends_at,
    scope_kind, scope, collected_at,
    date_trunc('week', collected_at AT TIME ZONE $timezone)::DATE AS last_monday,
    nullif(concat_ws('; ',
        if(is_under_way, 'the period was not over when the data were collected', NULL),
        if(names IS NOT NULL,
            concat(
                'not collected to its end: ', len(names), ' of ', member_count, ' projects (',
                array_to_string(names[1:3], ', '), if(len(names) > 3, ', …', ''), ')'
            ), NULL)
    ), '') AS status_reason
FROM periods
LEFT JOIN sizes USING (scope_kind, scope)
LEFT JOIN behind USING (grain, period_start, scope_kind, scope)
UNION ALL
SELECT
    'sprint', first_day, (ends_at AT TIME ZONE $timezone)::DATE + 1, begins_at, ends_at, 'sprint', scope, collected_at,
    date_trunc('week', collected_at AT TIME ZONE $timezone)::DATE,
    CASE
        WHEN completed_at IS NULL THEN 'the sprint was not over when the data were collected'
        WHEN coalesce(behind_in, open_in) IS NOT NULL
            THEN concat('not collected to its end: ', array_to_string(coalesce(behind_in, open_in), ', '))
    END
FROM started
WHERE list_contains($months::DATE[], date_trunc('month', first_day)::DATE)
