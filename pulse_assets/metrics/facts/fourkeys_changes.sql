-- Changes as Four Keys counts them, definition `fourkeys`: one row per commit in a successful production deployment.
-- Source: dora-team/fourkeys, queries/deployments.sql and lead_time_for_changes.sql. Unit: whole minutes, cut off.
-- In a deployment are the mainline commits above that of the previous one, up to its own; and of the pull requests
-- whose merge commit is among them those commits that are in the history beside the mainline.
-- The previous one: by finish, then by number, of the successful production deployments of the same service (none is a
-- service too). The first of a service has its own commit only. Where either commit is not on the mainline, none are
-- known; a rollback brings none, and what is brought again after it is in both.
-- The clock starts when the commit was committed and stops when the deployment finished.
-- Not counted: not_positive (less than a whole minute, as pushes by machines are, or before the commit; or the commit
-- has no time).
WITH mainline AS (SELECT repository, sha, mainline_position FROM commits WHERE mainline_position IS NOT NULL),
production AS (
    SELECT repository, deployment_id, finished_at, mainline_position AS own_position,
        if(row_number() OVER sequence = 1, own_position - 1, lag(mainline_position) OVER sequence) AS previous_position
    FROM deployments LEFT JOIN mainline USING (repository, sha) WHERE is_production AND status = 'success'
    WINDOW sequence AS (PARTITION BY repository, service ORDER BY finished_at, deployment_id)
),
blocks AS (  -- of sixteen positions: a join of commits with deployments by inequality would take the product of both
    SELECT *, unnest(range((previous_position + 1) // 16, own_position // 16 + 1)) AS block FROM production
    WHERE previous_position < own_position
),
-- Two relations a step, each made before the next: DuckDB would join some of them by repository alone.
merges AS MATERIALIZED (
    SELECT p.repository, p.number, m.mainline_position
    FROM pull_requests AS p JOIN mainline AS m ON m.repository = p.repository AND m.sha = p.merge_commit_sha
),
side_commits AS MATERIALIZED (
    SELECT own.repository, own.number, own.sha, c.committed_at
    FROM pull_request_commits AS own JOIN commits AS c ON c.repository = own.repository AND c.sha = own.sha
    WHERE c.mainline_position IS NULL
),
beside AS MATERIALIZED (
    SELECT s.repository, s.sha, s.committed_at, m.mainline_position
    FROM side_commits AS s JOIN merges AS m ON m.repository = s.repository AND m.number = s.number
),
contained AS (
    SELECT b.repository, b.deployment_id, b.finished_at, c.sha, c.committed_at
    FROM commits AS c JOIN blocks AS b ON b.repository = c.repository AND b.block = c.mainline_position // 16
    WHERE c.mainline_position > previous_position AND c.mainline_position <= own_position
    UNION ALL  -- a commit may be part of several pull requests
    SELECT DISTINCT b.repository, b.deployment_id, b.finished_at, c.sha, c.committed_at
    FROM beside AS c JOIN blocks AS b ON b.repository = c.repository AND b.block = c.mainline_position // 16
    WHERE c.mainline_position > previous_position AND c.mainline_position <= own_position
)
SELECT repository, deployment_id, sha, committed_at, finished_at AS deployed_at,
    (epoch_us(finished_at) - epoch_us(committed_at)) // 60000000 AS minutes,
    coalesce(minutes > 0, false) AS is_counted, if(is_counted, NULL, 'not_positive') AS reason
FROM contained ORDER BY repository, deployment_id, sha
