-- The rows of review load: every submitted review of each scope, whatever its verdict.
-- Left out, with the first reason that fits: bot_reviewer (by a bot), bot_author (of a bot's pull request),
-- own_pull_request (of the reviewer's own).
-- reviewer: null for a deleted account. It is another person than the author, also when the author's is deleted too.
SELECT
    'pulse' AS definition, scope_kind, scope, r.repository,
    concat('#', r.number, ' review ', review_id) AS item, submitted_at AS at,
    CASE
        WHEN r.is_bot THEN 'bot_reviewer'
        WHEN p.is_bot THEN 'bot_author'
        WHEN r.reviewer = p.author THEN 'own_pull_request'
    END AS reason,
    reason IS NULL AS is_counted,
    r.reviewer, r.state
FROM pull_request_reviews AS r
JOIN pull_requests AS p ON r.repository = p.repository AND r.number = p.number
JOIN scope_members AS m ON r.repository = m.repository
WHERE submitted_at >= $begins_at AND submitted_at < $ends_at
