-- The rows of review time: pull requests of each scope, once of kind `review` when the first review by another person
-- came, and once of kind `merge` when they were merged, into whatever branch.
-- Left out: pull requests of bots (bot_author), and a first review dated before the pull request (negative_pickup).
-- is_unreviewed: it was merged without a review by another person; one that came later does not undo that.
WITH spans AS (
    SELECT repository, number, is_bot, created_at AS opened_at, first_review_at, merged_at,
        date_diff('microsecond', created_at, first_review_at) / 3.6e9 AS pickup,
        date_diff('microsecond', first_review_at, merged_at) / 3.6e9 AS review
    FROM pull_requests
),
events AS (
    SELECT *, 'review' AS kind, first_review_at AS at,
        CASE WHEN is_bot THEN 'bot_author' WHEN pickup < 0 THEN 'negative_pickup' END AS reason
    FROM spans
    UNION ALL
    SELECT *, 'merge', merged_at, if(is_bot, 'bot_author', NULL) FROM spans
)
SELECT
    'pulse' AS definition, scope_kind, scope, e.repository, concat('#', number) AS item, e.at,
    reason IS NULL AS is_counted, reason, kind, opened_at, first_review_at, merged_at,
    if(pickup >= 0, pickup, NULL) AS pickup_hours,
    if(review >= 0, review, NULL) AS review_hours,
    kind = 'merge' AND (first_review_at IS NULL OR first_review_at > merged_at) AS is_unreviewed
FROM events AS e JOIN scope_members AS m ON e.repository = m.repository
WHERE e.at >= $begins_at AND e.at < $ends_at
