-- The last instant (UTC) of which a report has something to tell: a merged or deployed change, or a deployment.
SELECT max(happened_at) AS happened_at
FROM (
    SELECT max(merged_at) AS happened_at FROM change_lead_times
    UNION ALL
    SELECT max(deployed_at) FROM change_lead_times
    UNION ALL
    SELECT max(finished_at) FROM deployments WHERE is_production AND status = 'success'
)
