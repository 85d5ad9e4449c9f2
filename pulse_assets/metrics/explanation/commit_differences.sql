-- What Four Keys and Pulse count of each deployment of the scope, around the asked period: commits, and pull requests.
WITH members AS (
    SELECT repository FROM scope_members
    WHERE scope_kind = getvariable('scope_kind') AND scope = getvariable('scope')
),
commits AS (
    SELECT repository, deployment_id, deployed_at, count(*) AS commit_count, median(minutes) / 60 AS other_hours
    FROM fourkeys_changes SEMI JOIN members USING (repository)
    WHERE is_counted AND deployed_at >= getvariable('begins_at') AND deployed_at < getvariable('ends_at')
    GROUP BY ALL
),
changes AS (
    SELECT repository, deployment_id, deployed_at, count(*) AS change_count, median(lead_time_hours) AS hours
    FROM change_lead_times SEMI JOIN members USING (repository)
    WHERE is_counted AND deployed_at >= getvariable('begins_at') AND deployed_at < getvariable('ends_at')
    GROUP BY ALL
)
SELECT
    repository, deployment_id::VARCHAR AS item, deployed_at,
    coalesce(commit_count, 0) AS commit_count, coalesce(change_count, 0) AS change_count, other_hours, hours
FROM commits FULL JOIN changes USING (repository, deployment_id, deployed_at)
ORDER BY deployed_at, repository, deployment_id
