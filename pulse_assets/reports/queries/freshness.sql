-- How complete and how recent the tables are: one row per repository, over its whole history.
WITH pull_request_counts AS (
    SELECT repository, count(*) AS row_count FROM pull_requests GROUP BY repository
), commit_counts AS (
    SELECT repository, count(*) AS row_count FROM commits GROUP BY repository
), deployment_counts AS (
    SELECT
        repository,
        count(*) AS row_count,
        count(*) FILTER (WHERE is_production AND status = 'success') AS production_count
    FROM deployments
    GROUP BY repository
), change_counts AS (
    SELECT repository, count(*) AS row_count, count(*) FILTER (WHERE is_counted) AS counted_count
    FROM change_lead_times
    GROUP BY repository
), incident_counts AS (
    SELECT repository, count(*) AS row_count FROM incident_reports GROUP BY repository
)
SELECT
    r.repository,
    r.url AS address,
    r.collected_at,
    r.is_archived,
    coalesce(p.row_count, 0) AS pull_request_count,
    coalesce(c.row_count, 0) AS commit_count,
    coalesce(d.row_count, 0) AS deployment_count,
    coalesce(d.production_count, 0) AS production_deployment_count,
    coalesce(i.row_count, 0) AS incident_report_count,
    coalesce(f.row_count, 0) AS merged_count,
    coalesce(f.counted_count, 0) AS counted_count
FROM repositories AS r
LEFT JOIN pull_request_counts AS p ON p.repository = r.repository
LEFT JOIN commit_counts AS c ON c.repository = r.repository
LEFT JOIN deployment_counts AS d ON d.repository = r.repository
LEFT JOIN incident_counts AS i ON i.repository = r.repository
LEFT JOIN change_counts AS f ON f.repository = r.repository
ORDER BY lower(r.repository)
