-- Change lead time (DORA), definition `pulse`. Unit: hours. One row per merged pull request.
-- The clock starts at the first commit: the earliest authoring time among the pull request's commits.
-- It stops at the finish of the first successful production deployment that contains the change: the deployed commit
-- is the merge commit, or follows it on the first-parent mainline, or is one of the pull request's own commits.
-- Where the merge commit is not on the mainline, or no production deployment is, the first one that finished at or
-- after the merge stands in: matched_by `time`.
-- Not counted, with the first reason that fits: other_base_branch (not merged into the default branch), not_deployed,
-- deployed_before_merge, first_commit_unknown, negative_lead_time (the first commit is dated after the deployment).
-- Stages: coding (first commit to opened), pickup (opened to first review by someone else who is no bot), review (first
-- review to merged), deploy (merged to deployed). A negative span is null and flagged.
-- Pull requests of bots count: they are changes that reach users (team metrics set bots apart).
WITH mainline AS (SELECT repository, sha, mainline_position FROM commits WHERE mainline_position IS NOT NULL),
production AS (
    SELECT repository, deployment_id, sha, finished_at, mainline_position,
        row_number() OVER (PARTITION BY repository ORDER BY finished_at, deployment_id) AS ordinal
    FROM deployments LEFT JOIN mainline USING (repository, sha)
    WHERE is_production AND status = 'success'
),
first_containing AS (  -- of a commit at this position or below it
    SELECT repository, mainline_position,
        min(ordinal) OVER (PARTITION BY repository ORDER BY mainline_position DESC) AS ordinal
    FROM production WHERE mainline_position IS NOT NULL
),
first_finished AS (
    SELECT repository, finished_at, min(ordinal) AS ordinal FROM production GROUP BY ALL
),
own_commits AS MATERIALIZED (  -- few: not to be grouped before they are joined
    SELECT repository, number, ordinal FROM pull_request_commits JOIN production USING (repository, sha)
),
first_of_own_commits AS (SELECT repository, number, min(ordinal) AS ordinal FROM own_commits GROUP BY ALL),
merged AS (
    SELECT p.*, c.mainline_position,
        p.base_branch IS NOT DISTINCT FROM r.default_branch AS is_on_default_branch,
        c.mainline_position IS NOT NULL AND p.repository IN (SELECT repository FROM first_containing) AS is_by_commit
    FROM pull_requests AS p JOIN repositories AS r USING (repository)
    LEFT JOIN mainline AS c ON c.repository = p.repository AND c.sha = p.merge_commit_sha
    WHERE merged_at IS NOT NULL
),
matched AS (
    SELECT m.*,
        CASE
            WHEN NOT is_on_default_branch THEN NULL
            WHEN is_by_commit THEN least(containing.ordinal, own.ordinal)
            ELSE finished.ordinal
        END AS ordinal
    FROM merged AS m
    ASOF LEFT JOIN first_containing AS containing
        ON m.repository = containing.repository AND m.mainline_position <= containing.mainline_position
    ASOF LEFT JOIN first_finished AS finished
        ON m.repository = finished.repository AND m.merged_at <= finished.finished_at
    LEFT JOIN first_of_own_commits AS own ON m.repository = own.repository AND m.number = own.number
),
judged AS (
    SELECT m.*, d.deployment_id, d.finished_at AS deployed_at,
        (epoch_us(created_at) - epoch_us(first_commit_at)) / 3.6e9 AS coding,
        (epoch_us(first_review_at) - epoch_us(created_at)) / 3.6e9 AS pickup,
        (epoch_us(merged_at) - epoch_us(first_review_at)) / 3.6e9 AS review,
        (epoch_us(deployed_at) - epoch_us(merged_at)) / 3.6e9 AS deploy,
        (epoch_us(deployed_at) - epoch_us(first_commit_at)) / 3.6e9 AS lead_time,
        CASE
            WHEN NOT is_on_default_branch THEN 'other_base_branch'
            WHEN deployed_at IS NULL THEN 'not_deployed'
            WHEN deploy < 0 THEN 'deployed_before_merge'
            WHEN first_commit_at IS NULL THEN 'first_commit_unknown'
            WHEN lead_time < 0 THEN 'negative_lead_time'
        END AS reason
    FROM matched AS m LEFT JOIN production AS d ON m.repository = d.repository AND m.ordinal = d.ordinal
)
SELECT
    repository, number, first_commit_at, created_at AS opened_at, first_review_at, merged_at, deployed_at,
    if(coding >= 0, coding, NULL) AS coding_hours, if(pickup >= 0, pickup, NULL) AS pickup_hours,
    if(review >= 0, review, NULL) AS review_hours, if(deploy >= 0, deploy, NULL) AS deploy_hours,
    if(lead_time >= 0, lead_time, NULL) AS lead_time_hours,
    deployment_id, if(deployment_id IS NULL, NULL, if(is_by_commit, 'commit', 'time')) AS matched_by,
    reason IS NULL AS is_counted, reason,
    nullif(concat_ws(',',
        if(ordinal = 1, 'first_deployment', NULL), if(matched_by = 'time', 'matched_by_time', NULL),
        if(coding < 0, 'negative_coding', NULL), if(deploy < 0, 'negative_deploy', NULL),
        if(pickup < 0, 'negative_pickup', NULL), if(review < 0, 'negative_review', NULL)
    ), '') AS flags
FROM judged ORDER BY repository, number
