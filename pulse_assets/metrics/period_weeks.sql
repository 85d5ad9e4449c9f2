-- The weeks of each period: those whose Monday lies in it. A week is its own week.
SELECT
    date_trunc($grain, day)::DATE AS period_start,
    day::DATE AS monday
FROM (SELECT unnest(range($month::TIMESTAMP, $month::TIMESTAMP + INTERVAL 1 MONTH, INTERVAL 1 DAY)) AS day)
WHERE day = date_trunc('week', day)
