-- The rows of collaboration: every submitted review of each scope, with the teams of its author and its reviewer.
-- Left out: own_pull_request (of the reviewer's own). Bots belong to `bots`, whoever is in no team to `others`.
-- Logins are compared as GitHub does, without regard to upper and lower case. A deleted account is in no team.
SELECT
    'pulse' AS definition, scope_kind, scope, r.repository,
    concat('#', r.number, ' review ', review_id) AS item, submitted_at AS at,
    if(r.reviewer = p.author, 'own_pull_request', NULL) AS reason,
    reason IS NULL AS is_counted,
    r.number,
    if(p.is_bot, 'bots', coalesce(a.team, 'others')) AS author_team,
    if(r.is_bot, 'bots', coalesce(w.team, 'others')) AS reviewer_team
FROM pull_request_reviews AS r
JOIN pull_requests AS p ON r.repository = p.repository AND r.number = p.number
JOIN scope_members AS m ON r.repository = m.repository
LEFT JOIN team_members AS a ON lower(p.author) = lower(a.login)
LEFT JOIN team_members AS w ON lower(r.reviewer) = lower(w.login)
WHERE submitted_at >= $begins_at AND submitted_at < $ends_at
