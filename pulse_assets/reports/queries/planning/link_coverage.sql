-- How many of the pull requests that people (no bots) merged in the period name a collected issue.
SELECT
    count(*) AS merged_count,
    count(*) FILTER (
        WHERE EXISTS (
            SELECT 1 FROM issue_links AS l
            WHERE l.repository = p.repository AND l.number = p.number AND l.is_counted
        )
    ) AS linked_count
FROM pull_requests AS p
WHERE p.merged_at >= $begin AND p.merged_at < $finish AND NOT p.is_bot
