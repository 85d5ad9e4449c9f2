-- The periods for which a scope has figures; every metric starts from them, so that all have the same rows.
-- A scope is a repository, or `all` of them. Its periods run from the one of its first event (a merge, or a successful
-- production deployment) to the one that was under way when its data were collected; for `all` the earliest collection
-- counts. Later periods are unknown and have no row. Repositories without pull requests and deployments are ignored.
-- A period that was not over at the collection is degraded; so is every period of `all` while a repository is not
-- collected completely, or lacks a table that the metric reads.
WITH events AS (
    SELECT repository, merged_at AS event_at FROM pull_requests
    UNION ALL
    SELECT repository, if(is_production AND status = 'success', finished_at, NULL) FROM deployments
),
active AS (
    SELECT r.repository, r.collected_at, min(event_at) AS first_event_at
    FROM repositories AS r LEFT JOIN events AS e ON r.repository = e.repository
    GROUP BY r.repository, r.collected_at
    HAVING count(e.repository) > 0 OR r.collected_at IS NULL
),
scopes AS (
    SELECT
        'repository' AS scope_kind, repository AS scope, first_event_at, collected_at,
        0 AS missing_count, 1 AS scope_count
    FROM active
    UNION ALL
    SELECT
        'all', 'all', min(first_event_at), min(collected_at),
        count(*) FILTER (collected_at IS NULL) + $missing_count, count(*) + $missing_count
    FROM active
),
periods AS (
    SELECT unnest(range($month::TIMESTAMP, $month::TIMESTAMP + INTERVAL 1 MONTH, INTERVAL 1 DAY)) AS midnight
)
SELECT
    scope_kind, scope, midnight::DATE AS period_start,
    date_trunc('week', collected_at AT TIME ZONE $timezone)::DATE AS last_monday,
    nullif(concat_ws('; ',
        if(midnight = date_trunc($grain, collected_at AT TIME ZONE $timezone),
            'the period was not over when the data were collected', NULL),
        if(missing_count > 0,
            concat('not collected completely: ', missing_count, ' of ', scope_count, ' repositories'), NULL)
    ), '') AS status_reason
FROM scopes JOIN periods
    ON midnight = date_trunc($grain, midnight)
    AND midnight >= date_trunc($grain, first_event_at AT TIME ZONE $timezone)
    AND midnight <= date_trunc($grain, collected_at AT TIME ZONE $timezone)
