-- Changes as Apache DevLake sees them, definition `devlake`: one row per merged pull request, in whole minutes.
-- Source: its plugin dora (change_lead_time_calculator.go, prev_deployment_commit_enricher.go).
-- Its sequence: all successful production deployments of the repository, of every service, by finish, then by number.
-- A deployment has the mainline commits above that of the one before it, up to its own. The first one has none, and
-- none has one of which that commit or its own is not on the mainline.
-- The change's deployment: of those that have its merge commit the first that was asked for (then by number), though
-- it may only have brought again what a rollback had taken away.
-- Stages: coding (first commit to opened), pickup (opened to the first review by anyone but the author, bots too),
-- review (that review to merged), deploy (merged to finished). Minutes are rounded up; what is below zero then is null.
-- cycle_minutes: coding, opened to merged, and deploy together, those that are null left out.
-- Not counted: first_deployment (the first one's history holds it, and no other has it); not_deployed; commits_unknown
-- (none has it and one has unknown commits; or one that has unknown commits and was asked for at or after the merge,
-- so that it may have it, was asked for before the first that has it).
-- difference to `pulse` (`change_lead_times`): only_pulse or only_devlake counts it, other_deployment, or other_stages
-- (the same deployment, yet three minutes or more apart: spans that are below zero or unknown).
WITH mainline AS (SELECT repository, sha, mainline_position FROM commits WHERE mainline_position IS NOT NULL),
deployed AS (  -- a segment of the mainline ends at each deployed commit
    SELECT repository, deployment_id, created_at, finished_at, mainline_position AS position,
        if(position IS NULL, NULL, dense_rank() OVER (PARTITION BY repository ORDER BY mainline_position)) AS segment
    FROM deployments LEFT JOIN mainline USING (repository, sha) WHERE is_production AND status = 'success'
),
production AS (
    SELECT *, row_number() OVER sequence AS ordinal, lag(segment) OVER sequence AS previous_segment,
        row_number() OVER (PARTITION BY repository ORDER BY created_at, deployment_id) AS place
    FROM deployed WINDOW sequence AS (PARTITION BY repository ORDER BY finished_at, deployment_id)
),
histories AS (
    SELECT repository, max(position) FILTER (ordinal = 1) AS first_position,
        count(*) > 1 AND bool_or(position IS NULL) AS has_unknown
    FROM production GROUP BY ALL
),
brought AS (
    SELECT repository, segment, min(place) AS place
    FROM (SELECT repository, place, unnest(range(previous_segment + 1, segment + 1)) AS segment FROM production)
    GROUP BY ALL
),
first_having AS (  -- of a commit in the segment that ends at this position
    SELECT DISTINCT d.repository, d.position AS ends_at, brought.place
    FROM deployed AS d LEFT JOIN brought USING (repository, segment) WHERE position IS NOT NULL
),
reviewed AS (
    SELECT r.repository, r.number, min(submitted_at) AS reviewed_at
    FROM pull_request_reviews AS r JOIN pull_requests AS p ON p.repository = r.repository AND p.number = r.number
    WHERE r.reviewer IS DISTINCT FROM p.author OR p.author IS NULL GROUP BY ALL
),
first_unknown AS (
    SELECT repository, created_at, min(place) AS place FROM production
    WHERE ordinal > 1 AND (segment IS NULL OR previous_segment IS NULL) GROUP BY ALL
),
found AS (
    SELECT p.repository, p.number, c.mainline_position AS position, f.place, u.place < f.place AS is_hidden
    FROM mainline AS c JOIN pull_requests AS p ON p.repository = c.repository AND p.merge_commit_sha = c.sha
    ASOF LEFT JOIN first_having AS f ON f.repository = c.repository AND c.mainline_position <= f.ends_at
    ASOF LEFT JOIN first_unknown AS u ON u.repository = p.repository AND p.merged_at <= u.created_at
),
spans AS (
    SELECT l.repository, l.number, l.merged_at, d.deployment_id, finished_at, f.position, is_hidden, first_position,
        has_unknown, l.deployment_id AS pulse_id,
        if(l.is_counted, epoch_us(l.deployed_at) - epoch_us(l.first_commit_at), NULL) AS pulse_span,
        ceil((epoch_us(l.opened_at) - epoch_us(l.first_commit_at)) / 6e7)::BIGINT AS coding,
        ceil((epoch_us(reviewed_at) - epoch_us(l.opened_at)) / 6e7)::BIGINT AS pickup,
        ceil((epoch_us(l.merged_at) - epoch_us(reviewed_at)) / 6e7)::BIGINT AS review,
        ceil((epoch_us(l.merged_at) - epoch_us(l.opened_at)) / 6e7)::BIGINT AS during,
        ceil((epoch_us(finished_at) - epoch_us(l.merged_at)) / 6e7)::BIGINT AS deploy
    FROM change_lead_times AS l
    LEFT JOIN found AS f ON f.repository = l.repository AND f.number = l.number
    LEFT JOIN reviewed AS r ON r.repository = l.repository AND r.number = l.number
    LEFT JOIN histories AS h ON h.repository = l.repository
    LEFT JOIN production AS d ON d.repository = l.repository AND d.place = f.place AND NOT coalesce(is_hidden, false)
)
SELECT
    repository, number, merged_at, deployment_id, finished_at AS deployed_at,
    if(coding >= 0, coding, NULL) AS coding_minutes, if(pickup >= 0, pickup, NULL) AS pickup_minutes,
    if(review >= 0, review, NULL) AS review_minutes, if(deploy >= 0, deploy, NULL) AS deploy_minutes,
    coalesce(coding_minutes, 0) + greatest(during, 0) + coalesce(deploy_minutes, 0) AS cycle_minutes,
    deployment_id IS NOT NULL AS is_counted,
    CASE
        WHEN is_counted THEN NULL
        WHEN is_hidden THEN 'commits_unknown'
        WHEN position <= first_position THEN 'first_deployment'
        WHEN has_unknown THEN 'commits_unknown'
        ELSE 'not_deployed'
    END AS reason,
    pulse_span / 3.6e9 AS pulse_lead_time_hours,
    CASE
        WHEN pulse_span IS NULL THEN if(is_counted, 'only_devlake', NULL)
        WHEN NOT is_counted THEN 'only_pulse'
        WHEN deployment_id <> pulse_id THEN 'other_deployment'
        WHEN abs(cycle_minutes * 60000000 - pulse_span) >= 180000000 THEN 'other_stages'
    END AS difference
FROM spans ORDER BY repository, number
