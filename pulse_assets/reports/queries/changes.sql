-- The changes of one period with what a reader wants to know of each: those counted by the time of their deployment,
-- those left out by the time of their merge. One row per pull request.
SELECT
    f.repository,
    f.number,
    p.title,
    p.author,
    coalesce(p.is_bot, false) AS is_bot,
    p.head_branch AS branch,
    p.url AS address,
    f.first_commit_at,
    f.opened_at,
    f.first_review_at,
    f.merged_at,
    f.deployed_at,
    f.coding_hours,
    f.pickup_hours,
    f.review_hours,
    f.deploy_hours,
    f.lead_time_hours,
    f.deployment_id,
    d.environment,
    d.sha AS deployed_sha,
    f.matched_by,
    f.flags,
    f.is_counted,
    f.reason
FROM change_lead_times AS f
LEFT JOIN pull_requests AS p
    ON p.repository = f.repository AND p.number = f.number
LEFT JOIN deployments AS d
    ON d.repository = f.repository AND d.deployment_id = f.deployment_id
WHERE
    (f.is_counted AND f.deployed_at >= $begin AND f.deployed_at < $finish)
    OR (NOT f.is_counted AND f.merged_at >= $begin AND f.merged_at < $finish)
ORDER BY f.deployed_at, f.merged_at, f.repository, f.number
