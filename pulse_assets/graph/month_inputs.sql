-- One row per repository: its first event, its last complete collection, and its number per month.
SELECT
    r.repository,
    min(m.first_event_at) AS first_at,
    any_value(r.collected_at) AS collected_at,
    coalesce(
        map_from_entries(list((strftime(m.month, '%Y-%m-%d'), m.row_hashes)) FILTER (m.month IS NOT NULL)), map {}
    ) AS hashes
FROM repositories AS r LEFT JOIN repository_months AS m ON r.repository = m.repository
GROUP BY r.repository
ORDER BY r.repository
