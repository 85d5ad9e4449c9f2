-- The rows of one metric that a report shows: of all repositories together the whole trend, of every other scope the
-- period and the one before. A period without a row is unknown.
SELECT *
FROM query_table($metric)
WHERE
    grain = $grain
    AND period_start BETWEEN $first AND $last
    AND (scope_kind = 'all' OR period_start >= $previous)
ORDER BY definition, scope_kind, scope, period_start
