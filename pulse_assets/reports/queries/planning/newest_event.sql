-- The last instant (UTC) of which a report has something to tell: an issue that was done, or a sprint that was completed.
SELECT max(happened_at) AS happened_at
FROM (
    SELECT max(done_at) AS happened_at FROM issue_flow
    UNION ALL
    SELECT max(completed_at) FROM sprints WHERE state = 'closed'
)
