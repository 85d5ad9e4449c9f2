-- The periods for which a scope has figures; every metric starts from them, so that all have the same rows.
-- A scope is a repository, a team, or `all`. Its periods run from the one of its first event (a merge, or a successful
-- production deployment) to the one that was under way when its data were collected; for several repositories the
-- newest collection counts, whatever repository it is of. Later periods are unknown and have no row.
-- A period that was not over at that collection is degraded. So is a period of a team or of `all` up to whose end a
-- repository that belongs to it was not collected completely (of the one that was not over: up to its begin); it is
-- named. To `all` belongs what is still collected, to a team what the user lists. A repository that is not collected
-- any more has no rows of its own after its last collection; what is known of it stays in the history of `all`.
-- ends_at: the end of the period, or the collection where that was earlier.
WITH calendar AS (
    SELECT 'month' AS grain, month AS period_start, (month + INTERVAL 1 MONTH)::DATE AS period_end
    FROM (SELECT unnest($months::DATE[]) AS month)
    UNION ALL
    SELECT 'week', monday, monday + 7 FROM period_weeks WHERE grain = 'week'
),
events AS (
    SELECT repository, min(merged_at) AS event_at FROM pull_requests GROUP BY repository
    UNION ALL
    SELECT repository, min(finished_at) FROM deployments WHERE is_production AND status = 'success' GROUP BY repository
),
collected AS (
    SELECT r.repository, r.collected_at, min(event_at) AS first_event_at
    FROM repositories AS r LEFT JOIN events AS e ON r.repository = e.repository
    GROUP BY r.repository, r.collected_at
),
scopes AS (
    SELECT scope_kind, scope, min(first_event_at) AS first_event_at, max(collected_at) AS collected_at
    FROM scope_members JOIN collected USING (repository)
    GROUP BY scope_kind, scope
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
    SELECT e.scope_kind, e.scope, e.repository, c.collected_at
    FROM expected_members AS e LEFT JOIN collected AS c ON e.repository = c.repository
),
sizes AS (
    SELECT scope_kind, scope, count(*) AS member_count FROM expected GROUP BY scope_kind, scope
),
behind AS (
    SELECT grain, period_start, scope_kind, scope, list(repository ORDER BY repository) AS names
    FROM (
        SELECT p.grain, p.period_start, p.scope_kind, p.scope, p.is_under_way, e.repository,
            (date_trunc(p.grain, e.collected_at AT TIME ZONE $timezone))::DATE AS reached
        FROM periods AS p JOIN expected AS e ON p.scope_kind = e.scope_kind AND p.scope = e.scope
    )
    WHERE reached IS NULL OR reached < period_start OR (reached = period_start AND NOT is_under_way)
    GROUP BY grain, period_start, scope_kind, scope
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
                'not collected to its end: ', len(names), ' of ', member_count, ' repositories (',
                array_to_string(names[1:3], ', '), if(len(names) > 3, ', …', ''), ')'
            ), NULL)
    ), '') AS status_reason
FROM periods
LEFT JOIN sizes USING (scope_kind, scope)
LEFT JOIN behind USING (grain, period_start, scope_kind, scope)
