-- Deployment outcomes, definition `pulse`: one row per production deployment, what it brought and what came of it.
-- Only a successful one counts: one that failed to roll out never reached users (reason not_successful).
-- The sequence of a service: the successful production deployments of one repository with the same service (none is a
-- service too), by finish, then by number. The one before is the previous deployment.
-- commit_count: mainline commits above the highest one that an earlier deployment of the sequence had reached, so that
-- what a rollback took away and a later deployment brings again counts once. pull_request_count: the changes whose
-- first deployment it is (`change_lead_times`).
-- Failure: at least one incident is attributed to it (`incidents`). It recovered when the last of its issues was
-- closed, not while one is open; without an issue when the first of its remedies (revert, hotfix, rollback) was in
-- production. recovery_hours: finished to recovered; null and flagged negative_recovery where it is below zero.
-- Rollback: its commit is below that of the previous deployment. Rework: a rollback, or the first deployment of a
-- change that is a hotfix, or a revert of what was in production, or that closes an issue with an incident label.
-- Flags: commits_unknown (its commit is not on the mainline), first_deployment (of its sequence), negative_recovery.
WITH mainline AS (SELECT repository, sha, mainline_position FROM commits WHERE mainline_position IS NOT NULL),
production AS (
    SELECT d.*, mainline_position, status = 'success' AS is_counted
    FROM deployments AS d LEFT JOIN mainline USING (repository, sha) WHERE is_production
),
sequenced AS (
    SELECT repository, deployment_id, lag(deployment_id) OVER sequence AS previous_deployment_id,
        coalesce(mainline_position < lag(mainline_position) OVER sequence, false) AS is_rollback,
        mainline_position - coalesce(max(mainline_position) OVER earlier, -1) AS ahead_count
    FROM production WHERE is_counted
    WINDOW sequence AS (PARTITION BY repository, service ORDER BY finished_at, deployment_id),
        earlier AS (sequence ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
),
failures AS (
    SELECT repository, deployment_id, string_agg(DISTINCT kind, ',' ORDER BY kind) AS failed_by,
        count(*) AS incident_count, min(opened_at) AS first_incident_at,
        CASE
            WHEN bool_or(kind = 'issue' AND resolved_at IS NULL) THEN NULL
            WHEN bool_or(kind = 'issue') THEN max(resolved_at) FILTER (kind = 'issue')
            ELSE min(resolved_at)
        END AS recovered_at
    FROM incidents WHERE is_attributed GROUP BY ALL
),
links AS (
    SELECT repository, number, unnest(string_split(closes_issues, ',')) AS issue
    FROM pull_requests WHERE closes_issues IS NOT NULL
),
closing AS (
    SELECT DISTINCT l.repository, l.number
    FROM links AS l JOIN incident_reports AS i ON i.repository = l.repository AND i.number::VARCHAR = l.issue
),
needless AS (  -- reverts of what had not reached production
    SELECT repository, number FROM incidents WHERE kind = 'revert' AND reason = 'reverted_before_deployment'
),
brought AS (
    SELECT c.repository, c.deployment_id, count(*) AS pull_request_count, bool_or(remedy = 'hotfix') AS has_hotfix,
        bool_or(closing.number IS NOT NULL) AS has_link,
        bool_or(remedy = 'revert' AND needless.number IS NULL) AS has_revert
    FROM change_lead_times AS c LEFT JOIN pull_requests USING (repository, number)
    LEFT JOIN closing USING (repository, number) LEFT JOIN needless USING (repository, number)
    WHERE c.deployment_id IS NOT NULL GROUP BY ALL
)
SELECT
    d.repository, d.deployment_id, environment, service, sha, created_at, finished_at, status, previous_deployment_id,
    if(ahead_count < 0, 0, ahead_count) AS commit_count,
    if(is_counted, coalesce(pull_request_count, 0), NULL) AS pull_request_count,
    coalesce(s.is_rollback, false) AS is_rollback,
    nullif(concat_ws(',',
        if(has_hotfix, 'hotfix', NULL), if(has_link, 'incident_link', NULL),
        if(has_revert, 'revert', NULL), if(s.is_rollback, 'rollback', NULL)
    ), '') AS rework_by,
    rework_by IS NOT NULL AS is_rework, failed_by IS NOT NULL AS is_failure, failed_by,
    if(is_counted, coalesce(incident_count, 0), NULL) AS incident_count, first_incident_at, recovered_at,
    if(recovered_at >= finished_at, (epoch_us(recovered_at) - epoch_us(finished_at)) / 3.6e9, NULL) AS recovery_hours,
    is_counted, if(is_counted, NULL, 'not_successful') AS reason,
    nullif(concat_ws(',',
        if(is_counted AND mainline_position IS NULL, 'commits_unknown', NULL),
        if(is_counted AND previous_deployment_id IS NULL, 'first_deployment', NULL),
        if(recovered_at < finished_at, 'negative_recovery', NULL)
    ), '') AS flags
FROM production AS d
LEFT JOIN sequenced AS s ON s.repository = d.repository AND s.deployment_id = d.deployment_id
LEFT JOIN failures AS f ON f.repository = d.repository AND f.deployment_id = d.deployment_id
LEFT JOIN brought AS b ON b.repository = d.repository AND b.deployment_id = d.deployment_id
ORDER BY d.repository, d.deployment_id
