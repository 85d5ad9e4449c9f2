-- How complete and how recent the tables of projects are: one row per project, over its whole history.
WITH issue_counts AS (
    SELECT project, count(*) AS row_count FROM issues GROUP BY project
), done_counts AS (
    SELECT project, count(*) FILTER (WHERE done_at IS NOT NULL) AS row_count FROM issue_flow GROUP BY project
), change_counts AS (
    SELECT project, count(*) AS row_count FROM issue_changes GROUP BY project
), board_counts AS (
    SELECT project, count(*) AS row_count FROM boards GROUP BY project
), sprint_counts AS (
    SELECT project, count(*) AS row_count FROM sprints GROUP BY project
), quarantine_counts AS (
    SELECT
        project,
        count(DISTINCT (record_table, record_key)) AS record_count,
        count(DISTINCT (record_table, record_key)) FILTER (WHERE is_dropped) AS dropped_count
    FROM quarantined_records
    GROUP BY project
)
SELECT
    p.project,
    p.name,
    p.url AS address,
    p.collected_at,
    p.is_archived,
    coalesce(i.row_count, 0) AS issue_count,
    coalesce(d.row_count, 0) AS done_count,
    coalesce(c.row_count, 0) AS change_count,
    coalesce(b.row_count, 0) AS board_count,
    coalesce(s.row_count, 0) AS sprint_count,
    coalesce(q.record_count, 0) AS quarantined_count,
    coalesce(q.dropped_count, 0) AS dropped_count
FROM projects AS p
LEFT JOIN issue_counts AS i ON i.project = p.project
LEFT JOIN done_counts AS d ON d.project = p.project
LEFT JOIN change_counts AS c ON c.project = p.project
LEFT JOIN board_counts AS b ON b.project = p.project
LEFT JOIN sprint_counts AS s ON s.project = p.project
LEFT JOIN quarantine_counts AS q ON q.project = p.project
ORDER BY p.project
