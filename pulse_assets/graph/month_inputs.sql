-- One row per partition: its first event, its last complete collection, and its number per month.
SELECT
    p.{partition},
    min(m.first_event_at) AS first_at,
    any_value(p.collected_at) AS collected_at,
    coalesce(
        map_from_entries(list((strftime(m.month, '%Y-%m-%d'), m.row_hashes)) FILTER (m.month IS NOT NULL)), map {{}}
    ) AS hashes
FROM {partitions} AS p LEFT JOIN {months} AS m ON p.{partition} = m.{partition}
GROUP BY p.{partition}
ORDER BY p.{partition}
