-- The periods for which a scope has figures; every metric starts from them, so that all have the same rows.
-- A scope is a repository, or `all` of them. Its periods run from the one of its first event (a merge, or a successful
-- production deployment) to the one that was under way when its data were collected; for `all` the newest collection
-- counts, whatever repository it is of. Later periods are unknown and have no row.
-- A period that was not over at that collection is degraded. So is a period of `all` up to whose end an expected
-- repository was not collected completely (of the one that was not over: up to its begin); it is named. A repository is
-- expected while it is still collected. One that is not any more has no rows of its own after its last collection; what
-- is known of it stays in the history of `all`, which it neither degrades nor ends.
WITH events AS (
    SELECT repository, merged_at AS event_at FROM pull_requests
    UNION ALL
    SELECT repository, if(is_production AND status = 'success', finished_at, NULL) FROM deployments
),
collected AS (
    SELECT r.repository, r.collected_at, min(event_at) AS first_event_at
    FROM repositories AS r LEFT JOIN events AS e ON r.repository = e.repository
    GROUP BY r.repository, r.collected_at
),
scopes AS (
    SELECT 'repository' AS scope_kind, repository AS scope, first_event_at, collected_at FROM collected
    UNION ALL
    SELECT 'all', 'all', min(first_event_at), max(collected_at) FROM collected
),
midnights AS (
    SELECT unnest(range($month::TIMESTAMP, $month::TIMESTAMP + INTERVAL 1 MONTH, INTERVAL 1 DAY)) AS midnight
),
periods AS (
    SELECT
        scope_kind, scope, midnight,
        date_trunc('week', collected_at AT TIME ZONE $timezone)::DATE AS last_monday,
        midnight = date_trunc($grain, collected_at AT TIME ZONE $timezone) AS is_under_way
    FROM scopes JOIN midnights
        ON midnight = date_trunc($grain, midnight)
        AND midnight >= date_trunc($grain, first_event_at AT TIME ZONE $timezone)
        AND midnight <= date_trunc($grain, collected_at AT TIME ZONE $timezone)
),
expected AS (
    SELECT repository, date_trunc($grain, collected_at AT TIME ZONE $timezone) AS reached
    FROM (SELECT unnest($expected_repositories::VARCHAR[]) AS repository) LEFT JOIN collected USING (repository)
),
behind AS (
    SELECT scope, midnight, list(repository ORDER BY repository) AS names
    FROM periods JOIN expected ON scope = 'all'
        AND (reached IS NULL OR reached < midnight OR (reached = midnight AND NOT is_under_way))
    GROUP BY scope, midnight
)
SELECT
    scope_kind, scope, midnight::DATE AS period_start, last_monday,
    nullif(concat_ws('; ',
        if(is_under_way, 'the period was not over when the data were collected', NULL),
        if(names IS NOT NULL,
            concat(
                'not collected to its end: ', len(names), ' of ', (SELECT count(*) FROM expected), ' repositories (',
                array_to_string(names[1:3], ', '), if(len(names) > 3, ', …', ''), ')'
            ), NULL)
    ), '') AS status_reason
FROM periods LEFT JOIN behind USING (scope, midnight)
