-- The rows of change lead time: under `pulse` and `devlake` each merged pull request, under `fourkeys` each commit of
-- each deployment, once for every scope that its repository belongs to.
-- at: a counted row belongs to the period in which its deployment finished. One that is not counted belongs to that of
-- its merge; a commit that is not, to that of its deployment.
-- Hours: `devlake` and `fourkeys` count whole minutes; `fourkeys` knows no stages.
WITH changes AS (
    SELECT
        'pulse' AS definition, repository, concat('#', number) AS item,
        if(is_counted, deployed_at, merged_at) AS at, is_counted, reason,
        lead_time_hours, coding_hours, pickup_hours, review_hours, deploy_hours, deployment_id, matched_by, flags
    FROM change_lead_times
    UNION ALL
    SELECT
        'devlake', repository, concat('#', number),
        if(is_counted, deployed_at, merged_at), is_counted, reason,
        cycle_minutes / 60, coding_minutes / 60, pickup_minutes / 60, review_minutes / 60, deploy_minutes / 60,
        deployment_id, NULL, NULL
    FROM devlake_changes
    UNION ALL
    SELECT
        'fourkeys', repository, sha, deployed_at, is_counted, reason, minutes / 60, NULL, NULL, NULL, NULL,
        deployment_id, NULL, NULL
    FROM fourkeys_changes
),
placed AS (
    SELECT *,
        date_trunc('month', c.at AT TIME ZONE $timezone)::DATE AS month,
        date_trunc('week', c.at AT TIME ZONE $timezone)::DATE AS week
    FROM changes AS c WHERE c.at >= $begins_at AND c.at < $ends_at
)
SELECT
    definition, scope_kind, scope, p.repository, item, p.at, is_counted, reason,
    lead_time_hours, coding_hours, pickup_hours, review_hours, deploy_hours, deployment_id, matched_by, flags,
    month, week
FROM placed AS p JOIN scope_members AS m ON p.repository = m.repository
