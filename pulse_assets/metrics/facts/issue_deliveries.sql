-- Delivery of each issue, definition `pulse`: one row per issue on which work began, from there to production. Unit:
-- hours.
-- The clock starts when the issue first came into a status in progress. It stops when the last of the merged pull
-- requests that name it (`issue_links`) was in production: the finish of the deployment of its change
-- (`change_lead_times`). One merged into another branch than the default branch is not waited for, as its commits come
-- by a pull request of their own; one that was closed without a merge says nothing.
-- Not counted, with the first reason that fits: no_pull_request; not_merged (none is merged, or one is still open);
-- not_deployed (one of them is not, or all were merged into other branches); deployed_before_start (the issue was
-- started when all of it was in production).
-- Sub-tasks and epics count where pull requests name them: often that is the only issue that they name.
WITH pulls AS (
    SELECT l.project, l.key, p.state, p.merged_at IS NOT NULL AS is_merged, c.deployed_at,
        is_merged AND c.reason IS DISTINCT FROM 'other_base_branch' AS is_awaited
    FROM issue_links AS l
    JOIN pull_requests AS p ON p.repository = l.repository AND p.number = l.number
    LEFT JOIN change_lead_times AS c ON c.repository = l.repository AND c.number = l.number
    WHERE l.is_counted
),
sums AS (
    SELECT project, key, count(*) AS pull_request_count, count(*) FILTER (is_merged) AS merged_count,
        bool_or(state = 'open') AS has_open,
        count(*) FILTER (is_awaited) AS awaited_count,
        count(*) FILTER (is_awaited AND deployed_at IS NULL) AS undeployed_count,
        max(deployed_at) FILTER (is_awaited) AS last_deployed_at
    FROM pulls GROUP BY project, key
),
judged AS (
    SELECT f.project, f.key, f.started_at, f.done_at,
        coalesce(pull_request_count, 0) AS pull_request_count, coalesce(merged_count, 0) AS merged_count,
        if(has_open OR undeployed_count > 0, NULL, last_deployed_at) AS deployed_at,
        CASE
            WHEN s.key IS NULL THEN 'no_pull_request'
            WHEN s.merged_count = 0 OR has_open THEN 'not_merged'
            WHEN deployed_at IS NULL THEN 'not_deployed'
            WHEN deployed_at < f.started_at THEN 'deployed_before_start'
        END AS reason
    FROM issue_flow AS f LEFT JOIN sums AS s ON s.project = f.project AND s.key = f.key
    WHERE f.started_at IS NOT NULL
)
SELECT project, key, started_at, done_at, pull_request_count, merged_count, deployed_at,
    if(deployed_at >= started_at, (epoch_us(deployed_at) - epoch_us(started_at)) / 3.6e9, NULL)
        AS start_to_production_hours,
    reason IS NULL AS is_counted, reason
FROM judged ORDER BY project, key
