-- The weeks of each asked period: those whose Monday lies in it. A week is its own week.
WITH mondays AS (
    SELECT month, day::DATE AS monday
    FROM (
        SELECT month, unnest(range(month::TIMESTAMP, month::TIMESTAMP + INTERVAL 1 MONTH, INTERVAL 1 DAY)) AS day
        FROM (SELECT unnest($months::DATE[]) AS month)
    )
    WHERE day = date_trunc('week', day)
)
SELECT 'week' AS grain, monday AS period_start, monday FROM mondays
UNION ALL
SELECT 'month', month, monday FROM mondays
