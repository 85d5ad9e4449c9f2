-- A number per month for the deliveries of issues: each in the months of its days, and of the Mondays before them.
SELECT strftime(month, '%Y-%m-%d'), sum(row_hash::HUGEINT)::VARCHAR
FROM (
    SELECT DISTINCT project, key, row_hash, unnest([
        date_trunc('month', day), date_trunc('month', date_trunc('week', day))
    ]) AS month
    FROM (
        SELECT project, key, hash(d) AS row_hash,
            unnest([deployed_at, done_at]) AT TIME ZONE getvariable('timezone') AS day
        FROM issue_deliveries AS d
    )
    WHERE day IS NOT NULL
)
GROUP BY month ORDER BY month
